import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { Script } from '../acceptance/script.ts';
import type { StageOptions } from '../support/stage.ts';
import { describePlan, fits, type Injection, placesFor, randomFrom, TROUBLES } from './plan.ts';
import { broken } from './promise.ts';
import { type Replay, replay } from './replay.ts';

/**
 * How much is tried, from the environment variable FAULTS: without it one fault in every fourth story, the same in every run; `each`, at each call
 * a trouble that FAULT_SEED (1) chooses; `all`, each trouble at each call; `pairs`, FAULT_PAIRS (20) pairs per story, chosen by
 * FAULT_SEED; or a plan as a failure prints it: `hang@12,twice@40`.
 */
const { FAULTS, FAULT_PAIRS = '20', FAULT_SEED = '1', FAULT_TALLY } = process.env;
/** Enough to see what is wrong. */
const MOST_FAILURES = 5;

/** Plays the story again with faults, and throws when that breaks a promise. A story that makes its own trouble is left as it is. */
export async function playUnderFaults(options: StageOptions, script: Script, title: string): Promise<void> {
  if (script.tight || script.scenes.some(({ deed }) => deed.kind === 'do' || deed.kind === 'fault')) return;
  const chosen = createHash('sha256').update(title).digest();
  if (!FAULTS && chosen.readUInt8(4) % 4 > 0) return;
  const reference = await replay(options, script);
  const failures: string[] = [];
  let plays = 0;
  let hits = 0;
  for (const plan of plansFor(reference, chosen.readInt32LE())) {
    const run = await replay(options, script, plan, reference);
    plays += 1;
    hits += run.hits.length;
    const faults = broken(reference, run, plan.length);
    if (faults.length > 0) failures.push(describe(plan, faults, run));
    if (failures.length === MOST_FAILURES) break;
  }
  if (FAULT_TALLY)
    appendFileSync(FAULT_TALLY, `${JSON.stringify({ title, plays, hits, failures: failures.length })}\n`);
  if (failures.length > 0)
    throw new Error(`${failures.length} runs with faults break a promise\n\n${failures.join('\n\n')}`);
}

function plansFor({ calls }: Replay, choice: number): Injection[][] {
  const singles = placesFor(calls).flatMap((call) =>
    TROUBLES.filter((trouble) => fits(trouble, calls[call - 1] as (typeof calls)[number])).map((trouble) => ({
      call,
      trouble,
    })),
  );
  if (FAULTS === 'all') return singles.map((single) => [single]);
  const random = randomFrom(Number(FAULT_SEED) + choice);
  if (FAULTS === 'each') {
    return placesFor(calls).map((place) => {
      const here = singles.filter(({ call }) => call === place);
      return [here[Math.floor(random() * here.length)] as Injection];
    });
  }
  const any = () => singles[Math.floor(random() * singles.length)] as Injection;
  if (FAULTS === 'pairs') {
    return Array.from({ length: Number(FAULT_PAIRS) }, () => [any(), any()].sort((a, b) => a.call - b.call));
  }
  if (FAULTS) return [readPlan(FAULTS)];
  return singles.length > 0 ? [[any()]] : [];
}

function readPlan(text: string): Injection[] {
  return text.split(',').map((one) => {
    const [name, call] = one.split('@');
    const trouble = TROUBLES.find((known) => known === name?.trim());
    if (!trouble) throw new Error(`FAULTS: there is no trouble ${name}; there are ${TROUBLES.join(', ')}`);
    return { trouble, call: Number(call) };
  });
}

function describe(plan: readonly Injection[], faults: readonly string[], { hits, chronicle }: Replay): string {
  const again = plan.map(({ call, trouble }) => `${trouble}@${call}`).join(',');
  const where = hits.map(
    ({ call, at }) => `${call.invocation?.functionName}: ${call.service} ${call.operation} at ${at / 1_000} s`,
  );
  return [
    `${describePlan(plan)} (FAULTS='${again}', FAULT_SEED=${FAULT_SEED}) hit ${where.join('; ') || 'nothing'}`,
    ...faults.map((fault) => `  ${fault}`),
    chronicle,
  ].join('\n');
}
