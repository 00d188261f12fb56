import { describe, expect, it } from '@jest/globals';
import { fieldsOf, useApiStage } from '../../support/api-stage.ts';
import { PUBLIC_URL } from '../../support/stage.ts';

/** A name that would be markup, a header, a line of a calendar, and a formula. */
const HOSTILE = '<b>"Ada"</b>\r\nBEGIN:VEVENT\r\nX-Evil: 1;,\\ \u202e';

const { stage, send, refused } = useApiStage({
  config: {
    users: [
      { id: 'ada', name: HOSTILE, email: 'ada@example.org' },
      { id: 'grace', name: 'Grace', email: 'grace@example.org' },
    ],
    teams: [{ id: 'core', calendar: [{ day: 'default', oncall: 'ada', escalation: 'boss@example.org' }] }],
    schedules: [
      {
        id: 'primary',
        name: `Primary ${HOSTILE}`,
        timeZone: 'Europe/Berlin',
        layers: [{ users: ['ada', 'grace'], start: '2026-11-02T09:00', rotation: { unit: 'week' } }],
      },
      {
        id: 'office',
        timeZone: 'Europe/Berlin',
        layers: [
          {
            users: ['guest@example.org'],
            start: '2026-11-02T09:00',
            rotation: { unit: 'day' },
            restrictions: [{ kind: 'daily', from: '09:00', to: '17:00' }],
          },
        ],
      },
    ],
    overrides: [
      { schedule: 'office', kind: 'replace', user: 'grace', from: '2027-01-01T09:00', to: '2027-01-01T17:00' },
    ],
    escalationPolicies: [
      { id: 'standard', rules: [{ targets: [{ schedule: 'primary' }, { calendar: 'escalation' }] }] },
    ],
    services: [{ id: 'checkout', team: 'core', escalationPolicy: 'standard' }],
  },
});

const OVERRIDE = { id: 'swap', user: 'ada', from: '2026-11-24T00:00', to: '2026-11-25T00:00' };
const onCall = async (at: string) => {
  const { json } = await send('GET', `/oncall?schedule=primary&at=${at}`);
  return (json.schedules as { onCall: { user: string }[] }[])[0]?.onCall.map(({ user }) => user);
};

