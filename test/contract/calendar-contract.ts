import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { ADA, GRACE } from '../support/builders.ts';
import type { Stores } from './data-contract.ts';

export function calendarContract(stores: () => Stores): void {
  const row = (day: string, columns: object, teamname = 'payments') =>
    stores().db.send(
      new PutCommand({ TableName: stores().tables.OncallCalendar, Item: { teamname, day, ...columns } }),
    );

  describe('calendar.days', () => {
    it('is empty where nobody has written anything', async () => {
      expect(await stores().calendar.days('payments', [])).toEqual({});
      expect(await stores().calendar.days('payments', ['2026-11-21'])).toEqual({});
    });

    it('gives the days asked for and the default row, of that team alone', async () => {
      await row('2026-11-20', { oncall: 'yesterday@example.org' });
      await row('2026-11-21', { oncall: ADA, escalation: GRACE });
      await row('default', { oncall: GRACE });
      await row('2026-11-22', { oncall: 'stranger@example.org' }, 'platform');
      expect(await stores().calendar.days('payments', ['2026-11-21', '2026-11-22'])).toEqual({
        '2026-11-21': { oncall: ADA, escalation: GRACE },
        default: { oncall: GRACE },
      });
      expect(await stores().calendar.days('payments', [])).toEqual({ default: { oncall: GRACE } });
    });

    it('takes the same day twice, and the default row by name', async () => {
      await row('default', { oncall: GRACE });
      expect(await stores().calendar.days('payments', ['2026-11-21', '2026-11-21', 'default'])).toEqual({
        default: { oncall: GRACE },
      });
    });

    it('does not see a row that was removed, and makes do with rows put by hand', async () => {
      await row('2026-11-21', { oncall: ADA, removed: true });
      await row('2026-11-22', { oncall: '', escalation: 7, remark: 'on holiday' });
      expect(await stores().calendar.days('payments', ['2026-11-21', '2026-11-22'])).toEqual({ '2026-11-22': {} });
    });

    it('reads 99 days at once', async () => {
      const days = Array.from({ length: 99 }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10));
      for (const day of days) await row(day, { oncall: `${day}@example.org` });
      const found = await stores().calendar.days('payments', days);
      expect(Object.keys(found).sort()).toEqual(days);
    });
  });
}
