/** A source of chance that gives the same again for the same seed. */
export interface Chance {
  /** From 0 up to, but not including, `below`. */
  below(below: number): number;
  /** True that often, of 1. */
  happens(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Another source, of its own course. */
  fork(): Chance;
}

/** Mulberry32: 32 bits of state, good enough for scripts. Source: T. Ettinger, 2017, public domain. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const chance: Chance = {
    below: (below) => Math.floor(next() * below),
    happens: (probability) => next() < probability,
    pick(from) {
      const index = chance.below(from.length);
      if (!(index in from)) throw new Error('there is nothing to pick from');
      return from[index] as (typeof from)[number];
    },
    fork: () => createChance(Math.floor(next() * 2 ** 32)),
  };
  return chance;
}

const nextTurn = setImmediate;

/** Lets the event loop turn so often: a pause whose length no clock decides. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => nextTurn(resolve));
}

/** Mostly short, now and then so long that whole calls of others fit in. */
export function pause(chance: Chance): Promise<void> {
  return turns(chance.happens(0.08) ? 40 + chance.below(160) : chance.below(12));
}
