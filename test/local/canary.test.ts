import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { LogLevel } from '../../local/log.ts';
import { type Local, startLocal } from '../../local/runtime.ts';
import { eventually, temporaryDirectory } from './fixture/assembly.ts';

const ADDRESS = 'canary@example.org';
const CONFIG = `
deployment:
  canary: { everyMinutes: 1, address: ${ADDRESS} }
  watchdogUrl: ssm:/inresponse/watchdog-url
services: [{ id: checkout }]
`;
const KEY = 'k'.repeat(20);

/** All but intervals, by which the schedules go. */
const REAL = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;

describe('a canary in the stack that is deployed, on this machine', () => {
  let local: Local;
  const lines: { level: LogLevel; source: string; message: string }[] = [];

  beforeAll(async () => {
    await using directory = await temporaryDirectory();
    const configFile = join(directory.path, 'config.yaml');
    await writeFile(configFile, CONFIG);
    jest.useFakeTimers({ doNotFake: [...REAL] });
    local = await startLocal({
      configFile,
      apiKey: KEY,
      log: (level, source, message) => lines.push({ level, source, message }),
    });
    // It synthesizes and bundles, which a busy machine takes its time for.
  }, 60_000);
  afterAll(async () => {
    jest.useRealTimers();
    await local?.stop();
  });

  async function canaries(): Promise<{ state: string; resolvedBy?: string }[]> {
    const response = await fetch(`${local.url}/incidents?service=inresponse-canary`, { headers: { 'x-api-key': KEY } });
    return ((await response.json()) as { incidents: [] }).incidents;
  }

  const arrivals = () =>
    lines.filter(({ source, message }) => source === 'canary' && message.startsWith('canary arrived '));

  it('goes through everything into the inbox each time, is heard of, and is over', async () => {
    for (const round of [1, 2]) {
      jest.advanceTimersByTime(60_000);
      // Asked first, because it fails once the stack is stopped: a test that is over must not ask for ever.
      const found = await eventually(async () => {
        const all = await canaries();
        return arrivals().length === round && all.every(({ state }) => state === 'RESOLVED') ? all : undefined;
      });
      expect(found).toHaveLength(round);
    }
    const mails = local.inbox();
    expect(mails.map(({ to }) => to)).toEqual([[ADDRESS], [ADDRESS]]);
    expect(mails[0]?.subject).toMatch(/^\[WARN\] #10000 Canary of \d{4}-/);
    expect(arrivals().map(({ message }) => message)).toEqual([
      expect.stringMatching(/^canary arrived incidentId=10000 seconds=\d+(\.\d)?$/),
      expect.stringMatching(/^canary arrived incidentId=10001 seconds=\d+(\.\d)?$/),
    ]);
    expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });
});
