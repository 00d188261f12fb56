import { beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../../../core/time.ts';
import { fieldsOf, useApiStage } from '../../support/api-stage.ts';

const { stage, send, raise, refused } = useApiStage();

interface Shown {
  readonly incidentId: number;
  readonly state: string;
  readonly severity: string;
  readonly service: string;
  readonly team: string;
  readonly createdAt: string;
}

/** Every incident of this file, newest first. */
const all: Shown[] = [];

async function page(query: string): Promise<{ incidents: Shown[]; next: string | null }> {
  const { status, json, text } = await send('GET', `/incidents${query}`);
  if (status !== 200) throw new Error(`${query}: ${status} ${text}`);
  return json as never;
}

async function walk(filter: string, limit: number): Promise<number[]> {
  const found: number[] = [];
  let cursor = '';
  for (let pages = 0; pages < 100; pages++) {
    const { incidents, next } = await page(`?${filter}&limit=${limit}${cursor}`);
    expect(incidents.length).toBeLessThanOrEqual(limit);
    found.push(...incidents.map(({ incidentId }) => incidentId));
    if (next === null) return found;
    cursor = `&cursor=${next}`;
  }
  throw new Error('the list does not end');
}

beforeAll(async () => {
  const [services, severities] = [
    ['checkout', 'search', 'website'],
    ['CRIT', 'ERR', 'WARN'],
  ] as const;
  for (let i = 0; i < 36; i++) {
    const service = services[i % 3];
    const number = await raise({ service, severity: severities[Math.floor(i / 3) % 3] });
    if (i % 4 === 1) await send('POST', `/incidents/${number}`, { state: 'CLAIMED' });
    if (i % 4 === 2) await send('POST', `/incidents/${number}`, { state: 'RESOLVED' });
    all.unshift((await send('GET', `/incidents/${number}`)).json as never);
    // Three in one instant, then a pause; over the turn of the month and of the year.
    if (i % 3 === 2) await stage().clock.advanceTo(Date.now() + 100 * HOUR_MS);
  }
});

describe('GET one incident', () => {
  it('by path and by query, with its version as ETag', async () => {
    const byPath = await send('GET', '/incidents/10000');
    const byQuery = await send('GET', '/incidents?incidentId=10000');
    expect(byPath).toMatchObject({ status: 200, json: { incidentId: 10_000 } });
    expect(byQuery.json).toEqual(byPath.json);
    expect(byPath.headers.etag).toBe(`"${byPath.json.version}"`);
  });

  it.each(['/incidents/99999', '/incidents?incidentId=99999', '/incidents/99999/timeline'])('%s: 404', async (path) => {
    await refused({ method: 'GET', path }, 404, 'not_found');
  });

  it('refuses other parameters beside the number', async () => {
    const path = '/incidents?incidentId=10000&state=OPEN&limit=5';
    const answer = await refused({ method: 'GET', path }, 400, 'invalid_request');
    expect(fieldsOf(answer)).toEqual(['limit', 'state']);
  });
});

describe('GET /incidents', () => {
  it('is the newest 25 by default', async () => {
    const { incidents, next } = await page('');
    const numbers = incidents.map(({ incidentId }) => incidentId);
    expect(numbers).toEqual(all.slice(0, 25).map(({ incidentId }) => incidentId));
    expect(incidents[0]).toEqual((await send('GET', `/incidents/${numbers[0]}`)).json);
    expect(next).not.toBeNull();
  });

  const filters: [string, (incident: Shown) => boolean][] = [
    ['', () => true],
    ['state=OPEN', ({ state }) => state === 'OPEN'],
    ['state=CLAIMED', ({ state }) => state === 'CLAIMED'],
    ['state=RESOLVED', ({ state }) => state === 'RESOLVED'],
    ['severity=CRIT', ({ severity }) => severity === 'CRIT'],
    ['service=search', ({ service }) => service === 'search'],
    ['service=nosuch', () => false],
    ['team=core', ({ team }) => team === 'core'],
    ['team=web&state=OPEN', ({ team, state }) => team === 'web' && state === 'OPEN'],
    ['service=search&team=web', () => false],
    [
      'service=checkout&severity=ERR&state=RESOLVED',
      (i) => i.service === 'checkout' && i.severity === 'ERR' && i.state === 'RESOLVED',
    ],
    ['state=OPEN&severity=WARN', (i) => i.state === 'OPEN' && i.severity === 'WARN'],
    ['from=2026-12-05T00:00:00Z', ({ createdAt }) => createdAt >= '2026-12-05T00:00:00.000Z'],
    ['to=2026-12-05T00:00:00Z', ({ createdAt }) => createdAt <= '2026-12-05T00:00:00.000Z'],
    [
      'from=2026-11-30T00:00:00Z&to=2026-12-31T00:00:00Z&state=OPEN',
      (i) =>
        i.createdAt >= '2026-11-30T00:00:00.000Z' && i.createdAt <= '2026-12-31T00:00:00.000Z' && i.state === 'OPEN',
    ],
    [
      'from=2026-11-30T00:00:00Z&to=2027-01-01T00:00:00Z&service=website',
      (i) =>
        i.createdAt >= '2026-11-30T00:00:00.000Z' &&
        i.createdAt <= '2027-01-01T00:00:00.000Z' &&
        i.service === 'website',
    ],
  ];
  it.each(filters)('?%s has exactly its incidents, newest first, whatever the page size', async (filter, belongs) => {
    const expected = all.filter(belongs).map(({ incidentId }) => incidentId);
    for (const limit of [2, 7, 100])
      expect({ limit, found: await walk(filter, limit) }).toEqual({ limit, found: expected });
  });

  it('takes seconds and milliseconds for times, as documented', async () => {
    const found = all.filter(({ createdAt }) => createdAt >= '2026-12-05T00:00:00.000Z').length;
    const seconds = Date.parse('2026-12-05T00:00:00Z') / 1_000;
    expect((await page(`?limit=100&from=${seconds}`)).incidents).toHaveLength(found);
    expect((await page(`?limit=100&from=${seconds}000`)).incidents).toHaveLength(found);
  });

  it('has both ends of a time span in it', async () => {
    const at = all[5]?.createdAt;
    const found = await walk(`from=${at}&to=${at}`, 2);
    expect(found).toEqual(all.filter(({ createdAt }) => createdAt === at).map(({ incidentId }) => incidentId));
    expect(found).toHaveLength(3);
  });

  it('goes on where it was although something new has come', async () => {
    const first = await page('?service=search&limit=3');
    const fresh = await raise({ service: 'search' });
    const second = await page(`?service=search&limit=3&cursor=${first.next}`);
    const expected = all.filter(({ service }) => service === 'search').map(({ incidentId }) => incidentId);
    expect([...first.incidents, ...second.incidents].map(({ incidentId }) => incidentId)).toEqual(expected.slice(0, 6));
    all.unshift((await send('GET', `/incidents/${fresh}`)).json as never);
  });

  it.each([
    ['from after to', 'from=2026-12-05T12:00:00Z&to=2026-12-05T11:00:00Z'],
    ['from after to, of a service', 'service=search&from=2026-12-05T12:00:00Z&to=2026-11-05T11:00:00Z'],
    ['from after to, unresolved', 'state=OPEN&from=2026-12-05T12:00:00Z&to=2026-11-05T11:00:00Z'],
  ])('%s is refused or empty', async (_what, query) => {
    const answer = await send('GET', `/incidents?${query}`);
    expect(answer.status).toBeLessThan(500);
    if (answer.status === 200) expect(answer.json).toEqual({ incidents: [], next: null });
  });

  it.each([
    'from=1970-01-01T00:00:00Z&limit=100',
    'to=9999-12-31T23:59:59Z',
    'from=1970-01-01T00:00:00Z&state=RESOLVED&severity=CRIT',
    'from=2020-01-01T00:00:00Z&to=9999-12-31T23:59:59Z',
  ])('?%s is answered or refused with few calls to the database, however long the time is', async (query) => {
    const { wire } = stage();
    const before = wire.calls.length;
    const tooMany = () => wire.calls.length - before > 200;
    wire.fault({
      service: 'dynamodb',
      times: 1_000,
      when: tooMany,
      mishap: { status: 400, body: '{"__type":"ValidationException"}' },
    });
    try {
      const answer = await send('GET', `/incidents?${query}`);
      expect(answer.status).toBeLessThan(500);
      expect(wire.calls.length - before).toBeLessThan(200);
    } finally {
      wire.heal();
    }
  });

  it.each([
    ['limit=0', ['limit']],
    ['limit=101', ['limit']],
    ['limit=ten', ['limit']],
    ['limit=-1', ['limit']],
    ['limit=1e1', ['limit']],
    ['limit=', ['limit']],
    ['state=open', ['state']],
    ['severity=HIGH', ['severity']],
    ['service=', ['service']],
    ['from=yesterday', ['from']],
    ['to=1e300', ['to']],
    ['incidentId=abc', ['incidentId']],
    ['incidentId=', ['incidentId']],
    ['colour=red', ['colour']],
    ['__proto__=x', ['__proto__']],
    ['constructor=x', ['constructor']],
    ['state=OPEN&state=CLAIMED', ['state']],
    ['state=x&severity=y&limit=z&what=ever', ['limit', 'severity', 'state', 'what']],
    ['cursor=', ['cursor']],
    ['cursor=nonsense', ['cursor']],
    ['cursor=%00', ['cursor']],
    [`cursor=${'A'.repeat(201)}`, ['cursor']],
  ])('?%s is refused, naming %j', async (query, fields) => {
    const answer = await refused({ method: 'GET', path: `/incidents?${query}` }, 400, 'invalid_request');
    expect(fieldsOf(answer)).toEqual(fields);
  });

  it.each([
    '0000-01-01T00:00:00.000Z#000000000000',
    '2026-99-99T99:99:99.999Z#000000010000',
    '9999-12-31T23:59:59.999Z#999999999999',
    '2026-12-01T00:00:00.000Z#99999999999999999999',
  ])('a cursor made up of %s is refused or answered, never a fault', async (position) => {
    const cursor = Buffer.from(position).toString('base64url');
    for (const filter of ['', 'service=search&', 'state=OPEN&', 'team=core&'])
      expect((await send('GET', `/incidents?${filter}cursor=${cursor}`)).status).toBeLessThan(500);
  });
});

describe('a list of large incidents', () => {
  it('stays below the 6 MB that a Lambda function may answer', async () => {
    for (let i = 0; i < 30; i++) await raise({ service: 'website', details: { text: 'x'.repeat(250_000) } });
    const { status, text } = await send('GET', '/incidents?service=website&limit=100');
    expect(status).toBe(200);
    expect(Buffer.byteLength(text)).toBeLessThan(6_000_000);
  });
});

describe('GET /incidents/{id}/timeline', () => {
  it('is whole and in order also when it is long', async () => {
    const number = await raise();
    for (let i = 1; i <= 60; i++) await send('POST', `/incidents/${number}`, { note: `note ${i}` });
    const { json } = await send('GET', `/incidents/${number}/timeline`);
    const entries = json.timeline as { seq: number; text: string }[];
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1));
    expect(entries.slice(1).map(({ text }) => text)).toEqual(Array.from({ length: 60 }, (_, i) => `note ${i + 1}`));
  });

  it('is whole also when its entries are large', async () => {
    const number = await raise();
    for (let i = 1; i <= 20; i++)
      expect((await send('POST', `/incidents/${number}`, { note: `${i} ${'é'.repeat(9_990)}` })).status).toBe(200);
    const { json } = await send('GET', `/incidents/${number}/timeline`);
    const texts = (json.timeline as { text: string }[]).slice(1).map(({ text }) => Number.parseInt(text, 10));
    expect(texts).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});
