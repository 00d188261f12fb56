import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { threadId } from 'node:worker_threads';

/*
 * Loaded with `--import` into the local runtime and each of its threads: counts the AWS calls that arrive in the thread, by operation,
 * and leaves the numbers in a file of the directory that INRESPONSE_BENCH_CALLS names. The threads of the functions do not have the
 * variable, and serve nothing.
 */
const directory = process.env.INRESPONSE_BENCH_CALLS;
const WRITE_EVERY_MS = 1_000;

if (directory) {
  const calls: Record<string, number> = {};
  let changed = false;
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    const target = request.headers['x-amz-target'];
    if (typeof target !== 'string') return;
    const operation = target.replace(/_\d+/, '');
    calls[operation] = (calls[operation] ?? 0) + 1;
    changed = true;
  });
  setInterval(() => {
    if (changed) writeFileSync(`${directory}/${process.pid}-${threadId}.json`, JSON.stringify(calls));
    changed = false;
  }, WRITE_EVERY_MS).unref();
}
