import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** A server in a process of its own. */
export interface ServerProcess {
  /** Resolves when it has printed a line that begins so. Rejects, with its last words, if it ends before. */
  untilLine(begin: string): Promise<void>;
  /** Rejects, with its last words, when it ends. */
  readonly ended: Promise<never>;
  /** Ends it at once, as `kill -9` does; resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
}

const KEPT_LINES = 200;

/** `onLine` hears each line that it prints. */
export function startProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  onLine: (line: string) => void = () => undefined,
): ServerProcess {
  const child: ChildProcess = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  // Whatever this process dies of, it leaves no server behind.
  const takeAlong = () => child.kill('SIGKILL');
  process.once('exit', takeAlong);
  void exited.finally(() => process.off('exit', takeAlong));
  const lines: string[] = [];
  const watchers = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > 2 * KEPT_LINES) lines.splice(0, KEPT_LINES);
      onLine(line);
      for (const watch of watchers) watch(line);
    });
  }
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await exited;
  };
  const ended = exited.then(() => {
    throw new Error(`${command} ended:\n${lines.slice(-20).join('\n')}`);
  });
  ended.catch(() => undefined);
  return {
    ended,
    async untilLine(begin) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const watch = (line: string) => line.startsWith(begin) && resolve();
      watchers.add(watch);
      for (const line of lines) watch(line);
      await Promise.race([promise, ended]);
      watchers.delete(watch);
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** A port of the loopback interface that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
