import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { type Incident, SEVERITIES, STATES } from '../../core/incident.ts';
import type { IncidentFilter } from '../../lambda/data/incident-lists.ts';
import { toItem } from '../../lambda/data/incidents.ts';
import { createdKey } from '../../lambda/data/keys.ts';
import { anIncident, T0 } from '../support/builders.ts';
import type { Stores } from './data-contract.ts';
import { changed } from './incident-contract.ts';

const DAY = 86_400_000;
const FIRST = Date.parse('2026-08-31T20:00:00Z');
const SPAN = { from: FIRST - DAY, to: T0 };
const TEAMS = ['payments', 'platform', undefined] as const;
const SERVICES = ['athens', 'berlin'] as const;

/** Two and a half months, two at each instant; some in the last and first instants of a month. */
const BOUNDARIES = ['2026-08-31T23:59:59.999Z', '2026-09-01T00:00:00.000Z', '2026-10-31T23:59:59.999Z'].map(Date.parse);
const createdAts = [...BOUNDARIES, ...Array.from({ length: 21 }, (_, i) => FIRST + i * 4 * DAY)];

function mixed(): Incident[] {
  return createdAts.flatMap((createdAt, i) =>
    [0, 1].map((k) => {
      const n = 2 * i + k;
      const severity = SEVERITIES[n % SEVERITIES.length] ?? 'CRIT';
      const service = SERVICES[n % 2] ?? 'athens';
      const { team: _team, ...bare } = anIncident({ severity, service }, 10_000 + ((n * 7) % 48), createdAt);
      const team = TEAMS[Math.floor(n / 2) % 3];
      const incident = { ...bare, ...(team ? { team } : {}) };
      const state = STATES[Math.floor(n / 3) % 3] ?? 'OPEN';
      return state === 'OPEN' ? incident : changed(incident, state, createdAt + 1);
    }),
  );
}

const filters: Omit<IncidentFilter, 'from' | 'to'>[] = [undefined, ...STATES].flatMap((state) =>
  [undefined, 'athens'].flatMap((service) =>
    [undefined, 'payments'].flatMap((team) =>
      [undefined, 'CRIT' as const].map((severity) => ({
        ...(state ? { state } : {}),
        ...(service ? { service } : {}),
        ...(team ? { team } : {}),
        ...(severity ? { severity } : {}),
      })),
    ),
  ),
);

const newestFirst = (incidents: readonly Incident[]) =>
  [...incidents]
    .sort((a, b) => (createdKey(a.createdAt, a.incidentId) < createdKey(b.createdAt, b.incidentId) ? 1 : -1))
    .map((incident) => incident.incidentId);

function fits(incident: Incident, filter: IncidentFilter): boolean {
  const { from, to, ...wanted } = filter;
  const inTime = incident.createdAt >= from && incident.createdAt <= to;
  return inTime && Object.entries(wanted).every(([name, value]) => incident[name as keyof Incident] === value);
}

