import { describe, expect, it } from '@jest/globals';
import { INCIDENT, useApiStage } from '../../support/api-stage.ts';

const { stage, send, raise, refused } = useApiStage();

const nested = (depth: number): unknown => (depth === 0 ? 'deep' : { down: nested(depth - 1) });
const listed = (depth: number): unknown => (depth === 0 ? 'deep' : [listed(depth - 1)]);
const text = String.fromCharCode;

/** Texts that have broken software before. */
const TEXTS: [string, string][] = [
  ['markup', '<script>alert(1)</script><img src=x onerror=alert(1)>"\'`&'],
  ['a header', 'x\r\nBcc: mallory@example.org\r\n\r\nbody'],
  ['NUL', `a${text(0)}b`],
  ['all control characters', Array.from({ length: 32 }, (_, i) => text(i)).join('')],
  ['marks of direction', `${text(0x202e)}evil${text(0x2066)}${text(0x200f)}`],
  ['a byte order mark', `${text(0xfeff)}x`],
  ['line separators', `a${text(0x2028)}b${text(0x2029)}c`],
  ['noncharacters', `${text(0xffff)}${text(0xfffe)}`],
  ['emoji', '👩‍🚒🏳️‍🌈'],
  ['stacked accents', `Z${text(0x0300).repeat(200)}`],
  ['placeholders', '$' + '{jndi:ldap://x} {{7*7}} %s %n $(reboot) `reboot`'],
  ['SQL and expressions', "'; DROP TABLE Incident; -- #a0 :v0"],
  ['a path', '../../../../etc/passwd'],
  ['names of prototypes', '__proto__'],
  ['blanks', '   '],
];

describe('hostile text', () => {
  it.each(TEXTS)('%s is stored as it is and answered as it is', async (_what, value) => {
    const body = {
      ...INCIDENT,
      title: value,
      message: value,
      source: value,
      dedupKey: value,
      details: { [value]: value },
    };
    const raised = await send('PUT', '/incidents', body);
    expect(raised).toMatchObject({ status: 201, json: body });
    const number = raised.json.incidentId;
    expect(await send('PUT', '/incidents', body)).toMatchObject({ status: 200, json: { incidentId: number } });
    const change = { state: 'CLAIMED', note: value, by: value };
    expect(await send('POST', `/incidents/${number}`, change)).toMatchObject({
      status: 200,
      json: { claimedBy: value },
    });
    expect((await send('GET', `/incidents/${number}`)).json).toMatchObject({ ...body, claimedBy: value });
    const { json } = await send('GET', `/incidents/${number}/timeline`);
    expect(json.timeline).toContainEqual(expect.objectContaining({ kind: 'noted', text: value, by: value }));
  });

  it.each(['\\ud800', '\\udc00', 'a\\udc00\\ud800b'])(
    'the lone surrogates %s become replacement characters',
    async (escaped) => {
      const body = JSON.stringify({ ...INCIDENT, dedupKey: `lone ${escaped}` }).replace(INCIDENT.title, escaped);
      const { status, json } = await send('PUT', '/incidents', body);
      expect(status).toBe(201);
      expect(String(json.title).isWellFormed()).toBe(true);
      expect((await send('GET', `/incidents/${json.incidentId}`)).json).toEqual(json);
    },
  );

  it('lone surrogates in a name within details are stored or refused', async () => {
    const body = JSON.stringify({ ...INCIDENT, details: { KEY: 1 } }).replace('KEY', '\\ud800');
    expect((await send('PUT', '/incidents', body)).status).toBeLessThan(500);
  });

  it('bytes that are not UTF-8 are stored or refused', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"service":"checkout","severity":"ERR","message":"x","title":"'),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from('"}'),
    ]);
    const event = { method: 'PUT', path: '/incidents', body: bytes.toString('latin1'), base64: true };
    expect((await stage().request(event)).status).toBeLessThan(500);
  });
});

