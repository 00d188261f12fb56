import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { median } from './statistics.ts';

/** Prints how long `npm start` takes until it says that it is listening (budget: 8 s). `node bench/start.ts` */
const RUNS = 5;

async function startMs(): Promise<number> {
  const begin = performance.now();
  const child = spawn('npm', ['start', '--', '--port', '0'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const exited = once(child, 'exit');
  let taken: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (taken === undefined && line.startsWith('InResponse is listening on')) {
      taken = performance.now() - begin;
      // npm and what it started.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    }
  }
  await exited;
  if (taken === undefined) throw new Error('npm start ended without saying that it is listening');
  return taken;
}

const times: number[] = [];
for (let run = 0; run < RUNS; run += 1) times.push(await startMs());
const inSeconds = times.map((time) => (time / 1_000).toFixed(2));
console.log(
  `npm start until listening: median ${(median(times) / 1_000).toFixed(2)} s of ${inSeconds.join(', ')} (budget 8 s)`,
);