export function listContract(stores: () => Stores): void {
  const putAll = async (incidents: readonly Incident[]) => {
    for (let at = 0; at < incidents.length; at += 25) {
      const batch = incidents.slice(at, at + 25).map((incident) => ({ PutRequest: { Item: toItem(incident) } }));
      await stores().db.send(new BatchWriteCommand({ RequestItems: { [stores().tables.Incident]: batch } }));
    }
  };
  const walk = async (
    filter: IncidentFilter,
    limit: number,
    betweenPages: (page: number) => Promise<void> = async () => {},
  ) => {
    const ids: number[] = [];
    let after: string | undefined;
    for (let page = 1; page < 500; page++) {
      const { incidents, next } = await stores().lists.list(filter, limit, after);
      expect(incidents.length).toBeLessThanOrEqual(limit);
      ids.push(...incidents.map((incident) => incident.incidentId));
      if (next === undefined) return ids;
      expect(incidents.length).toBe(limit);
      after = next;
      await betweenPages(page);
    }
    throw new Error('the list does not end');
  };

  describe('lists.list', () => {
    it('is empty where there is nothing', async () => {
      for (const filter of filters) expect(await walk({ ...filter, ...SPAN }, 5)).toEqual([]);
    });

    it('gives whole incidents', async () => {
      const incident = anIncident({ details: { a: 1 }, links: [{ href: 'https://example.org' }] });
      await putAll([incident]);
      for (const filter of [{}, { state: 'OPEN' as const }, { service: 'athens' }, { team: 'payments' }]) {
        expect((await stores().lists.list({ ...filter, ...SPAN }, 5)).incidents).toEqual([incident]);
      }
    });

    it.each([7, 100])('gives each incident exactly once, newest first, for every filter, %d a page', async (limit) => {
      const all = mixed();
      await putAll(all);
      for (const filter of filters) {
        const wanted = { ...filter, ...SPAN };
        const expected = newestFirst(all.filter((incident) => fits(incident, wanted)));
        expect({ filter, ids: await walk(wanted, limit) }).toEqual({ filter, ids: expected });
      }
    });

    it.each([{}, { state: 'OPEN' as const }, { service: 'athens' }])('also one by one: %j', async (filter) => {
      const all = mixed();
      await putAll(all);
      const wanted = { ...filter, ...SPAN };
      expect(await walk(wanted, 1)).toEqual(newestFirst(all.filter((incident) => fits(incident, wanted))));
    });

    it.each([{}, { state: 'OPEN' as const }, { service: 'athens' }, { team: 'payments' }])(
      'takes both ends of a span in: %j',
      async (filter) => {
        const all = mixed();
        await putAll(all);
        for (const [from, to] of [
          [BOUNDARIES[0], BOUNDARIES[1]],
          [BOUNDARIES[1], BOUNDARIES[2]],
          [BOUNDARIES[1], BOUNDARIES[1]],
          [FIRST, FIRST],
          [T0, T0],
        ] as [number, number][]) {
          const wanted = { ...filter, from, to };
          const expected = newestFirst(all.filter((incident) => fits(incident, wanted)));
          for (const limit of [2, 5]) expect(await walk(wanted, limit)).toEqual(expected);
        }
      },
    );

    it.each(filters.filter(({ severity, team }) => !severity && !team))(
      'is not disturbed by what is created meanwhile: %j',
      async (filter) => {
        const all = mixed();
        await putAll(all);
        const wanted = { ...filter, ...SPAN };
        const expected = newestFirst(all.filter((incident) => fits(incident, wanted)));
        const ids = await walk(wanted, 3, async (page) => {
          const open = anIncident({}, 20_000 + page, T0 - 1_000 + page);
          await putAll([filter.state && filter.state !== 'OPEN' ? changed(open, filter.state) : open]);
        });
        expect(ids).toEqual(expected);
      },
    );

    it('ends exactly when the last page is full', async () => {
      await putAll([0, 1, 2, 3].map((i) => anIncident({}, 10_000 + i, T0 - i)));
      const page = await stores().lists.list(SPAN, 4);
      expect(page.incidents).toHaveLength(4);
      expect(page).not.toHaveProperty('next');
    });

    it('finds the few among many that a filter lets through, and fills a page of 100', async () => {
      const many = Array.from({ length: 260 }, (_, i) =>
        anIncident({ severity: i % 130 === 129 ? 'WARN' : 'CRIT' }, 10_000 + i, T0 - i),
      );
      await putAll(many);
      expect(await walk({ service: 'athens', severity: 'WARN', ...SPAN }, 5)).toEqual([10_129, 10_259]);
      expect(await walk({ service: 'athens', severity: 'CRIT', ...SPAN }, 100)).toHaveLength(258);
      expect(await walk({ state: 'OPEN', ...SPAN }, 100)).toEqual(newestFirst(many));
    });

    it('follows an incident through its states', async () => {
      const { incidents, lists } = stores();
      const open = anIncident();
      const listed = async (state: Incident['state']) => (await lists.list({ state, ...SPAN }, 5)).incidents.length;
      const shown = async () => [await listed('OPEN'), await listed('CLAIMED'), await listed('RESOLVED')];
      await incidents.create(open, 'w0');
      expect(await shown()).toEqual([1, 0, 0]);
      const claimed = await incidents.save(open, changed(open, 'CLAIMED'), 'w1');
      expect(await shown()).toEqual([0, 1, 0]);
      if (claimed.kind !== 'saved') throw new Error('nobody else writes here');
      const resolved = await incidents.save(claimed.incident, changed(claimed.incident, 'RESOLVED'), 'w2');
      expect(await shown()).toEqual([0, 0, 1]);
      if (resolved.kind !== 'saved') throw new Error('nobody else writes here');
      await incidents.save(resolved.incident, changed(resolved.incident, 'OPEN'), 'w3');
      expect(await shown()).toEqual([1, 0, 0]);
    });
  });
}