describe('hostile details', () => {
  it.each([
    ['forty levels of objects', nested(40)],
    ['forty levels of lists', { list: listed(40) }],
    ['a thousand levels', { list: listed(1_000) }],
    ['huge and tiny numbers', { huge: 1e300, tiny: 5e-324, negative: -1e300, big: 2 ** 60, zero: -0 }],
    ['many digits', { pi: Math.PI, third: 1 / 3 }],
    ['empty things', { '': '', list: [], object: {}, nothing: null }],
    ['a name of 256', { ['x'.repeat(256)]: 1 }],
    ['two thousand fields', Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`f${i}`, i]))],
    ['names of prototypes', { constructor: 1, toString: 2, hasOwnProperty: 3, valueOf: 4, prototype: { x: 1 } }],
    ['names of attributes', { incidentId: 1, version: 99, state: 'RESOLVED', S: 'x', N: '1', M: {} }],
  ])('%s are stored and answered', async (_what, details) => {
    const raised = await send('PUT', '/incidents', { ...INCIDENT, details });
    expect(raised.status).toBe(201);
    expect(raised.json.details).toEqual(JSON.parse(JSON.stringify(details)));
    const number = raised.json.incidentId;
    expect((await send('POST', `/incidents/${number}`, { state: 'CLAIMED' })).status).toBe(200);
    expect((await send('GET', `/incidents/${number}`)).json.details).toEqual(JSON.parse(JSON.stringify(details)));
  });

  it('ten thousand levels are stored or refused', async () => {
    const body = `${JSON.stringify(INCIDENT).slice(0, -1)},"details":{"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`;
    expect((await send('PUT', '/incidents', body)).status).toBeLessThan(500);
  });

  it('a hundred thousand levels are refused', async () => {
    const body = `${JSON.stringify(INCIDENT).slice(0, -1)},"details":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    const before = await stage().dump();
    const { status } = await send('PUT', '/incidents', body);
    expect([201, 400]).toContain(status);
    if (status === 400) expect(await stage().dump()).toEqual(before);
  });

  it('numbers that grow when they are written out are stored or refused', async () => {
    const list = Array(50_000).fill('1e20').join();
    const body = `${JSON.stringify(INCIDENT).slice(0, -1)},"details":{"list":[${list}]}}`;
    const before = await stage().dump();
    const { status } = await send('PUT', '/incidents', body);
    expect(status).toBeLessThan(500);
    if (status !== 201) expect(await stage().dump()).toEqual(before);
  });

  it('a number that JSON allows and doubles do not is stored or refused', async () => {
    const body = `${JSON.stringify(INCIDENT).slice(0, -1)},"details":{"x":1e999}}`;
    expect((await send('PUT', '/incidents', body)).status).toBeLessThan(500);
  });

  it('a field called __proto__ is stored and answered, or refused; it is not dropped', async () => {
    const body = `${JSON.stringify(INCIDENT).slice(0, -1)},"details":{"a":1,"__proto__":{"polluted":true}}}`;
    const { status, text } = await send('PUT', '/incidents', body);
    expect([201, 400]).toContain(status);
    if (status === 201) expect(text).toContain('polluted');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('hostile fields', () => {
  it.each(['__proto__', 'constructor', 'toString'])('%s at the top is refused as unknown', async (name) => {
    const body = `${JSON.stringify(INCIDENT).slice(0, -1)},"${name}":{"polluted":true}}`;
    const answer = await refused({ method: 'PUT', path: '/incidents', body }, 400, 'invalid_request');
    expect(answer.json.errors).toMatchObject([{ field: name }]);
  });

  it.each(['incidentId', 'version', 'count', 'escalation', 'dueAt', 'writeId', 'createdAt', 'team'])(
    '%s cannot be set from outside',
    async (name) => {
      await refused({ method: 'PUT', path: '/incidents', body: { ...INCIDENT, [name]: 1 } }, 400, 'invalid_request');
      const number = await raise();
      const body = { state: 'CLAIMED', [name]: 1 };
      await refused({ method: 'POST', path: `/incidents/${number}`, body }, 400, 'invalid_request');
    },
  );

  it('the same name twice: the last one counts, as in every JSON reader', async () => {
    const body = JSON.stringify(INCIDENT).replace('{', '{"title":"first",');
    expect((await send('PUT', '/incidents', body)).json).toMatchObject({ title: INCIDENT.title });
  });

  it('a long key of characters of three bytes fits', async () => {
    const body = { ...INCIDENT, dedupKey: '€'.repeat(512) };
    expect((await send('PUT', '/incidents', body)).status).toBe(201);
    expect((await send('PUT', '/incidents', { ...body, service: '€'.repeat(128) })).json).toMatchObject({
      code: 'unknown_service',
    });
  });

  it('an error message does not grow with what was sent', async () => {
    const body = { ...INCIDENT, ['x'.repeat(100_000)]: 1, severity: 'y'.repeat(100_000) };
    const answer = await refused({ method: 'PUT', path: '/incidents', body }, 400, 'invalid_request');
    expect(answer.text.length).toBeLessThan(5_000);
  });

  it('an unknown service of hostile name is named as text in JSON', async () => {
    const service = '<script>"\r\n';
    const answer = await refused(
      { method: 'PUT', path: '/incidents', body: { ...INCIDENT, service } },
      400,
      'unknown_service',
    );
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });
});

describe('hostile configuration', () => {
  const team = { id: 'core', calendar: [] };
  it.each([
    [
      'an address with a header',
      { teams: [{ ...team, calendar: [{ day: 'default', oncall: 'a@b.example\r\nBcc: x@y.example' }] }] },
    ],
    ['two addresses', { teams: [{ ...team, calendar: [{ day: 'default', oncall: 'a@b.example,c@d.example' }] }] }],
    ['an address with a name', { teams: [{ ...team, calendar: [{ day: 'default', oncall: 'Ada <a@b.example>' }] }] }],
    ['a day that is none', { teams: [{ ...team, calendar: [{ day: '2026-02-30', oncall: 'a@b.example' }] }] }],
    ['a zone that is none', { teams: [{ ...team, timeZone: 'Mars/Olympus' }] }],
    ['a name that is an attribute path', { services: [{ id: '../x' }] }],
    ['an id with #', { services: [{ id: 'a#b' }] }],
    ['a huge delay', { services: [{ id: 'a', escalateAfterSeconds: 1e300 }] }],
  ])('%s is refused and nothing is written', async (_what, body) => {
    await refused({ method: 'PUT', path: '/config', body }, 400, 'invalid_request');
  });
});
