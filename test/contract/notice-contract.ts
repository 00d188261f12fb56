import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { createNoticeStore } from '../../lambda/data/notices.ts';
import { T0 } from '../support/builders.ts';
import type { Stores } from './data-contract.ts';

const AT_ONCE = 12;
const DAY_MS = 86_400_000;

export function noticeContract(stores: () => Stores): void {
  /** Another process: it remembers nothing. */
  const another = () => createNoticeStore(stores().db, stores().tables.Config);

  describe('notices.claim', () => {
    it('is true once per id, in the same process and in any other', async () => {
      expect(await stores().notices.claim('a', T0)).toBe(true);
      expect(await stores().notices.claim('a', T0)).toBe(false);
      expect(await another().claim('a', T0 + DAY_MS)).toBe(false);
      expect(await another().claim('b', T0)).toBe(true);
      expect(await stores().notices.claim('b', T0)).toBe(false);
    });

    it('is won by exactly one of many', async () => {
      const won = await Promise.all(Array.from({ length: AT_ONCE }, () => another().claim('a', T0)));
      expect(won.filter(Boolean)).toHaveLength(1);
    });

    it('leaves a row that goes away by itself, long after the hand-off', async () => {
      await stores().notices.claim('a', T0);
      const { Item } = await stores().db.send(
        new GetCommand({ TableName: stores().tables.Config, Key: { configkey: 'handoff#a' } }),
      );
      expect(Number(Item?.expiresAt) * 1_000).toBeGreaterThanOrEqual(T0 + 7 * DAY_MS);
      expect(Number.isInteger(Item?.expiresAt)).toBe(true);
    });

    it('keeps clear of the configuration and the counter', async () => {
      for (const id of ['config', 'incidentId', 'linkSecrets']) expect(await stores().notices.claim(id, T0)).toBe(true);
      expect(await stores().config.head()).toEqual({ revision: 0, projected: 0 });
      expect(await stores().counter.next()).toBe(10_000);
      expect(await stores().linkSecrets.get()).toEqual([]);
    });
  });
}
