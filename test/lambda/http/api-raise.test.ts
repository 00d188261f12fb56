import { describe, expect, it } from '@jest/globals';
import { fieldsOf, INCIDENT, useApiStage } from '../../support/api-stage.ts';
import { PUBLIC_URL } from '../../support/stage.ts';

const { stage, send, raise, refused } = useApiStage();
const put = (body: unknown) => ({ method: 'PUT', path: '/incidents', body });

describe('PUT /incidents', () => {
  it('answers 201 with the incident, its address, and numbers from 10000 on', async () => {
    const first = await send('PUT', '/incidents', INCIDENT);
    expect(first.status).toBe(201);
    expect(first.headers.location).toBe(`${PUBLIC_URL}/incidents/10000`);
    expect(first.json).toMatchObject({
      ...INCIDENT,
      incidentId: 10_000,
      version: 1,
      state: 'OPEN',
      team: 'core',
      count: 1,
      details: {},
      links: [],
      detectedAt: '2026-11-23T12:00:00.000Z',
      createdAt: '2026-11-23T12:00:00.000Z',
      claimedAt: null,
      resolvedBy: null,
    });
    const second = await send('PUT', '/incidents', INCIDENT);
    expect(second.headers.location).toBe(`${PUBLIC_URL}/incidents/10001`);
  });

  it('keeps everything that is given, and GET answers the same', async () => {
    const body = {
      ...INCIDENT,
      detectedAt: '2026-11-23T09:30:00.25+01:00',
      source: 'probe-7',
      dedupKey: 'queue/long',
      details: { waiting: 4_000, nested: { list: [1, null, true, 'x'] }, ratio: 0.1 },
      links: ['https://example.org/graph', { href: 'https://example.org/runbook', text: 'Runbook' }],
    };
    const { json, status } = await send('PUT', '/incidents', body);
    expect(status).toBe(201);
    expect(json).toMatchObject({
      ...body,
      detectedAt: '2026-11-23T08:30:00.250Z',
      links: [{ href: 'https://example.org/graph' }, { href: 'https://example.org/runbook', text: 'Runbook' }],
    });
    const again = await send('GET', `/incidents/${json.incidentId}`);
    expect(again).toMatchObject({ status: 200, json });
  });

  it.each([
    ['description', { description: 'instead', message: undefined }, { message: 'instead' }],
    ['state OPEN', { state: 'OPEN' }, { state: 'OPEN' }],
    ['state open', { state: 'open' }, { state: 'OPEN' }],
    ['seconds', { detectedAt: 1_795_400_000 }, { detectedAt: '2026-11-23T02:13:20.000Z' }],
    ['milliseconds', { detectedAt: 1_795_400_000_123 }, { detectedAt: '2026-11-23T02:13:20.123Z' }],
    ['a time without zone', { detectedAt: '2026-11-23T02:13:20' }, { detectedAt: '2026-11-23T02:13:20.000Z' }],
    ['a zone without colon', { detectedAt: '2026-11-23T02:13:20+0100' }, { detectedAt: '2026-11-23T01:13:20.000Z' }],
    ['nanoseconds', { detectedAt: '2026-11-23T02:13:20.123456789Z' }, { detectedAt: '2026-11-23T02:13:20.123Z' }],
  ])('takes %s', async (_what, given, shown) => {
    const { status, json } = await send('PUT', '/incidents', { ...INCIDENT, ...given });
    expect({ status, json }).toMatchObject({ status: 201, json: shown });
  });

  it('answers 200 with the open incident to a repeated event of its key', async () => {
    const number = await raise({ dedupKey: 'same' });
    const again = await send('PUT', '/incidents', { ...INCIDENT, title: 'Another title', dedupKey: 'same' });
    expect(again).toMatchObject({
      status: 200,
      json: { incidentId: number, count: 2, version: 1, title: INCIDENT.title },
    });
    expect(again.headers.location).toBe(`${PUBLIC_URL}/incidents/${number}`);
  });

  it('takes a body in base64, as API Gateway hands over binary media types', async () => {
    const answer = await stage().request({ ...put(INCIDENT), base64: true });
    expect(answer.status).toBe(201);
  });

  it('takes a body of one byte less than 256 KiB, and keeps it', async () => {
    const filler = 256 * 1024 - 1 - JSON.stringify({ ...INCIDENT, details: { text: '' } }).length;
    const body = JSON.stringify({ ...INCIDENT, details: { text: 'x'.repeat(filler) } });
    const answer = await send('PUT', '/incidents', body);
    expect(answer.status).toBe(201);
    expect(answer.json.details).toEqual({ text: 'x'.repeat(filler) });
    const number = answer.json.incidentId;
    for (const state of ['CLAIMED', 'RESOLVED', 'OPEN'])
      expect((await send('POST', `/incidents/${number}`, { state, note: 'n'.repeat(10_000) })).status).toBe(200);
  });
});

