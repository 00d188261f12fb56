import { describe, expect, it } from '@jest/globals';
import { ROUTES } from '../../../lambda/http/routes.ts';
import { OTHER_KEY_ID } from '../../support/api-event.ts';
import { fieldsOf, useApiStage } from '../../support/api-stage.ts';

const layer = (...users: string[]) => ({ users, start: '2026-11-02T09:00', rotation: { unit: 'week' } });
const config = (...users: string[]) => ({
  users: ['ada', 'grace', 'lin'].map((id) => ({ id, email: `${id}@example.org` })),
  schedules: [{ id: 'primary', timeZone: 'Europe/Berlin', layers: [layer(...users)] }],
  escalationPolicies: [{ id: 'standard', rules: [{ targets: [{ schedule: 'primary' }] }] }],
  services: [{ id: 'checkout', escalationPolicy: 'standard' }],
});
const FIRST = config('ada', 'grace');

const { stage, send, refused } = useApiStage({ config: FIRST });

interface Plan {
  changes: { change: string; kind: string; id: string; fields?: string[] }[];
  onCallChanges: object[];
  warnings: { kind: string; message: string }[];
}

describe('PUT /config?dryRun=true', () => {
  it('answers what would change, and who is on call when because of it; and changes nothing', async () => {
    const before = await stage().dump();
    const after = { ...config('ada', 'lin'), teams: [{ id: 'web' }], services: [] };
    const { status, json } = await send('PUT', '/config?dryRun=true', after);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      revision: 1,
      plan: { from: '2026-11-23T12:00:00.000Z', to: '2026-12-07T12:00:00.000Z' },
    });
    const plan = json.plan as Plan;
    expect(plan.changes).toEqual([
      { change: 'added', kind: 'team', id: 'web' },
      { change: 'changed', kind: 'schedule', id: 'primary', fields: ['layers'] },
      { change: 'removed', kind: 'service', id: 'checkout' },
    ]);
    // Ada has the odd weeks; the fourth, which runs, and the sixth were Grace's.
    expect(plan.onCallChanges).toEqual(
      [
        ['2026-11-23T12:00:00.000Z', '2026-11-30T08:00:00.000Z'],
        ['2026-12-07T08:00:00.000Z', '2026-12-07T12:00:00.000Z'],
      ].map(([from, to]) => ({
        where: 'schedule primary',
        timeZone: 'Europe/Berlin',
        from,
        to,
        before: ['grace'],
        after: ['lin'],
      })),
    );
    expect(await stage().dump()).toEqual(before);
  });

  it('warns of gaps and of what nothing uses', async () => {
    const office = { ...layer('ada'), restrictions: [{ kind: 'daily', from: '09:00', to: '17:00' }] };
    const { json } = await send('PUT', '/config?dryRun=true', {
      ...FIRST,
      schedules: [
        { id: 'primary', timeZone: 'Europe/Berlin', layers: [office] },
        { id: 'spare', timeZone: 'UTC', layers: [layer('ada')] },
      ],
    });
    const kinds = (json.plan as Plan).warnings.map(({ kind, message }) => `${kind}: ${message}`);
    expect(kinds).toContainEqual(
      expect.stringMatching(/^gap: schedule primary: nobody is on call from Mon 2026-11-23 17:00/),
    );
    expect(kinds).toContainEqual('unused: schedule spare is in no escalation policy');
  });

  it('answers an empty plan for what is in force, and the same plan when it is applied', async () => {
    const same = await send('PUT', '/config?dryRun=true', FIRST);
    expect(same.json).toMatchObject({ plan: { changes: [], onCallChanges: [] } });
    const dry = await send('PUT', '/config?dryRun=true', config('grace', 'ada'));
    const real = await send('PUT', '/config?dryRun=false', config('grace', 'ada'));
    expect(real).toMatchObject({ status: 200, json: { revision: 2, changed: true } });
    expect(real.json.plan).toEqual(dry.json.plan);
  });

  it('finds the faults that applying would', async () => {
    const request = { method: 'PUT', path: '/config?dryRun=true', body: { services: [{ id: 'a', team: 'b' }] } };
    expect(fieldsOf(await refused(request, 400, 'invalid_request'))).toEqual(['services[0].team']);
    const twice = { method: 'PUT', path: '/config?dryRun=true&dryRun=false', body: FIRST };
    expect(fieldsOf(await refused(twice, 400, 'invalid_request'))).toEqual(['dryRun']);
    const what = { method: 'PUT', path: '/config?dryRun=yes&dry=1', body: FIRST };
    expect(fieldsOf(await refused(what, 400, 'invalid_request'))).toEqual(['dry', 'dryRun']);
  });
});

