import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SEED } from '../support/arbitraries.ts';
import { checkLinearizable, type Model } from './checker.ts';
import type { History, Operation } from './history.ts';

/** A cell with a value and a conditional write, and a count that only goes up. */
type Call =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly value: number }
  | { readonly kind: 'swap'; readonly from: number; readonly to: number }
  | { readonly kind: 'add' };
type Answer = number | boolean;
type Op = Operation<Call, Answer>;

const cell: Model<number, Call, Answer> = {
  initial: 0,
  key: String,
  step(value, call, answer) {
    const [next, expected] = effect(value, call);
    return answer === undefined || answer === expected ? [next] : [];
  },
};

function effect(value: number, call: Call): readonly [next: number, answer: Answer] {
  switch (call.kind) {
    case 'read':
      return [value, value];
    case 'write':
      return [call.value, true];
    case 'swap':
      return value === call.from ? [call.to, true] : [value, false];
    case 'add':
      return [value + 1, value + 1];
  }
}

const op = (client: string, invoked: number, answered: number, call: Call, answer?: Answer): Op => ({
  client,
  call,
  invoked,
  answered,
  ...(answer === undefined ? {} : { answer }),
});
const read = { kind: 'read' } as const;
const write = (value: number) => ({ kind: 'write', value }) as const;
const swap = (from: number, to: number) => ({ kind: 'swap', from, to }) as const;
const add = { kind: 'add' } as const;
const NEVER = Number.POSITIVE_INFINITY;

const verdict = (history: History<Call, Answer>) => checkLinearizable(history, cell).kind;

describe('histories that are linearizable', () => {
  it.each<[string, readonly Op[]]>([
    ['none at all', []],
    ['one after another', [op('a', 1, 2, write(1), true), op('b', 3, 4, read, 1)]],
    ['a read beside a write, before it', [op('a', 1, 4, write(1), true), op('b', 2, 3, read, 0)]],
    ['a read beside a write, after it', [op('a', 1, 4, write(1), true), op('b', 2, 3, read, 1)]],
    ['two conditional writes, one wins', [op('a', 1, 4, swap(0, 1), true), op('b', 2, 3, swap(0, 2), false)]],
    ['counts in another order than their calls', [op('a', 1, 6, add, 3), op('b', 2, 5, add, 1), op('c', 3, 4, add, 2)]],
    ['a write without an answer that is read later', [op('a', 1, NEVER, write(7)), op('b', 5, 6, read, 7)]],
    ['a write without an answer that never was', [op('a', 1, NEVER, write(7)), op('b', 5, 6, read, 0)]],
    [
      'a write without an answer that takes effect between two reads',
      [op('a', 1, NEVER, write(7)), op('b', 5, 6, read, 0), op('b', 7, 8, read, 7)],
    ],
    [
      'an order that is none of the first guesses',
      [op('a', 1, 10, write(1), true), op('b', 2, 9, write(2), true), op('c', 3, 4, read, 2), op('c', 11, 12, read, 1)],
    ],
  ])('%s', (_, history) => {
    expect(verdict(history)).toBe('linearizable');
  });
});

describe('histories that are not', () => {
  it.each<[string, readonly Op[]]>([
    ['a stale read', [op('a', 1, 2, write(1), true), op('b', 3, 4, read, 0)]],
    ['a read that goes back', [op('a', 1, 8, write(1), true), op('b', 2, 3, read, 1), op('c', 4, 5, read, 0)]],
    ['two winners', [op('a', 1, 3, swap(0, 1), true), op('b', 2, 4, swap(0, 2), true)]],
    ['no winner', [op('a', 1, 3, swap(0, 1), false), op('b', 2, 4, swap(0, 2), false)]],
    ['a lost update', [op('a', 1, 3, add, 1), op('b', 2, 4, add, 1)]],
    ['an update that a later one loses', [op('a', 1, 2, add, 1), op('b', 3, 4, add, 2), op('c', 5, 6, read, 1)]],
    ['a value out of nowhere', [op('a', 1, 2, read, 5)]],
    [
      'a write without an answer that takes effect twice',
      [op('a', 1, NEVER, add), op('b', 2, 3, read, 0), op('b', 4, 5, read, 1), op('b', 6, 7, read, 2)],
    ],
    ['a write without an answer before it was called', [op('b', 1, 2, read, 7), op('a', 3, NEVER, write(7))]],
    [
      'two readers who do not agree on the order of two writes',
      [
        op('a', 1, 20, write(1), true),
        op('b', 2, 21, write(2), true),
        op('c', 3, 4, read, 1),
        op('c', 5, 6, read, 2),
        op('d', 7, 8, read, 1),
      ],
    ],
  ])('%s', (_, history) => {
    expect(verdict(history)).toBe('not linearizable');
  });

  it('say how far an order goes, and what does not fit', () => {
    const history = [op('a', 1, 2, write(1), true), op('b', 3, 6, read, 0), op('c', 4, 5, write(2), true)];
    expect(checkLinearizable(history, cell)).toMatchObject({
      order: [{ client: 'a' }, { client: 'c' }],
      stuck: [{ client: 'b' }],
      state: '2',
    });
  });
});

