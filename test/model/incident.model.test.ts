import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SEED } from '../support/arbitraries.ts';
import { someCommands } from './commands.ts';
import { Reference } from './reference.ts';
import { Rig } from './rig.ts';
import { aWorld } from './world.ts';

const DEFAULT_RUNS = 2_000;

/** `MODEL_RUNS=20000 npm run jest -- test/model` looks further, with a seed of its own, which it prints; `MODEL_SEED` repeats one. */
function parameters(): { readonly seed: number; readonly numRuns: number } {
  const { MODEL_RUNS, MODEL_SEED } = process.env;
  if (MODEL_RUNS === undefined && MODEL_SEED === undefined) return { seed: SEED, numRuns: DEFAULT_RUNS };
  const seed = MODEL_SEED === undefined ? Date.now() % 2 ** 31 : Number(MODEL_SEED);
  const numRuns = Number(MODEL_RUNS ?? DEFAULT_RUNS);
  process.stdout.write(`\n${numRuns} sequences of commands, MODEL_SEED=${seed}\n`);
  return { seed, numRuns };
}

describe('an incident, whatever people, senders and time do to it', () => {
  it('is what the reference model says: the same state, the same people paged at the same instants, never silent', () => {
    let paged = 0;
    fc.assert(
      fc.property(aWorld, someCommands, (world, commands) => {
        const real = new Rig(world);
        fc.modelRun(() => ({ model: new Reference(world), real }), commands);
        paged += real.sentInAll;
      }),
      parameters(),
    );
    // A model that is never asked anything agrees with everything.
    expect(paged).toBeGreaterThan(1_000);
  }, 3_600_000);
});
