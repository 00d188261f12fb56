import { describe, expect, it } from '@jest/globals';
import { API_CONFIG, fieldsOf, INCIDENT, useApiStage } from '../../support/api-stage.ts';

const { stage, send, refused } = useApiStage({ config: null });

const FULL = {
  teams: [
    {
      id: 'core',
      name: 'Core services',
      timeZone: 'Europe/Berlin',
      calendar: [
        { day: 'default', oncall: 'ada@example.org', escalation: 'grace@example.org' },
        { day: '2026-12-24', escalation: 'grace@example.org' },
      ],
    },
  ],
  services: [
    { id: 'checkout', name: 'Checkout', team: 'core', pageAfterSeconds: 5, escalateAfterSeconds: 60 },
    { id: 'orphan', pageAfterSeconds: 0, escalateAfterSeconds: 600 },
  ],
};

describe('/config', () => {
  it('is empty in a new deployment, at revision 0', async () => {
    const answer = await send('GET', '/config');
    expect(answer).toMatchObject({ status: 200, json: {} });
    expect(answer.json).toEqual({});
    expect(answer.headers.etag).toBe('"0"');
    expect((await send('PUT', '/incidents', INCIDENT)).json).toMatchObject({ code: 'unknown_service' });
  });

  it('answers what was put, and a revision', async () => {
    const put = await send('PUT', '/config', FULL);
    expect(put).toMatchObject({ status: 200, json: { revision: 1, changed: true } });
    expect(put.headers.etag).toBe('"1"');
    const got = await send('GET', '/config');
    expect(got).toMatchObject({ status: 200, json: FULL });
    expect(got.headers).toMatchObject({ etag: '"1"', 'last-modified': expect.stringMatching(/2026/) });
  });

  it('is put back as it was got without a change', async () => {
    const { json } = await send('GET', '/config');
    const before = await stage().dump();
    expect(await send('PUT', '/config', json)).toMatchObject({ status: 200, json: { revision: 1, changed: false } });
    expect(await stage().dump()).toEqual(before);
  });

  it('is answered as it was put: nothing is filled in, and the order is kept', async () => {
    const sparse = { services: [{ team: 'core', id: 'checkout' }], teams: [{ id: 'core' }] };
    await send('PUT', '/config', sparse);
    const { text, json } = await send('GET', '/config');
    expect(json).toEqual(sparse);
    expect(text).toBe(JSON.stringify(sparse));
  });

  it('is replaced only while it is the revision named', async () => {
    const { headers } = await send('GET', '/config');
    const etag = headers.etag ?? '';
    expect((await send('PUT', '/config', FULL, { 'If-Match': etag })).status).toBe(200);
    const before = await stage().dump();
    const late = await send('PUT', '/config', {}, { 'if-match': etag });
    expect(late).toMatchObject({ status: 409, json: { code: 'stale_revision', revision: 3 } });
    expect(await stage().dump()).toEqual(before);
    expect((await send('PUT', '/config', {}, { 'IF-MATCH': '*' })).status).toBe(200);
    expect((await send('PUT', '/config', FULL, { 'If-Match': '4' })).status).toBe(200);
  });

  it.each(['W/"x"', 'abc', '"1", "2"', ''])('refuses the If-Match %j', async (value) => {
    const request = { method: 'PUT', path: '/config', body: FULL, headers: { 'If-Match': value } };
    const answer = await refused(request, 400, 'invalid_request');
    expect(fieldsOf(answer)).toEqual(['If-Match']);
  });

  it('put by two at once for the same revision: one of them learns that it was late', async () => {
    const { headers } = await send('GET', '/config');
    const put = (body: unknown) => ({
      method: 'PUT',
      path: '/config',
      body,
      headers: { 'If-Match': headers.etag ?? '' },
    });
    const answers = await stage().together(put({ services: [{ id: 'one' }] }), put({ services: [{ id: 'two' }] }));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = answers[0]?.status === 200 ? 'one' : 'two';
    expect((await send('GET', '/config')).json).toMatchObject({ services: [{ id: won }] });
    const lost = won === 'one' ? 'two' : 'one';
    expect((await send('PUT', '/incidents', { ...INCIDENT, service: won })).status).toBe(201);
    expect((await send('PUT', '/incidents', { ...INCIDENT, service: lost })).status).toBe(400);
  });

  it('put by two at once, both without If-Match: the rows are those of one of them', async () => {
    const put = (id: string) => ({ method: 'PUT', path: '/config', body: { services: [{ id }] } });
    const answers = await stage().together(put('three'), put('four'));
    for (const { status } of answers) expect([200, 409]).toContain(status);
    const { json } = await send('GET', '/config');
    const id = (json as { services: [{ id: string }] }).services[0].id;
    expect((await send('PUT', '/incidents', { ...INCIDENT, service: id })).status).toBe(201);
    const other = id === 'three' ? 'four' : 'three';
    expect((await send('PUT', '/incidents', { ...INCIDENT, service: other })).status).toBe(400);
  });

  it('takes a large one: fifty days for ten teams', async () => {
    const calendar = Array.from({ length: 50 }, (_, i) => ({
      day: new Date(Date.UTC(2027, 0, 1 + i)).toISOString().slice(0, 10),
      oncall: 'a@b.example',
    }));
    const teams = Array.from({ length: 10 }, (_, i) => ({ id: `team-${i}`, calendar }));
    const answer = await send('PUT', '/config', { teams });
    expect(answer.status).toBe(200);
    expect((await send('GET', '/config')).json.teams).toHaveLength(10);
    await send('PUT', '/config', API_CONFIG);
  });
});

