import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { configDocument } from '../../core/config/document.ts';
import { NOBODY } from '../../core/people.ts';
import { createCurrentConfig } from '../../lambda/data/current-config.ts';
import { createPagingStore } from '../../lambda/data/paging.ts';
import { ADA, anIncident, GRACE, T0 } from '../support/builders.ts';
import { pagingTables, type Stores } from './data-contract.ts';

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
        people: NOBODY,
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
      expect(await stores().paging.load(10_000, 'payments', 'UTC', T0)).toEqual({
        calendar: {},
        secrets: [],
        people: NOBODY,
      });
    });

    it('reads no calendar without a team', async () => {
      const incident = anIncident();
      await stores().incidents.create(incident, 'w');
      await row('default', { oncall: ADA });
      expect(await stores().paging.load(incident.incidentId, undefined, 'UTC', T0)).toEqual({
        incident,
        calendar: {},
        secrets: [],
        people: NOBODY,
      });
    });

    it('makes do with rows put by hand', async () => {
      await row('default', { oncall: '', escalation: 7, remark: 'on holiday' });
      expect((await stores().paging.load(1, 'payments', 'UTC', T0)).calendar).toEqual({ default: {} });
    });

    it('knows everybody of the configuration in force, and reads it once until it changes', async () => {
      const { config, db, tables } = stores();
      const reads: number[] = [];
      const counting = {
        head: config.head,
        async revision(revision: number) {
          reads.push(revision);
          return config.revision(revision);
        },
      };
      const paging = createPagingStore(db, pagingTables(tables), createCurrentConfig(counting));
      const names = async () => [...(await paging.load(1, undefined, 'UTC', T0)).people.users.keys()];
      const put = async (revision: number, previous: number, ids: readonly string[]) => {
        const document = configDocument.parse({ users: ids.map((id) => ({ id, email: `${id}@example.org` })) });
        await config.keep({ revision, previous, document, author: 'x', at: T0 });
        const from = { revision: previous, projected: previous };
        expect(await config.moveHead({ revision, projected: revision }, from)).toBe(true);
      };
      expect(await names()).toEqual([]);
      expect(reads).toEqual([]);
      await put(1, 0, ['ada']);
      for (const _turn of [1, 2, 3]) expect(await names()).toEqual(['ada']);
      expect(reads).toEqual([1]);
      await put(3, 1, ['ada', 'lin']);
      for (const _turn of [1, 2, 3]) expect(await names()).toEqual(['ada', 'lin']);
      expect(reads).toEqual([1, 3]);
    });

    it('does not see a row that was removed', async () => {
      await row('2026-11-21', { oncall: ADA, removed: true });
      expect((await stores().paging.load(1, 'payments', 'UTC', T0)).calendar).toEqual({});
    });
  });
}