describe('PUT /incidents refuses', () => {
  it.each([
    ['no body', undefined, 'invalid_json'],
    ['an empty body', '', 'invalid_json'],
    ['blanks', '  \n', 'invalid_json'],
    ['half an object', '{"service":', 'invalid_json'],
    ['two objects', '{}{}', 'invalid_json'],
    ['a trailing comma', '{"service":"checkout",}', 'invalid_json'],
    ['XML', '<incident/>', 'invalid_json'],
    ['NaN', '{"service":NaN}', 'invalid_json'],
    ['an array', '[]', 'invalid_request'],
    ['an array of incidents', JSON.stringify([INCIDENT]), 'invalid_request'],
    ['null', 'null', 'invalid_request'],
    ['a number', '7', 'invalid_request'],
    ['a text', '"checkout"', 'invalid_request'],
  ])('%s', async (_what, body, code) => {
    await refused(put(body), 400, code);
  });

  it.each([
    ['nothing in it', {}, ['message', 'service', 'severity', 'title']],
    ['an unknown field', { ...INCIDENT, colour: 'red' }, ['colour']],
    ['two unknown fields', { ...INCIDENT, colour: 'red', Title: 'x' }, ['Title', 'colour']],
    ['an unknown severity', { ...INCIDENT, severity: 'FATAL' }, ['severity']],
    ['a severity in lower case', { ...INCIDENT, severity: 'crit' }, ['severity']],
    ['a state that it cannot begin with', { ...INCIDENT, state: 'RESOLVED' }, ['state']],
    ['an empty title', { ...INCIDENT, title: '' }, ['title']],
    ['a long title', { ...INCIDENT, title: 'x'.repeat(1_025) }, ['title']],
    ['a long message', { ...INCIDENT, message: 'x'.repeat(100_001) }, ['message']],
    ['a long key', { ...INCIDENT, dedupKey: 'x'.repeat(513) }, ['dedupKey']],
    ['an empty key', { ...INCIDENT, dedupKey: '' }, ['dedupKey']],
    ['message and description', { ...INCIDENT, description: 'x' }, ['description']],
    ['a time that is none', { ...INCIDENT, detectedAt: 'yesterday' }, ['detectedAt']],
    ['a day that is none', { ...INCIDENT, detectedAt: '2026-02-30T00:00:00Z' }, ['detectedAt']],
    ['a negative time', { ...INCIDENT, detectedAt: -1 }, ['detectedAt']],
    ['a time out of all bounds', { ...INCIDENT, detectedAt: 1e300 }, ['detectedAt']],
    ['a list for details', { ...INCIDENT, details: [1] }, ['details']],
    ['a text for links', { ...INCIDENT, links: 'https://example.org' }, ['links']],
    ['too many links', { ...INCIDENT, links: Array(51).fill('https://example.org') }, ['links']],
    ['a link without address', { ...INCIDENT, links: ['https://example.org', { text: 'x' }] }, ['links[1].href']],
    ['an unknown field of a link', { ...INCIDENT, links: [{ href: 'x', rel: 'y' }] }, ['links[0].rel']],
    ['null for a field', { ...INCIDENT, source: null }, ['source']],
    [
      'everything of the wrong type, all named at once',
      {
        service: 1,
        severity: 2,
        title: 3,
        message: 4,
        detectedAt: {},
        source: [],
        state: 5,
        dedupKey: {},
        details: 6,
        links: 7,
      },
      ['dedupKey', 'details', 'detectedAt', 'links', 'message', 'service', 'severity', 'source', 'state', 'title'],
    ],
    ['a wrong type and an unknown field at once', { ...INCIDENT, title: 1, foo: 2 }, ['foo', 'title']],
  ])('%s', async (_what, body, fields) => {
    const answer = await refused(put(body), 400, 'invalid_request');
    expect(fieldsOf(answer)).toEqual(fields);
  });

  it.each(['nosuch', 'CHECKOUT', 'checkout ', '../checkout'])('the unknown service %j', async (service) => {
    const answer = await refused(put({ ...INCIDENT, service }), 400, 'unknown_service');
    expect(fieldsOf(answer)).toEqual(['service']);
    // With a dedup key too: no lock, no number is left behind.
    await refused(put({ ...INCIDENT, service, dedupKey: 'x' }), 400, 'unknown_service');
  });

  it('a body of 256 KiB', async () => {
    const filler = 256 * 1024 - JSON.stringify({ ...INCIDENT, details: { text: '' } }).length;
    await refused(put({ ...INCIDENT, details: { text: 'x'.repeat(filler) } }), 413, 'body_too_large');
  });

  it('256 KiB of two-byte characters, counted in bytes', async () => {
    await refused(put({ ...INCIDENT, details: { text: 'é'.repeat(131_072) } }), 413, 'body_too_large');
  });

  it('a large body in base64, by its real size', async () => {
    await refused(
      { ...put({ ...INCIDENT, details: { text: 'x'.repeat(262_144) } }), base64: true },
      413,
      'body_too_large',
    );
  });
});