describe('PUT /config', () => {
  it('names every fault at once, each at its path', async () => {
    const answer = await refused(
      {
        method: 'PUT',
        path: '/config',
        body: {
          users: [
            { id: 'ada', email: 'nonsense', colour: 'red' },
            { id: 'ada', notificationRules: [{ method: 'pager' }] },
          ],
          teams: [{ id: 'core', members: ['nobody'] }],
          schedules: [
            {
              id: 'primary',
              timeZone: 'Mars/Olympus',
              layers: [
                { users: [], start: '2026-02-30', rotation: { unit: 'fortnight' } },
                { ...layer('ghost'), restrictions: [{ kind: 'daily', from: '25:00', to: '17:00' }] },
              ],
            },
          ],
          overrides: [
            { schedule: 'none', kind: 'replace', user: 'ada', from: '2026-11-23T10:00', to: '2026-11-23T09:00' },
          ],
          escalationPolicies: [{ id: 'p', rules: [{ targets: [{ user: 'who' }, {}], escalateAfterMinutes: -1 }] }],
          services: [{ id: 'checkout', team: 'x', escalationPolicy: 'y', grouping: { by: 'time' } }],
          maintenanceWindows: [{ id: 'm', services: ['z'], from: '2026-11-24', to: '2026-11-23' }],
          extra: 1,
        },
      },
      400,
      'invalid_request',
    );
    expect(fieldsOf(answer)).toEqual(
      [
        'users[0].email',
        'users[0].colour',
        'users[1].id',
        'users[1].notificationRules[0].method',
        'teams[0].members[0]',
        'schedules[0].timeZone',
        'schedules[0].layers[0].users',
        'schedules[0].layers[0].start',
        'schedules[0].layers[0].rotation.unit',
        'schedules[0].layers[1].users[0]',
        'schedules[0].layers[1].restrictions[0].from',
        'overrides[0].schedule',
        'overrides[0].to',
        'escalationPolicies[0].rules[0].targets[0].user',
        'escalationPolicies[0].rules[0].targets[1]',
        'escalationPolicies[0].rules[0].escalateAfterMinutes',
        'services[0].team',
        'services[0].escalationPolicy',
        'services[0].grouping.windowMinutes',
        'maintenanceWindows[0].services[0]',
        'maintenanceWindows[0].to',
        'extra',
      ].sort(),
    );
    expect(answer.json.detail).toBe('The configuration has 22 faults.');
  });
});

describe("the administrator's key", () => {
  const admin = ROUTES.filter(({ auth }) => auth === 'admin');
  const restore = { method: 'POST', path: '/config/revisions/1/restore' };

  it('is what changing the configuration and the keys of senders needs', () => {
    const needed = [
      'createIntegration',
      'listIntegrations',
      'putConfig',
      'removeIntegration',
      'restoreConfig',
      'rotateIntegration',
    ];
    expect(admin.map(({ operation }) => operation).sort()).toEqual(needed);
  });

  it.each([
    ['PUT /config', { method: 'PUT', path: '/config', body: {} }],
    ['PUT /config as a dry run', { method: 'PUT', path: '/config?dryRun=true', body: {} }],
    ['restoring', restore],
  ])('is demanded for %s: 403 with another one', async (_what, request) => {
    await refused({ ...request, apiKeyId: OTHER_KEY_ID }, 403, 'forbidden');
    await refused({ ...request, apiKeyId: '' }, 403, 'forbidden');
  });

  it('is not needed to read, nor for overrides', async () => {
    for (const path of ['/config', '/config/revisions', '/config/revisions/1', '/config.schema.json']) {
      expect((await stage().request({ method: 'GET', path, apiKeyId: OTHER_KEY_ID })).status).toBe(200);
    }
    const body = { id: 'x', user: 'lin', from: '2026-12-01T00:00', to: '2026-12-02T00:00' };
    const add = { method: 'POST', path: '/schedules/primary/overrides', body, apiKeyId: OTHER_KEY_ID };
    expect((await stage().request(add)).status).toBe(200);
  });
});

