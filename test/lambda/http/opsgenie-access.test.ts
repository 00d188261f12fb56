import { afterEach, describe, expect, it } from '@jest/globals';
import { TooManyConflicts } from '../../../lambda/app/ports.ts';
import { opsgenie } from '../../../lambda/http/opsgenie/opsgenie.ts';
import { genieKey, type KeyName, useRig } from '../app/opsgenie/rig.ts';

const rig = useRig();
afterEach(() => rig.throttle(undefined));

const ALERT = { message: 'm', alias: 'a1' };

describe('authentication', () => {
  const key = genieKey('all');
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  it.each([
    ['GenieKey', '', { Authorization: `GenieKey ${key}` }, {}],
    ['Basic', '', { authorization: `Basic ${base64(key)}` }, {}],
    ['Basic with a colon', '', { authorization: `Basic ${base64(`${key}:`)}` }, {}],
    ['apiKey in the query', `?apiKey=${key}`, {}, {}],
    ['apiKey in the body', '', {}, { apiKey: key }],
  ])('takes the key as %s', async (_way, query, headers, more) => {
    const answer = await rig.send('POST', `/v2/alerts${query}`, { ...ALERT, ...more }, { headers });
    expect(answer.status).toBe(202);
  });

  it('refuses a request without a key, and with an unknown one', async () => {
    expect(await rig.send('GET', '/v2/alerts', undefined, { headers: {} })).toMatchObject({
      status: 401,
      json: { message: 'API key is missing' },
    });
    const headers = { authorization: `GenieKey ${genieKey('nobody')}` };
    expect(await rig.send('GET', '/v2/alerts', undefined, { headers })).toMatchObject({
      status: 403,
      json: { message: 'API key is not valid', code: 40_301 },
    });
    expect((await rig.send('GET', '/v2/heartbeats/h/ping', undefined, { headers })).status).toBe(403);
  });

  it('asks a sender that is too fast to wait, in JSON', async () => {
    rig.throttle(17);
    expect(await rig.send('POST', '/v2/alerts', ALERT)).toMatchObject({
      status: 429,
      headers: { 'Retry-After': '17', 'X-RateLimit-State': 'THROTTLED' },
      json: { message: 'You are making too many requests!' },
    });
  });
});

describe('scopes', () => {
  const sends = [
    ['POST', '/v2/alerts', ALERT],
    ['POST', '/v2/alerts/a1/close?identifierType=alias', {}],
    ['POST', '/v2/alerts/a1/acknowledge?identifierType=alias', {}],
    ['POST', '/v2/alerts/a1/notes?identifierType=alias', { note: 'n' }],
    ['PUT', '/v2/alerts/a1/message?identifierType=alias', { message: 'n' }],
    ['PUT', '/v2/alerts/a1/description?identifierType=alias', { description: 'n' }],
    ['GET', '/v2/heartbeats/h/ping', undefined],
  ] as const;
  const reads = ['/v2/alerts', '/v2/alerts/count', '/v2/alerts/x', '/v2/alerts/x/logs', '/v2/heartbeats'] as const;
  const changes = [
    ['POST', '/v2/alerts/x/snooze', { endTime: '2030-01-01T00:00:00Z' }],
    ['POST', '/v2/alerts/x/unacknowledge', {}],
    ['POST', '/v2/alerts/x/escalate', { escalation: { name: 'x' } }],
    ['POST', '/v2/alerts/x/assign', { owner: { username: 'x' } }],
    ['POST', '/v2/alerts/x/responders', { responder: { type: 'user', username: 'x' } }],
    ['POST', '/v2/alerts/x/teams', { team: { name: 'x' } }],
    ['POST', '/v2/alerts/x/tags', { tags: ['x'] }],
    ['DELETE', '/v2/alerts/x/details?keys=x', undefined],
    ['PUT', '/v2/alerts/x/priority', { priority: 'P1' }],
    ['POST', '/v2/alerts/x/actions/y', {}],
    ['DELETE', '/v2/alerts/x', undefined],
    ['POST', '/v2/heartbeats', { name: 'scoped', interval: 1, intervalUnit: 'days', enabled: true }],
    ['PATCH', '/v2/heartbeats/scoped', { interval: 2 }],
    ['POST', '/v2/heartbeats/scoped/disable', undefined],
    ['DELETE', '/v2/heartbeats/scoped', undefined],
  ] as const;

  async function status(method: string, path: string, body: unknown, key: KeyName): Promise<number> {
    return (await rig.send(method, path, body, { key })).status;
  }

  it.each(sends)('%s %s is for keys that may send', async (method, path, body) => {
    expect(await status(method, path, body, 'events')).toBe(202);
    expect(await status(method, path, body, 'read')).toBe(403);
  });

  it.each(reads)('GET %s is for keys that may read', async (path) => {
    expect([200, 404]).toContain(await status('GET', path, undefined, 'read'));
    expect(await status('GET', path, undefined, 'events')).toBe(403);
  });

  it.each(changes)('%s %s is for keys that may write', async (method, path, body) => {
    expect([200, 201, 202]).toContain(await status(method, path, body, 'all'));
    expect(await status(method, path, body, 'events')).toBe(403);
    expect(await status(method, path, body, 'read')).toBe(403);
  });

  it('lets a sender ask what became of its request', async () => {
    const { json } = await rig.send('POST', '/v2/alerts', ALERT, { key: 'events' });
    expect(await status('GET', `/v2/alerts/requests/${json.requestId}`, undefined, 'events')).toBe(200);
    expect(await status('GET', `/v2/alerts/requests/${json.requestId}`, undefined, 'search')).toBe(404);
  });
});

describe('failures of ours', () => {
  it.each([
    [new TooManyConflicts('contended'), 503],
    [new Error('a secret detail'), 500],
  ])('%s is answered in the words of the protocol, without the detail', async (failure, status) => {
    const told: unknown[] = [];
    const log = { ...rig.deps().log, error: (...facts: unknown[]) => told.push(facts) };
    const failing = opsgenie({ ...rig.deps(), log, counter: { next: () => Promise.reject(failure) } });
    const reply = await failing({
      method: 'POST',
      path: '/v2/alerts',
      query: {},
      headers: { authorization: `GenieKey ${genieKey('all')}` },
      rawBody: Buffer.from('{"message":"m"}'),
    });
    expect(reply).toMatchObject({ status, headers: { 'Retry-After': '2', 'Content-Type': 'application/json' } });
    expect(reply?.body).not.toContain(failure.message);
    expect(told).toHaveLength(1);
  });
});
