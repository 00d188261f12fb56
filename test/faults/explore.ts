import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { Script } from '../acceptance/script.ts';
import type { StageOptions } from '../support/stage.ts';
import { describePlan, type Injection, placesFor, randomFrom, TROUBLES } from './plan.ts';
import { broken } from './promise.ts';
import { type Replay, replay } from './replay.ts';

/**
 * How much is tried, from the environment variable FAULTS: without it one fault in every eighth story, the same in every run; `full`, at
 * each call a trouble that FAULT_SEED (1) chooses, and FAULT_PAIRS (10) pairs per story; `all`, each trouble at each call, which takes
 * hours; or a plan as a failure prints it: `hang@12,twice@40`.
 */
const { FAULTS, FAULT_PAIRS = '10', FAULT_SEED = '1', FAULT_TALLY } = process.env;
/** Enough to see what is wrong. */
const MOST_FAILURES = 5;

/** Plays the story again with faults, and throws when that breaks a promise. A story that makes its own trouble is left as it is. */
export async function playUnderFaults(options: StageOptions, script: Script, title: string): Promise<void> {
  // Without its reconciler a story shows what works without; the promises hold with it.
  if (
    script.tight ||
    options.reconciler === 'off' ||
    script.scenes.some(({ deed }) => deed.kind === 'do' || deed.kind === 'fault')
  )
    return;
  const chosen = createHash('sha256').update(title).digest();
  if (!FAULTS && chosen.readUInt8(4) % 8 > 0) return;
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
  const places = placesFor(calls);
  const singles = places.flat();
  if (FAULTS === 'all') return singles.map((single) => [single]);
  const random = randomFrom(Number(FAULT_SEED) + choice);
  const one = <T>(of: readonly T[]): T[] => {
    const at = Math.floor(random() * of.length);
    return of.slice(at, at + 1);
  };
  if (FAULTS === 'full') {
    const pair = () => [...one(singles), ...one(singles)].sort((a, b) => a.call - b.call);
    return [...places.map(one), ...Array.from({ length: Number(FAULT_PAIRS) }, pair)];
  }
  return FAULTS ? [readPlan(FAULTS)] : [one(singles)];
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
