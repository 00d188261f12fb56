import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { configDocument, EMPTY_CONFIG } from '../../core/config/document.ts';
import { projection, type Rows, rowsOf } from '../../core/config/projection.ts';
import { DEFAULT_SETTINGS, DEFAULT_URGENCY, type Service } from '../../core/service.ts';
import { T0 } from '../support/builders.ts';
import type { Stores } from './data-contract.ts';

const document = (oncall: string, services: readonly string[] = ['athens']) =>
  configDocument.parse({
    teams: [{ id: 'payments', timeZone: 'Europe/Berlin', calendar: [{ day: 'default', oncall }] }],
    services: services.map((id) => ({ id, team: 'payments' })),
  });
const ADA = document('ada@example.org');
const LIN = document('lin@example.org');
/** A service with everything, and one with nothing. */
const REALISTIC = configDocument.parse({
  users: [{ id: 'ada', email: 'ada@example.org' }],
  teams: [{ id: 'payments', timeZone: 'Europe/Berlin', members: ['ada'] }],
  escalationPolicies: [
    {
      id: 'default',
      repeat: 2,
      atEnd: 'giveUp',
      rules: [
        { targets: [{ user: 'ada' }, { team: 'payments', mode: 'roundRobin' }], escalateAfterMinutes: 5 },
        { targets: [{ email: 'noc@example.org' }], urgency: 'high', stopsWhen: 'resolved' },
      ],
    },
  ],
  services: [
    {
      id: 'checkout',
      team: 'payments',
      escalationPolicy: 'default',
      urgency: { ERR: 'low' },
      acknowledgementTimeoutMinutes: 30,
      autoResolveMinutes: 240,
      supportHours: { days: ['mon', 'fri'], from: '09:00', to: '17:00' },
      grouping: { by: 'fields', fields: ['severity', 'details.host'], windowMinutes: 5 },
    },
    { id: 'plain' },
  ],
  maintenanceWindows: [
    { id: 'move', services: ['checkout'], from: '2026-11-21T00:00:00Z', to: '2026-11-22T00:00:00Z' },
  ],
});
const NO_ROWS: Rows = { services: [], calendar: [] };