describe('overrides', () => {
  it('put somebody on call for a time, and are taken back', async () => {
    expect(await onCall('2026-11-24T12:00:00Z')).toEqual(['grace']);
    const added = await send('POST', '/schedules/primary/overrides', OVERRIDE, { 'X-Author': 'Grace' });
    expect(added).toMatchObject({
      status: 200,
      json: { revision: 2, changed: true, override: { ...OVERRIDE, schedule: 'primary', kind: 'replace' } },
    });
    expect(await onCall('2026-11-24T12:00:00Z')).toEqual(['ada']);
    expect(await onCall('2026-11-25T12:00:00Z')).toEqual(['grace']);
    expect((await send('GET', '/config')).headers['x-config-author']).toBe('Grace');
    const removed = await send('DELETE', '/schedules/primary/overrides/swap');
    expect(removed).toMatchObject({ status: 200, json: { revision: 3, removed: 'swap' } });
    expect(await onCall('2026-11-24T12:00:00Z')).toEqual(['grace']);
  });

  it('are given an id when they come without one', async () => {
    const { id: _id, ...rest } = OVERRIDE;
    const { json } = await send('POST', '/schedules/primary/overrides', { ...rest, kind: 'add' });
    const { id } = json.override as { id: string };
    expect(await onCall('2026-11-24T12:00:00Z')).toEqual(['grace', 'ada']);
    expect((await send('DELETE', `/schedules/primary/overrides/${id}`)).status).toBe(200);
  });

  it('of the configuration that have no id go by what they say', async () => {
    const path = '/schedules/office/overrides/2027-01-01T09:00-grace';
    await refused({ method: 'DELETE', path: path.replace('office', 'primary') }, 404, 'not_found');
    expect((await send('DELETE', path)).status).toBe(200);
    expect((await send('GET', '/config')).json.overrides).toEqual([]);
  });

  it.each([
    ['nothing', {}, ['from', 'to', 'user']],
    ['an unknown person', { ...OVERRIDE, user: 'nobody' }, ['user']],
    ['an end before the beginning', { ...OVERRIDE, to: OVERRIDE.from }, ['to']],
    ['times that are none', { ...OVERRIDE, from: 'now', to: '2026-13-01' }, ['from', 'to']],
    ['another kind', { ...OVERRIDE, kind: 'swap' }, ['kind']],
    ['an unknown field', { ...OVERRIDE, schedule: 'office' }, ['schedule']],
    ['an id that cannot stand in an address', { ...OVERRIDE, id: '../x' }, ['id']],
  ])('refuse %s', async (_what, body, fields) => {
    const answer = await refused(
      { method: 'POST', path: '/schedules/primary/overrides', body },
      400,
      'invalid_request',
    );
    expect(fieldsOf(answer)).toEqual(fields);
  });

  it('refuse an id that is taken, an unknown schedule and an unknown override', async () => {
    await send('POST', '/schedules/primary/overrides', OVERRIDE);
    const again = { method: 'POST', path: '/schedules/primary/overrides', body: OVERRIDE };
    expect(fieldsOf(await refused(again, 400, 'invalid_request'))).toEqual(['id']);
    await refused({ ...again, path: '/schedules/none/overrides' }, 404, 'not_found');
    await refused({ method: 'DELETE', path: '/schedules/none/overrides/swap' }, 404, 'not_found');
    await refused({ method: 'DELETE', path: '/schedules/primary/overrides/none' }, 404, 'not_found');
    await send('DELETE', '/schedules/primary/overrides/swap');
  });

  it('are both kept when two come in one instant', async () => {
    const post = (id: string) => ({ method: 'POST', path: '/schedules/primary/overrides', body: { ...OVERRIDE, id } });
    const answers = await stage().together(post('one'), post('two'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { json } = await send('GET', '/config');
    expect((json.overrides as { id: string }[]).map(({ id }) => id).sort()).toEqual(['one', 'two']);
    for (const id of ['one', 'two']) await send('DELETE', `/schedules/primary/overrides/${id}`);
  });
});

describe('GET /oncall', () => {
  it('answers now and at a time, for a service, a team, a person', async () => {
    expect(await onCall('2026-12-01T00:00:00Z')).toEqual(['ada']);
    const { json } = await send('GET', '/oncall?service=checkout&team=core&user=grace');
    expect(json).toMatchObject({
      at: '2026-11-23T12:00:00.000Z',
      team: { team: 'core', oncall: { user: 'ada' }, escalation: { user: 'boss@example.org' } },
      user: { user: 'grace', onCall: true, next: { schedule: 'primary' } },
      service: {
        levels: [{ level: 1, pages: [{ to: 'grace@example.org' }, { to: 'boss@example.org' }] }, { level: 'fallback' }],
      },
    });
  });

  it.each([
    ['?service=none', 404, ['service']],
    ['?team=none', 404, ['team']],
    ['?schedule=none', 404, ['schedule']],
    ['?user=none', 404, ['user']],
    ['?at=noon', 400, ['at']],
    ['?who=me', 400, ['who']],
    ['?user=ada&user=grace', 400, ['user']],
  ])('%s: %i', async (query, status, fields) => {
    const code = status === 404 ? 'not_found' : 'invalid_request';
    expect(fieldsOf(await refused({ method: 'GET', path: `/oncall${query}` }, status, code))).toEqual(fields);
  });
});

describe('GET /schedules/{id}/shifts and gaps', () => {
  it('answer the shifts, final and per layer, and the times that nobody has', async () => {
    const span = 'from=2026-11-24T00:00:00Z&to=2026-11-26T00:00:00Z';
    const { json } = await send('GET', `/schedules/office/shifts?${span}`);
    expect(
      (json.final as { fromLocal: string; users: string[] }[]).map((each) => [each.fromLocal, each.users]),
    ).toEqual([
      ['2026-11-24T09:00:00+01:00', ['guest@example.org']],
      ['2026-11-25T09:00:00+01:00', ['guest@example.org']],
    ]);
    expect(json.layers).toMatchObject([{ id: 'layer-1', shifts: [{}, {}] }]);
    const gaps = await send('GET', `/schedules/office/gaps?${span}`);
    expect((gaps.json.gaps as { seconds: number }[]).map(({ seconds }) => seconds / 3_600)).toEqual([8, 16, 8]);
    expect((await send('GET', `/schedules/primary/gaps?${span}`)).json).toMatchObject({
      gaps: [],
      coveragePercentage: 100,
    });
  });

  it.each(['shifts', 'gaps'])('%s have bounds', async (what) => {
    const path = `/schedules/primary/${what}`;
    const ok = await send('GET', `${path}?from=2026-01-01T00:00:00Z&to=2027-02-05T00:00:00Z`);
    expect(ok.status).toBe(200);
    for (const [query, fields] of [
      ['from=2026-01-01T00:00:00Z&to=2027-02-05T00:00:01Z', ['to']],
      ['from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z', ['to']],
      ['to=2026-11-01T00:00:00Z', ['to']],
      ['from=x&until=y', ['from', 'until']],
    ] as const)
      expect(fieldsOf(await refused({ method: 'GET', path: `${path}?${query}` }, 400, 'invalid_request'))).toEqual(
        fields,
      );
    await refused({ method: 'GET', path: `/schedules/none/${what}` }, 404, 'not_found');
  });
});

describe('calendar feeds', () => {
  const feed = async (path: string) => {
    const { json } = await send('GET', path);
    return new URL(String(json.url));
  };

  it.each(['/schedules/primary/feed', '/users/ada/feed', '/users/guest%40example.org/feed'])(
    '%s is the secret address of a calendar, the same every time',
    async (path) => {
      const url = await feed(path);
      expect(url.origin).toBe(PUBLIC_URL);
      expect((await feed(path)).href).toBe(url.href);
      const { status, headers, text } = await send('GET', url.pathname);
      expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/calendar; charset=utf-8' });
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(text).toMatch(/^BEGIN:VCALENDAR\r\n/);
      expect(text).toMatch(/\r\nEND:VCALENDAR\r\n$/);
    },
  );

  it('cannot be broken by what people and schedules are called', async () => {
    for (const path of ['/schedules/primary/feed', '/users/ada/feed']) {
      const { text } = await send('GET', (await feed(path)).pathname);
      const lines = text.replaceAll('\r\n ', '').split('\r\n');
      const begun = lines.filter((line) => line === 'BEGIN:VEVENT').length;
      expect(begun).toBeGreaterThan(5);
      expect(lines.filter((line) => line === 'END:VEVENT')).toHaveLength(begun);
      expect(lines.filter((line) => line.startsWith('DTSTART'))).toHaveLength(begun);
      expect(lines.filter((line) => /^X-Evil/i.test(line))).toEqual([]);
      for (const line of lines.slice(0, -1)) expect(line).toMatch(/^[A-Z-]+[:;]/);
    }
  });

  it('answer 404 to every address that was tampered with, and say nothing of why', async () => {
    const { pathname } = await feed('/schedules/primary/feed');
    const token = pathname.split('/').at(-1) ?? '';
    const changed = [...token].map((char, at) => token.slice(0, at) + (char === 'A' ? 'B' : 'A') + token.slice(at + 1));
    const answers = new Set<string>();
    for (const wrong of [...changed, `${token}A`, token.slice(1), token.slice(0, -1), 'AAAA', 'x'.repeat(5_000)]) {
      const { status, text } = await send('GET', `/ical/${wrong}`);
      answers.add(`${status} ${text}`);
    }
    expect([...answers]).toEqual(['404 There is no such calendar.\n']);
  });

  it('are not there for who is not configured', async () => {
    await refused({ method: 'GET', path: '/schedules/none/feed' }, 404, 'not_found');
    await refused({ method: 'GET', path: '/users/none/feed' }, 404, 'not_found');
  });
});