describe('PUT /config refuses', () => {
  it.each([
    ['an unknown field', { team: [] }, ['team']],
    ['a team twice', { teams: [{ id: 'a' }, { id: 'a' }] }, ['teams[1].id']],
    ['a service twice', { services: [{ id: 'a' }, { id: 'a' }] }, ['services[1].id']],
    [
      'a day twice',
      { teams: [{ id: 'a', calendar: [{ day: 'default' }, { day: 'default' }] }] },
      ['teams[0].calendar[1].day'],
    ],
    ['a team that is not there', { services: [{ id: 'a', team: 'b' }] }, ['services[0].team']],
    [
      'escalation before the page',
      { services: [{ id: 'a', pageAfterSeconds: 60, escalateAfterSeconds: 30 }] },
      ['services[0].escalateAfterSeconds'],
    ],
    [
      'a page after the default escalation',
      { services: [{ id: 'a', pageAfterSeconds: 601 }] },
      ['services[0].escalateAfterSeconds'],
    ],
    ['a negative delay', { services: [{ id: 'a', pageAfterSeconds: -1 }] }, ['services[0].pageAfterSeconds']],
    ['half a second', { services: [{ id: 'a', pageAfterSeconds: 0.5 }] }, ['services[0].pageAfterSeconds']],
    [
      'an address that is none',
      { teams: [{ id: 'a', calendar: [{ day: 'default', oncall: 'ada' }] }] },
      ['teams[0].calendar[0].oncall'],
    ],
    ['an unknown zone', { teams: [{ id: 'a', timeZone: 'Berlin' }] }, ['teams[0].timeZone']],
    ['an object for a list', { teams: {} }, ['teams']],
    [
      'several faults at once',
      { teams: [{ id: '', timeZone: 'x' }], services: [{ id: 1, color: 2 }] },
      ['services[0].color', 'services[0].id', 'teams[0].id', 'teams[0].timeZone'],
    ],
  ])('%s', async (_what, body, fields) => {
    const answer = await refused({ method: 'PUT', path: '/config', body }, 400, 'invalid_request');
    expect(fieldsOf(answer)).toEqual(fields);
  });

  it.each([
    ['[]', 'invalid_request'],
    ['', 'invalid_json'],
    ['teams: []', 'invalid_json'],
  ])('the body %j', async (body, code) => {
    await refused({ method: 'PUT', path: '/config', body }, 400, code);
  });

  it('256 KiB', async () => {
    await refused({ method: 'PUT', path: '/config', body: { pad: 'x'.repeat(262_144) } }, 413, 'body_too_large');
  });
});

/** Last, because what looks at all rows afterwards is slow. */
describe('a configuration of the largest size', () => {
  it('with 5,000 services is stored or refused', async () => {
    const services = Array.from({ length: 5_000 }, (_, i) => ({ id: `service-with-a-rather-long-name-${i}` }));
    const before = await stage().dump();
    const { status } = await send('PUT', '/config', { services });
    expect(status).toBeLessThan(500);
    if (status !== 200) expect(await stage().dump()).toEqual(before);
  });
});