it('gives up rather than search for ever, and says so', () => {
  const many = Array.from({ length: 30 }, (_, i) => op(`c${i}`, i, 100 + i, write(i), true));
  expect(checkLinearizable([...many, op('r', 50, 99, read, 99)], cell, 1_000).kind).toBe('undecided');
});

it('takes what happens by itself into account, while it may', () => {
  /** As long as an add is under way, the cell may be reset. */
  const leaky: Model<number, Call, Answer> = {
    ...cell,
    unprompted: (_, underWay) => (underWay.some(({ call }) => call.kind === 'add') ? [0] : []),
  };
  const beside = [op('a', 1, 2, write(5), true), op('b', 3, 8, add, 1), op('c', 4, 5, read, 0)];
  expect(checkLinearizable(beside, leaky).kind).toBe('linearizable');
  const after = [op('b', 1, 2, add, 1), op('a', 3, 4, write(5), true), op('c', 5, 6, read, 0)];
  expect(checkLinearizable(after, leaky).kind).toBe('not linearizable');
});

describe('any small history', () => {
  const aCall: fc.Arbitrary<Call> = fc.oneof(
    fc.constant(read),
    fc.integer({ min: 0, max: 2 }).map(write),
    fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })).map(([from, to]) => swap(from, to)),
    fc.constant(add),
  );
  const anAnswer = (call: Call): fc.Arbitrary<Answer | undefined> => {
    if (call.kind === 'write') return fc.constantFrom(true, undefined);
    return call.kind === 'swap' ? fc.constantFrom(true, false, undefined) : fc.constantFrom(0, 1, 2, 3, undefined);
  };
  const anOp = aCall.chain((call) =>
    fc.record({
      call: fc.constant(call),
      answer: anAnswer(call),
      invoked: fc.integer({ min: 0, max: 20 }),
      takes: fc.integer({ min: 1, max: 12 }),
    }),
  );
  /** Instants are distinct, as a counter gives them: calls are even, answers odd, and the place breaks ties. */
  const aHistory = fc.array(anOp, { maxLength: 5 }).map((ops) =>
    ops.map(({ call, answer, invoked, takes }, i): Op => {
      const from = invoked * 20 + i * 2;
      return op(`c${i}`, from, answer === undefined ? NEVER : from + takes * 20 + 1, call, answer);
    }),
  );

  it('is judged as by somebody who tries every order of every choice', () => {
    const seen = { linearizable: 0, 'not linearizable': 0, undecided: 0 };
    fc.assert(
      fc.property(aHistory, (history) => {
        const judged = verdict(history);
        seen[judged] += 1;
        expect(judged).toBe(anyOrderFits(history) ? 'linearizable' : 'not linearizable');
      }),
      { seed: SEED, numRuns: 600 },
    );
    expect(Math.min(seen.linearizable, seen['not linearizable'])).toBeGreaterThan(100);
  });
});

/** Tries every order of every set of operations that holds all answered ones. */
function anyOrderFits(history: readonly Op[]): boolean {
  return subsets(history)
    .filter((some) => history.every((each) => each.answer === undefined || some.includes(each)))
    .some((some) => permutations(some).some((order) => inRealTime(order) && explains(order)));
}

function inRealTime(order: readonly Op[]): boolean {
  return order.every(({ invoked }, i) => order.slice(i + 1).every(({ answered }) => answered > invoked));
}

function explains(order: readonly Op[]): boolean {
  let value = 0;
  return order.every(({ call, answer }) => {
    const [next, expected] = effect(value, call);
    value = next;
    return answer === undefined || answer === expected;
  });
}

function subsets<T>([first, ...rest]: readonly T[]): T[][] {
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((some) => [some, [first, ...some]]);
}

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]];
  return all.flatMap((first) => permutations(all.filter((other) => other !== first)).map((rest) => [first, ...rest]));
}