export function configContract(stores: () => Stores): void {
  const onCall = async () => {
    const { calendar } = await stores().paging.load(1, 'payments', 'UTC', T0);
    return calendar.default?.oncall;
  };

  describe('config', () => {
    it('is revision 0 in a new deployment', async () => {
      expect(await stores().config.head()).toEqual({ revision: 0, projected: 0 });
      expect(await stores().config.revision(0)).toBeUndefined();
    });

    it('keeps a revision as it was, once', async () => {
      const revision = { revision: 1, previous: 0, document: ADA, author: 'key-1', at: T0 };
      expect(await stores().config.keep(revision)).toBe(true);
      expect(await stores().config.keep({ ...revision, document: LIN })).toBe(false);
      expect(await stores().config.revision(1)).toEqual(revision);
    });

    it('keeps the whole history, each revision with the one that it replaced', async () => {
      const kept = [ADA, LIN, EMPTY_CONFIG, REALISTIC].map((document, i) => ({
        revision: 2 * i + 1,
        previous: Math.max(0, 2 * i - 1),
        document,
        author: `key-${i}`,
        at: T0 + i,
      }));
      for (const revision of kept) expect(await stores().config.keep(revision)).toBe(true);
      const told = [];
      for (let at = 7; at > 0; ) {
        const found = await stores().config.revision(at);
        if (!found) throw new Error(`revision ${at} is lost`);
        told.unshift(found);
        at = found.previous;
      }
      expect(told).toEqual(kept);
      expect(await stores().config.revision(2)).toBeUndefined();
    });

    it('moves the head only from where it is', async () => {
      const { config } = stores();
      expect(await config.moveHead({ revision: 2, projected: 1 }, { revision: 1, projected: 1 })).toBe(false);
      expect(await config.moveHead({ revision: 1, projected: 0 }, { revision: 0, projected: 0 })).toBe(true);
      expect(await config.moveHead({ revision: 2, projected: 0 }, { revision: 0, projected: 0 })).toBe(false);
      expect(await config.moveHead({ revision: 1, projected: 1 }, { revision: 1, projected: 0 })).toBe(true);
      expect(await config.moveHead({ revision: 2, projected: 0 }, { revision: 1, projected: 0 })).toBe(false);
      expect(await config.head()).toEqual({ revision: 1, projected: 1 });
    });

    it.each([
      { revision: 0, projected: 0 },
      { revision: 1, projected: 1 },
    ])('lets exactly one of many move the head from $revision', async (from) => {
      if (from.revision > 0) await stores().config.moveHead(from, { revision: 0, projected: 0 });
      const heads = Array.from({ length: 10 }, (_, i) => ({ revision: 2 + i, projected: from.projected }));
      const moved = await Promise.all(heads.map((head) => stores().config.moveHead(head, from)));
      expect(moved.filter(Boolean)).toHaveLength(1);
      expect(await stores().config.head()).toEqual(heads[moved.indexOf(true)]);
    });

    it('keeps clear of the counter and the link secrets', async () => {
      await stores().counter.next();
      await stores().linkSecrets.ensure({ id: 'key', secret: 's'.repeat(32) });
      expect(await stores().config.head()).toEqual({ revision: 0, projected: 0 });
      await stores().config.moveHead({ revision: 1, projected: 0 }, { revision: 0, projected: 0 });
      expect(await stores().counter.next()).toBe(10_001);
      expect(await stores().linkSecrets.get()).toHaveLength(1);
    });
  });

  describe('configRows.project', () => {
    it('writes rows where they are looked up', async () => {
      await stores().configRows.project(1, rowsOf(ADA), NO_ROWS);
      expect(await stores().services.get('athens')).toEqual(rowsOf(ADA).services[0]);
      expect(await onCall()).toBe('ada@example.org');
    });

    it('gives back a whole service: its policy, settings, grouping, hours and windows', async () => {
      const [checkout, plain] = rowsOf(REALISTIC).services;
      expect(checkout).toMatchObject({ policy: { id: 'default', repeats: 2 }, grouping: { by: 'fields' } });
      expect(plain).not.toHaveProperty('policy');
      await stores().configRows.project(1, rowsOf(REALISTIC), NO_ROWS);
      expect(await stores().services.get('checkout')).toEqual(checkout);
      expect(await stores().services.get('plain')).toEqual(plain);
    });

    it('shows people who look at the table the owner and the zone', async () => {
      await stores().configRows.project(1, rowsOf(REALISTIC), NO_ROWS);
      const { Item } = await stores().db.send(
        new GetCommand({ TableName: stores().tables.Service, Key: { serviceId: 'checkout' } }),
      );
      expect(Item).toMatchObject({ serviceId: 'checkout', team: 'payments', timeZone: 'Europe/Berlin', revision: 1 });
    });

    it('is the same twice, and the next revision replaces it', async () => {
      await stores().configRows.project(1, rowsOf(ADA), NO_ROWS);
      await stores().configRows.project(1, rowsOf(ADA), NO_ROWS);
      await stores().configRows.project(2, rowsOf(LIN), NO_ROWS);
      expect(await onCall()).toBe('lin@example.org');
    });

    it('does no harm when it has been overtaken', async () => {
      await stores().configRows.project(2, rowsOf(LIN), NO_ROWS);
      await stores().configRows.project(1, rowsOf(ADA), NO_ROWS);
      await stores().configRows.project(1, NO_ROWS, rowsOf(ADA));
      expect(await onCall()).toBe('lin@example.org');
      expect(await stores().services.get('athens')).toBeDefined();
    });

    it('removes rows so that a belated writer cannot bring them back, but a later revision can', async () => {
      await stores().configRows.project(1, rowsOf(ADA), NO_ROWS);
      const { put, remove } = projection(ADA, EMPTY_CONFIG);
      await stores().configRows.project(2, put, remove);
      for (const _belated of [1, 2]) {
        expect(await stores().services.get('athens')).toBeUndefined();
        expect(await onCall()).toBeUndefined();
        await stores().configRows.project(1, rowsOf(ADA), NO_ROWS);
      }
      await stores().configRows.project(3, rowsOf(ADA), NO_ROWS);
      expect(await stores().services.get('athens')).toEqual(rowsOf(ADA).services[0]);
      expect(await onCall()).toBe('ada@example.org');
    });

    it('takes over rows that were put by hand', async () => {
      const { db, tables } = stores();
      await db.send(new PutCommand({ TableName: tables.Service, Item: { serviceId: 'athens', team: 'other' } }));
      await stores().configRows.project(1, rowsOf(ADA), NO_ROWS);
      expect((await stores().services.get('athens'))?.team).toBe('payments');
    });

    it('writes more rows than it sends at once', async () => {
      const many = Array.from({ length: 40 }, (_, i) => `service-${i}`);
      await stores().configRows.project(1, rowsOf(document('ada@example.org', many)), NO_ROWS);
      const found = await Promise.all(many.map((id) => stores().services.get(id)));
      expect(found.map((service) => service?.serviceId)).toEqual(many);
    });
  });

  describe('services.get', () => {
    const put = (Item: object) =>
      stores().db.send(new PutCommand({ TableName: stores().tables.Service, Item: { serviceId: 'athens', ...Item } }));
    const defaults: Service = {
      serviceId: 'athens',
      timeZone: 'UTC',
      pageAfterSeconds: 0,
      escalateAfterSeconds: 600,
      settings: DEFAULT_SETTINGS,
      grouping: { by: 'dedupKey' },
      urgency: DEFAULT_URGENCY,
      lowUrgencyOutsideHours: 'page',
      maintenance: [],
    };

    it('does not know what nobody has defined', async () => {
      expect(await stores().services.get('athens')).toBeUndefined();
    });

    it.each<[what: string, row: object, service: object]>([
      ['the least', { team: 'payments' }, { ...defaults, team: 'payments' }],
      ['no team', {}, defaults],
      ['an empty team', { team: '' }, defaults],
      ['values that cannot be', { timeZone: 'Mars', pageAfterSeconds: -1, escalateAfterSeconds: 'soon' }, defaults],
      ['columns of its own', { pageAfterSeconds: 30, remark: 'x' }, { ...defaults, pageAfterSeconds: 30 }],
    ])('makes do with a row put by hand: %s', async (_what, row, service) => {
      await put(row);
      expect(await stores().services.get('athens')).toEqual(service);
    });
  });
}
