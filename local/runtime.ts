import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigFile, putConfig, readConfigFile } from './config-file.ts';
import { startDynamo } from './dynamo.ts';
import { type Inbox, type Mail, openInbox } from './inbox.ts';
import { serveInbox } from './inbox-http.ts';
import { type Log, silent } from './log.ts';
import { createSmtpRelay } from './smtp.ts';
import { type Stack, startStack } from './stack.ts';
import { synthesize } from './synth.ts';
import { close, KEEP_ALIVE_MS, listen } from './wire.ts';

export interface LocalOptions {
  /** A cloud assembly that is there already; without it the stack is synthesized. */
  readonly assemblyDir?: string;
  /** 0, the default, takes any that is free. */
  readonly port?: number;
  /** Keeps everything in here; in memory without it. */
  readonly dataDir?: string;
  /** Put in force before anybody else is answered. Its `deployment` block goes into the synthesis. */
  readonly configFile?: string;
  /** Generated when absent, and then kept in the data directory if there is one. */
  readonly apiKey?: string;
  /** `smtp://host:port` of a server that mail is relayed to. */
  readonly smtp?: string;
  readonly log?: Log;
}

export interface Local {
  readonly url: string;
  readonly apiKey: string;
  /** Oldest first. */
  inbox(): Mail[];
  /** Finishes what is under way and closes the stores. What is left goes on with the next start on the same data directory. */
  stop(): Promise<void>;
}

/** Puts the synthesized stack on this machine. Rejects, with nothing left running, when any part of it cannot be. */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const { dataDir, log = silent, configFile } = options;
  const stored = dataDir === undefined ? {} : { dataDir };
  const cleanups: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
  };
  try {
    const config = configFile === undefined ? undefined : await readConfigFile(configFile);
    const relay = options.smtp === undefined ? undefined : createSmtpRelay(options.smtp);
    const apiKey = options.apiKey ?? (await keptApiKey(dataDir));
    // In the data directory it is overwritten by the next start, if this one is killed.
    const scratch = dataDir ? join(dataDir, 'cdk.out') : await mkdtemp(join(tmpdir(), 'inresponse-'));
    cleanups.push(() => rm(scratch, { recursive: true, force: true }));
    if (relay) cleanups.push(() => relay.stop());
    // The tables first: they can be opened once, and guard the other files of the data directory against a second process.
    const dynamo = await startDynamo(stored);
    cleanups.push(() => dynamo.stop());
    const inbox = await openInbox(dataDir);
    cleanups.push(() => inbox.stop());

    const front = await openFront(inbox, options.port ?? 0);
    cleanups.push(() => front.stop());
    const assemblyDir = options.assemblyDir ?? scratch;
    if (options.assemblyDir === undefined) await synthesize(assemblyDir, deploymentOf(config, front.url));
    const stack = await startStack({
      assemblyDir,
      dynamo,
      inbox,
      apiKey,
      log,
      ...stored,
      ...(relay ? { relay } : {}),
    });
    // Requests under way need the stack: it goes after the front, and before what it stands on.
    cleanups.splice(-1, 0, () => stack.stop());
    if (config) await putInForce(stack, apiKey, config);
    front.serve(stack);
    stack.begin();
    return { url: front.url, apiKey, inbox: () => inbox.all(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function deploymentOf(config: ConfigFile | undefined, publicUrl: string): Record<string, unknown> {
  return {
    senderEmail: 'inresponse@inresponse.local',
    fallbackEmail: 'fallback@inresponse.local',
    ...config?.deployment,
    environmentName: 'local',
    publicUrl,
  };
}

/** By a door of its own: at the front one a crowd may be waiting, and who comes last is heard last. */
async function putInForce({ handle }: Stack, apiKey: string, config: ConfigFile): Promise<void> {
  const server = createServer(handle);
  const port = await listen(server, 0);
  try {
    await putConfig(`http://127.0.0.1:${port}`, apiKey, config);
  } finally {
    await close(server);
  }
}

interface Front {
  readonly url: string;
  serve(stack: Pick<Stack, 'handle'>): void;
  stop(): Promise<void>;
}

/** Takes the port at once, because the stack must know it; requests wait until it is served. */
async function openFront(inbox: Inbox, port: number): Promise<Front> {
  const ready = Promise.withResolvers<Pick<Stack, 'handle'> | undefined>();
  const server = createServer(async (req: IncomingMessage, res: ServerResponse) => {
    try {
      if (serveInbox(inbox, req, res)) return;
      const stack = await ready.promise;
      // Who hung up while waiting was told nothing: there is nothing to be done for them.
      if (stack && !res.destroyed) await stack.handle(req, res);
      else res.destroy();
    } catch {
      res.destroy();
    }
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const taken = await listen(server, port).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE'
      ? new Error(`port ${port} is in use; --port takes another`, { cause: error })
      : error;
  });
  const url = `http://127.0.0.1:${taken}`;
  return {
    url,
    serve: ready.resolve,
    async stop() {
      ready.resolve(undefined);
      await close(server);
    },
  };
}

/** The key of the data directory, made when there is none yet; readable by its owner alone. */
async function keptApiKey(dataDir: string | undefined): Promise<string> {
  const generated = randomBytes(20).toString('hex');
  if (dataDir === undefined) return generated;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'api-key');
  await writeFile(file, `${generated}\n`, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}
