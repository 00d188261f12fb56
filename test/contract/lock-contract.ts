import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import type { DedupLock } from '../../lambda/data/dedup.ts';
import type { Stores } from './data-contract.ts';

const AT_ONCE = 12;
const KEY = 'athens#disk /var';
const ofLock = (incidentId: number, reopenVersion?: number): DedupLock => ({
  incidentId,
  ...(reopenVersion === undefined ? {} : { reopenVersion }),
});

export function lockContract(stores: () => Stores): void {
  describe('counter.next', () => {
    it('begins with 10000 and counts up', async () => {
      expect(await stores().counter.next()).toBe(10_000);
      expect(await stores().counter.next()).toBe(10_001);
    });

    it('gives no number out twice', async () => {
      const numbers = await Promise.all(Array.from({ length: 40 }, () => stores().counter.next()));
      expect(new Set(numbers).size).toBe(40);
      expect(Math.min(...numbers)).toBe(10_000);
    });
  });

  describe('dedup', () => {
    it('knows no lock that was never set', async () => {
      expect(await stores().dedup.get(KEY)).toBeUndefined();
    });

    it('sets a lock, and keeps keys apart', async () => {
      expect(await stores().dedup.set(KEY, ofLock(1), undefined)).toBe(true);
      expect(await stores().dedup.get(KEY)).toEqual({ incidentId: 1 });
      expect(await stores().dedup.get(`${KEY} `)).toBeUndefined();
    });

    it.each<[what: string, stored: DedupLock, expected: DedupLock | undefined]>([
      ['there is one already', ofLock(1), undefined],
      ['it names another incident', ofLock(2), ofLock(1)],
      ['a re-opening has begun', ofLock(1, 4), ofLock(1)],
      ['the re-opening is over', ofLock(1), ofLock(1, 4)],
      ['the re-opening is of another version', ofLock(1, 5), ofLock(1, 4)],
    ])('leaves a lock alone when %s', async (_what, stored, expected) => {
      await stores().dedup.set(KEY, stored, undefined);
      expect(await stores().dedup.set(KEY, ofLock(9), expected)).toBe(false);
      expect(await stores().dedup.get(KEY)).toEqual(stored);
    });

    it('is refused when the lock that it expects was never there', async () => {
      expect(await stores().dedup.set(KEY, ofLock(9), ofLock(1))).toBe(false);
      expect(await stores().dedup.get(KEY)).toBeUndefined();
    });

    it('goes from hand to hand, with and without a re-opening', async () => {
      const hands = [ofLock(1), ofLock(2), ofLock(2, 7), ofLock(2, 8), ofLock(3), ofLock(3, 1), ofLock(3)];
      let expected: DedupLock | undefined;
      for (const lock of hands) {
        expect(await stores().dedup.set(KEY, lock, expected)).toBe(true);
        expect(await stores().dedup.get(KEY)).toEqual(lock);
        expected = lock;
      }
    });

    it.each([undefined, ofLock(1), ofLock(1, 2)])('is won by exactly one of many, from %j', async (expected) => {
      if (expected) await stores().dedup.set(KEY, expected, undefined);
      const results = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, i) => stores().dedup.set(KEY, ofLock(100 + i), expected)),
      );
      const winners = results.flatMap((won, i) => (won ? [100 + i] : []));
      expect(winners).toHaveLength(1);
      expect(await stores().dedup.get(KEY)).toEqual({ incidentId: winners[0] });
    });

    it('recognises its own write after a lost answer', async () => {
      const write = () => stores().dedup.set(KEY, ofLock(5, 2), undefined);
      expect(await write()).toBe(true);
      expect(await write()).toBe(true);
    });
  });

  describe('link secrets', () => {
    const secretOf = (i: number) => ({ id: `key${i}`, secret: `${i}`.repeat(32) });

    it('are none at first', async () => {
      expect(await stores().linkSecrets.get()).toEqual([]);
    });

    it('are whatever the first of many has stored', async () => {
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, i) => stores().linkSecrets.ensure(secretOf(i))),
      );
      const stored = await stores().linkSecrets.get();
      expect(stored).toHaveLength(1);
      for (const answer of answers) expect(answer).toEqual(stored);
    });

    it('are kept in order when somebody adds one by hand, for the first signs', async () => {
      const secrets = [secretOf(2), secretOf(1)];
      await stores().db.send(
        new PutCommand({ TableName: stores().tables.Config, Item: { configkey: 'linkSecrets', secrets } }),
      );
      expect(await stores().linkSecrets.get()).toEqual(secrets);
      expect(await stores().linkSecrets.ensure(secretOf(3))).toEqual(secrets);
    });

    it('are not replaced later', async () => {
      await stores().linkSecrets.ensure(secretOf(1));
      expect(await stores().linkSecrets.ensure(secretOf(2))).toEqual([secretOf(1)]);
    });
  });
}
