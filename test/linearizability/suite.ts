import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Call } from './calls.ts';
import { checkLinearizable, type Verdict } from './checker.ts';
import type { Database } from './databases.ts';
import { historyText } from './history.ts';
import { incidentModel } from './model.ts';
import { brokenPromises, type Final } from './promises.ts';
import { type Ended, makeHistory } from './run.ts';
import { type Stage, startStage } from './stage.ts';

const model = incidentModel();

/** What a suite has done so far. */
interface Tally {
  histories: number;
  operations: number;
  claims: number;
  unavailable: number;
  longestMs: number;
  mostSteps: number;
}

/**
 * `HISTORIES=2000` makes so many instead of `histories`; they have seeds from `HISTORY_SEED` upwards. A seed repeats the clients, their
 * calls and their pauses; which call is served first is up to the sockets.
 */
export function linearizability(
  name: string,
  start: () => Promise<Database>,
  { histories, seed, runnable = true }: { histories: number; seed: number; runnable?: boolean },
): void {
  const first = Number(process.env.HISTORY_SEED ?? seed);
  const count = Number(process.env.HISTORIES ?? histories);
  const suite = runnable ? describe : describe.skip;

  suite(`an incident under many clients, on ${name}`, () => {
    let database: Database | undefined;
    let stage: Stage | undefined;
    const tally: Tally = { histories: 0, operations: 0, claims: 0, unavailable: 0, longestMs: 0, mostSteps: 0 };

    beforeAll(async () => {
      database = await start();
      stage = await startStage(database);
    }, 60_000);
    afterAll(async () => {
      stage?.stop();
      await database?.stop();
      if (process.env.HISTORIES !== undefined) process.stdout.write(`\n${name}: ${JSON.stringify(tally)}\n`);
    });

    it('does as if all calls came one after another, loses no change, and pages each step once', async () => {
      if (!stage) throw new Error(`${name} did not start`);
      const failures: string[] = [];
      for (let i = 0; i < count && failures.length < MOST_FAILURES; i++) {
        const faults = await faultsOf(stage, first + i, tally);
        if (faults.length > 0) failures.push(`HISTORY_SEED=${first + i}\n${faults.join('\n')}`);
      }
      expect(failures.join('\n\n')).toBe('');
      expect(tally.operations).toBeGreaterThan(10 * count);
      expect(tally.claims).toBeGreaterThan(count / 2);
    }, 7_200_000);
  });
}

/** More of them say nothing more. */
const MOST_FAILURES = 3;

async function faultsOf(stage: Stage, seed: number, tally: Tally): Promise<string[]> {
  const ended = await makeHistory(stage, seed);
  const finals = await readFinals(stage, ended);
  const { history } = ended.recorder;
  const started = performance.now();
  const verdict = checkLinearizable(history, model);
  tally.histories += 1;
  tally.operations += history.length;
  tally.claims += history.filter(({ call }) => call.kind === 'claim').length;
  tally.unavailable += history.filter(({ answer }) => answer?.kind === 'unavailable').length;
  tally.longestMs = Math.max(tally.longestMs, Math.round(performance.now() - started));
  tally.mostSteps = Math.max(tally.mostSteps, verdict.steps);
  const faults = [...faultText(verdict), ...brokenPromises(ended, finals)];
  await putToRest(stage, ended);
  return faults.length === 0 ? [] : [...faults, 'The history:', historyText(history)];
}

function faultText(verdict: Verdict<Call, Answer>): string[] {
  if (verdict.kind === 'linearizable') return [];
  if (verdict.kind === 'undecided') return [`undecided after ${verdict.steps} steps`];
  const { order, stuck, state } = verdict;
  return [
    `not linearizable. ${order.length} operations can be put in order, none of these may come next:`,
    historyText(stuck),
    `in the state ${state}`,
    'after, in this order,',
    ...order.map((operation) => historyText([operation])),
  ];
}

async function readFinals(stage: Stage, { ids }: Ended): Promise<Map<number, Final>> {
  const [reader] = stage.clients;
  const finals = new Map<number, Final>();
  for (const id of ids) {
    const final = await reader?.final(id);
    if (final) finals.set(id, final);
  }
  return finals;
}

/** Nothing of this history may be due in the next one. */
async function putToRest(stage: Stage, { ids }: Ended): Promise<void> {
  const [client] = stage.clients;
  for (const id of ids) await client?.request('POST', `/incidents/${id}`, { state: 'RESOLVED' });
}
