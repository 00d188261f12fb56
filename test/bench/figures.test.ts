import { describe, expect, it } from '@jest/globals';
import { itemSize, readUnits, writeUnits } from '../../bench/capacity.ts';
import { cost, PRICED, total, type Usage } from '../../bench/prices.ts';
import { median, percentile } from '../../bench/statistics.ts';
import type { TableDefinition } from '../../lambda/data/keys.ts';

describe('percentile', () => {
  it.each([
    [0, 1],
    [0.5, 2],
    [0.75, 3],
    [0.76, 10],
    [1, 10],
  ])('%d of four samples, in whatever order', (fraction, expected) => {
    expect(percentile([10, 1, 3, 2], fraction)).toBe(expected);
  });

  it('has a median that is a sample, and none of nothing', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('request units', () => {
  const table: TableDefinition = {
    partitionKey: { name: 'id', type: 'N' },
    indexes: [
      {
        name: 'due',
        partitionKey: { name: 'shard', type: 'N' },
        sortKey: { name: 'at', type: 'N' },
        include: ['state'],
      },
    ],
  };
  const item = { id: { N: '7' }, shard: { N: '3' }, at: { N: '100' }, state: { S: 'OPEN' }, text: { S: 'x' } };

  it('sizes an item as the developer guide says', () => {
    // Names: 2 + 5 + 2 + 5 + 4; two digits a byte and one more; zeroes at the end are trimmed.
    expect(itemSize(item)).toBe(2 + 2 + 5 + 2 + 2 + 2 + 5 + 4 + 4 + 1);
    expect(itemSize({ l: { L: [{ S: 'ä' }, { BOOL: true }] } })).toBe(1 + 3 + (1 + 2) + (1 + 1));
    expect(itemSize({ m: { M: { a: { NULL: true }, b: { N: '-12.50' } } } })).toBe(1 + 3 + (1 + 1 + 1) + (1 + 1 + 3));
    expect(() => itemSize({ set: { SS: ['a'] } })).toThrow('another type');
  });

  it('takes four kilobytes for one consistent read, half for another', () => {
    expect([0, 4_096, 4_097].map((bytes) => readUnits(bytes, true))).toEqual([1, 1, 2]);
    expect(readUnits(4_097, false)).toBe(1);
  });

  it.each([
    ['a new item', undefined, item, 1],
    ['an attribute that the index does not keep', item, { ...item, text: { S: 'y' } }, 0],
    ['an attribute that the index keeps', item, { ...item, state: { S: 'CLAIMED' } }, 1],
    ['a key of the index', item, { ...item, at: { N: '200' } }, 2],
    ['leaving the index', item, { id: item.id }, 1],
    ['never in the index', { id: item.id }, { id: item.id, text: item.text }, 0],
  ])('writes to an index: %s', (_, before, after, indexes) => {
    expect(writeUnits(table, before, after)).toEqual({ table: 1, indexes });
  });

  it('goes by the larger of the two versions', () => {
    const large = { ...item, text: { S: 'x'.repeat(2_048) } };
    expect(writeUnits(table, large, item).table).toBe(3);
    expect(writeUnits(table, item, large).table).toBe(3);
  });
});

describe('cost', () => {
  it('sums what is used at its price', () => {
    const none = Object.fromEntries(PRICED.map((name) => [name, 0])) as Usage;
    const costs = cost({ ...none, mails: 2, transitions: 6 }, 1_000);
    expect(costs.mails).toBeCloseTo(0.2);
    expect(costs.transitions).toBeCloseTo(0.15);
    expect(total(costs)).toBeCloseTo(0.35);
  });
});