describe('revisions', () => {
  it('are all kept, with author and time, and any can be restored', async () => {
    const { headers } = await send('GET', '/config');
    const base = Number(headers.etag?.replaceAll('"', ''));
    await send('PUT', '/config', { users: FIRST.users }, { 'X-Author': 'Ada <ada@example.org>' });
    await send('PUT', '/config', { teams: [{ id: 'web' }] }, { 'x-author': 'Grace' });
    const list = await send('GET', '/config/revisions');
    expect((list.json.revisions as object[]).slice(0, 2)).toEqual([
      { revision: base + 2, author: 'Grace', at: '2026-11-23T12:00:00.000Z' },
      { revision: base + 1, author: 'Ada <ada@example.org>', at: '2026-11-23T12:00:00.000Z' },
    ]);
    expect((list.json.revisions as { author: string }[]).at(-1)?.author).toBe('API key');
    const old = await send('GET', `/config/revisions/${base + 1}`);
    expect(old).toMatchObject({ status: 200, json: { users: FIRST.users }, headers: { etag: `"${base + 1}"` } });

    expect(await send('POST', '/config/revisions/1/restore', undefined, { 'X-Author': 'Lin' })).toMatchObject({
      status: 200,
      json: { revision: base + 3, changed: true, restored: 1 },
    });
    const now = await send('GET', '/config');
    expect(now.json).toEqual(FIRST);
    expect(now.headers['x-config-author']).toBe('Lin, restoring revision 1');
    expect(
      (await send('PUT', '/incidents', { service: 'checkout', severity: 'ERR', title: 't', message: 'm' })).status,
    ).toBe(201);
    // What is in force is not put in force again.
    expect(await send('POST', '/config/revisions/1/restore')).toMatchObject({
      status: 200,
      json: { revision: base + 3, changed: false },
    });
  });

  it('are restored only while If-Match says so', async () => {
    const { headers } = await send('GET', '/config');
    const late = { method: 'POST', path: '/config/revisions/2/restore', headers: { 'If-Match': '"1"' } };
    const answer = await refused(late, 409, 'stale_revision');
    expect(`"${answer.json.revision}"`).toBe(headers.etag);
    expect(
      (await send('POST', '/config/revisions/2/restore', undefined, { 'If-Match': headers.etag ?? '' })).status,
    ).toBe(200);
  });

  it.each(['0', '999', '-1', 'x', '1e1', '01x', '9999999999'])('%s is none: 404', async (revision) => {
    await refused({ method: 'GET', path: `/config/revisions/${revision}` }, 404, 'not_found');
    await refused({ method: 'POST', path: `/config/revisions/${revision}/restore` }, 404, 'not_found');
  });
});

describe('GET /config.schema.json', () => {
  it('is a JSON Schema with every kind of thing that a configuration lists, open to all', async () => {
    const { status, json, headers } = await send('GET', '/config.schema.json');
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/json' });
    expect(json).toMatchObject({ $schema: expect.stringContaining('json-schema.org'), type: 'object' });
    expect(Object.keys(json.properties as object)).toEqual(expect.arrayContaining(Object.keys(FIRST)));
    expect(ROUTES.find(({ operation }) => operation === 'getConfigSchema')?.auth).toBe('none');
  });
});
