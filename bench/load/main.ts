import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ALERTMANAGER, alertmanagerVersion } from './alertmanager.ts';
import { closeConnections } from './http.ts';
import { type Part, renderPart, renderPlace } from './report.ts';
import { highestRate, steadyWithKill } from './steady.ts';
import { distinctStorm, sameKeyStorm, throttledStorm } from './storms.ts';

/**
 * Prints the tables of docs/load.md: storms and a steady load with a `kill -9` in the middle, against the local runtime in a process of
 * its own, data on disk, and against Alertmanager where it is installed. Exits with 1 when anything accepted was lost, paged twice
 * without need, or counted wrongly. `node bench/load/main.ts [--quick] [--steady-seconds 180] [--rate 50] [--senders 64]
 * [--parts same-key,distinct,throttled,rate,steady]`
 */
const PARTS = ['same-key', 'distinct', 'throttled', 'rate', 'steady'];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    'steady-seconds': { type: 'string' },
    rate: { type: 'string', default: '50' },
    senders: { type: 'string', default: '64' },
    parts: { type: 'string', default: PARTS.join(',') },
  },
});
const positive = (text: string, name: string) => {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name} must be a positive whole number`);
};
const ratePerSecond = positive(values.rate, 'rate');
const senders = positive(values.senders, 'senders');
const seconds = positive(values['steady-seconds'] ?? (values.quick ? '20' : '180'), 'steady-seconds');
const wanted = values.parts.split(',');
const unknown = wanted.filter((part) => !PARTS.includes(part));
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);

// An exit by `process.exit` takes the servers along; a signal's own does not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const directory = await mkdtemp(join(tmpdir(), 'inresponse-load-'));
const sameKeyEvents = values.quick ? 2_000 : 10_000;
const distinctEvents = values.quick ? 300 : 2_000;
const broken: string[] = [];

function print({ title, runs }: Part): void {
  console.log(`\n${renderPart({ title, runs })}`);
  broken.push(...runs.flatMap((run) => run.broken.map((promise) => `${title}: ${promise}`)));
}

try {
  if (ALERTMANAGER === undefined) {
    console.error('SKIPPED Alertmanager: none on PATH (apt-get install prometheus-alertmanager)');
  }
  const versions = ALERTMANAGER ? [`Alertmanager ${alertmanagerVersion()}`] : [];
  console.log(renderPlace(['node', 'bench/load/main.ts', ...process.argv.slice(2)].join(' '), versions));
  const load = { directory, senders };
  if (wanted.includes('same-key')) print(await sameKeyStorm({ ...load, events: sameKeyEvents }));
  if (wanted.includes('distinct')) print(await distinctStorm({ ...load, events: distinctEvents }));
  if (wanted.includes('throttled')) print(await throttledStorm({ directory, events: distinctEvents }));
  if (wanted.includes('steady')) print(await steadyWithKill({ directory, ratePerSecond, seconds }));
  if (wanted.includes('rate')) console.log(`\n${await highestRate({ directory })}`);
} finally {
  closeConnections();
  await rm(directory, { recursive: true, force: true });
}

if (broken.length > 0) {
  console.error(
    `BROKEN, ${broken.length} times:\n${broken
      .slice(0, 50)
      .map((promise) => `- ${promise}`)
      .join('\n')}`,
  );
  process.exitCode = 1;
}
