import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { ADA, anIncident, GRACE, T0 } from '../support/builders.ts';
import type { Stores } from './data-contract.ts';

export function pagingContract(stores: () => Stores): void {
  const row = (day: string, columns: object, teamname = 'payments') =>
    stores().db.send(
      new PutCommand({ TableName: stores().tables.OncallCalendar, Item: { teamname, day, ...columns } }),
    );

  describe('paging.load', () => {
    it('reads the incident, the rows that count today, and the secrets', async () => {
      const incident = anIncident();
      const secret = { id: 'key', secret: 's'.repeat(32) };
      await stores().incidents.create(incident, 'w');
      await stores().linkSecrets.ensure(secret);
      await row('2026-11-20', { oncall: 'yesterday@example.org' });
      await row('2026-11-21', { oncall: ADA, escalation: GRACE });
      await row('default', { oncall: GRACE });
      await row('2026-11-21', { oncall: 'stranger@example.org' }, 'platform');
      expect(await stores().paging.load(incident.incidentId, 'payments', 'Europe/Berlin', T0)).toEqual({
        incident,
        calendar: { '2026-11-21': { oncall: ADA, escalation: GRACE }, default: { oncall: GRACE } },
        secrets: [secret],
      });
    });

    it('asks for the local day', async () => {
      await row('2026-11-22', { oncall: ADA });
      const late = Date.parse('2026-11-21T23:30:00Z');
      const daysIn = async (zone: string) =>
        Object.keys((await stores().paging.load(1, 'payments', zone, late)).calendar);
      expect(await daysIn('Europe/Berlin')).toEqual(['2026-11-22']);
      expect(await daysIn('UTC')).toEqual([]);
    });

    it('finds nothing where there is nothing', async () => {
      expect(await stores().paging.load(10_000, 'payments', 'UTC', T0)).toEqual({ calendar: {}, secrets: [] });
    });

    it('reads no calendar without a team', async () => {
      const incident = anIncident();
      await stores().incidents.create(incident, 'w');
      await row('default', { oncall: ADA });
      expect(await stores().paging.load(incident.incidentId, undefined, 'UTC', T0)).toEqual({
        incident,
        calendar: {},
        secrets: [],
      });
    });

    it('makes do with rows put by hand', async () => {
      await row('default', { oncall: '', escalation: 7, remark: 'on holiday' });
      expect((await stores().paging.load(1, 'payments', 'UTC', T0)).calendar).toEqual({ default: {} });
    });

    it('does not see a row that was removed', async () => {
      await row('2026-11-21', { oncall: ADA, removed: true });
      expect((await stores().paging.load(1, 'payments', 'UTC', T0)).calendar).toEqual({});
    });
  });
}
