import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { difference, type Item } from '../../lambda/data/items.ts';
import { SEED } from '../support/arbitraries.ts';

/** Does what DynamoDB does with SET and REMOVE. */
function apply(before: Item, update: ReturnType<typeof difference>): Item {
  const after = { ...before };
  const [, set = '', remove = ''] = /^(?:SET (.*?))?(?: ?REMOVE (.*))?$/.exec(update.UpdateExpression) ?? [];
  for (const part of set.split(', ').filter(Boolean)) {
    const [name = '', value = ''] = part.split(' = ');
    after[update.ExpressionAttributeNames[name] ?? ''] = update.ExpressionAttributeValues[value];
  }
  for (const name of remove.split(', ').filter(Boolean)) delete after[update.ExpressionAttributeNames[name] ?? ''];
  return after;
}

const item = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'count', 'name.with#signs'), fc.jsonValue());

describe('difference', () => {
  it('turns what was into what is to be', () => {
    fc.assert(
      fc.property(item, item, (before, after) => {
        expect(JSON.stringify(sorted(apply(before, difference(before, after))))).toBe(JSON.stringify(sorted(after)));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('does not mention what is equal', () => {
    const update = difference({ a: 1, count: 2, gone: 3 }, { a: 1, count: 2, fresh: [1] });
    expect(Object.values(update.ExpressionAttributeNames).sort()).toEqual(['fresh', 'gone']);
    expect(Object.values(update.ExpressionAttributeValues)).toEqual([[1]]);
  });

  it('takes an undefined attribute as none', () => {
    expect(difference({ a: undefined }, {}).UpdateExpression).toBe('');
    expect(difference({ a: 1 }, { a: undefined }).UpdateExpression).toBe('REMOVE #a0');
  });
});

function sorted(of: Item): [string, unknown][] {
  return Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
}
