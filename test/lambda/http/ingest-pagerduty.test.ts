import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ingest } from '../../../lambda/http/ingest.ts';
import { useIngestStage } from '../../support/ingest-stage.ts';

const use = useIngestStage();

const trigger = (key: string, facts: object = {}) => ({
  routing_key: key,
  event_action: 'trigger',
  payload: { summary: 'Disk is full', source: 'db-1', severity: 'critical' },
  ...facts,
});

describe('POST /v2/enqueue', () => {
  it('opens an incident, acknowledges it, resolves it, and then opens another', async () => {
    const { send, key, incidents } = use();
    const routing = await key();
    const before = (await incidents()).length;
    const act = (event_action: string) =>
      send({ path: '/v2/enqueue', body: trigger(routing, { event_action, dedup_key: 'disk-db-1' }) });

    const opened = await act('trigger');
    expect(opened).toMatchObject({
      status: 202,
      json: { status: 'success', message: 'Event processed', dedup_key: 'disk-db-1' },
    });
    expect((await incidents()).at(-1)).toMatchObject({
      state: 'OPEN',
      service: 'checkout',
      severity: 'CRIT',
      title: 'Disk is full',
      source: 'db-1',
    });
    expect(use().started.at(-1)).toBe(10_000 + before);

    await act('trigger');
    expect((await incidents()).slice(before)).toMatchObject([{ count: 2 }]);
    await act('acknowledge');
    expect((await incidents()).slice(before)).toMatchObject([{ state: 'CLAIMED', claimedBy: 'Monitoring' }]);
    await act('resolve');
    expect((await incidents()).slice(before)).toMatchObject([{ state: 'RESOLVED', resolvedBy: 'Monitoring' }]);

    expect((await act('acknowledge')).status).toBe(202);
    expect((await act('resolve')).status).toBe(202);
    expect((await incidents()).slice(before)).toMatchObject([{ state: 'RESOLVED' }]);
    await act('trigger');
    expect((await incidents()).slice(before)).toMatchObject([{ state: 'RESOLVED' }, { state: 'OPEN', count: 1 }]);
  });

  it.each(['', '   ', undefined])('generates a key where the dedup key is %j', async (dedup_key) => {
    const { send, key } = use();
    const { json } = await send({ path: '/v2/enqueue', body: trigger(await key(), { dedup_key }) });
    expect(json.dedup_key).toMatch(/^[0-9a-f]{32}$/);
  });

  it('keeps the dedup keys of two senders apart, and the events of one sender from the incidents of the other', async () => {
    const { send, key, incidents } = use();
    const [one, other] = [await key(), await key()];
    const before = (await incidents()).length;
    for (const routing of [one, other]) await send({ path: '/v2/enqueue', body: trigger(routing, { dedup_key: '1' }) });
    expect((await incidents()).slice(before)).toMatchObject([{ count: 1 }, { count: 1 }]);
    await send({ path: '/v2/enqueue', body: trigger(other, { dedup_key: '1', event_action: 'resolve' }) });
    expect((await incidents()).slice(before)).toMatchObject([{ state: 'OPEN' }, { state: 'RESOLVED' }]);
  });

  it('says what is wrong in the words of PagerDuty, and counts nothing against the key', async () => {
    const { send } = use();
    const unknown = await send({ path: '/v2/enqueue', body: trigger('0'.repeat(32)) });
    expect(unknown).toMatchObject({
      status: 400,
      json: { status: 'invalid event', message: 'Event object is invalid', errors: ['Invalid routing key'] },
    });
    const bad = await send({ path: '/v2/enqueue', body: { routing_key: 'short', event_action: 'trigger' } });
    expect(bad.json.errors).toEqual([
      "Length of 'routing_key' is incorrect (should be 32 characters)",
      "'payload.summary' is missing or blank",
      "'payload.source' is missing or blank",
      "'payload.severity' is missing or blank",
    ]);
    const unreadable = await send({ path: '/v2/enqueue', body: '{' });
    expect(unreadable).toMatchObject({
      status: 400,
      json: { status: 'Unrecognized object', errors: ['JSON parse error'] },
    });
    expect((await send({ path: '/v2/enqueue', body: ' '.repeat(524_289) })).status).toBe(413);
  });

  it('throttles by the minute, with JSON and Retry-After', async () => {
    const { send, key } = use();
    const stage = use();
    const routing = await key({ ratePerMinute: 2 });
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await send({ path: '/v2/enqueue', body: trigger(routing) }));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
    expect(answers[2]).toMatchObject({
      headers: { 'Retry-After': '60', 'Content-Type': 'application/json' },
      json: { status: 'throttle exceeded', errors: ['Enhance Your Calm.'] },
    });
    const began = stage.now;
    stage.now = began + 45_000;
    expect((await send({ path: '/v2/enqueue', body: trigger(routing) })).headers['Retry-After']).toBe('15');
    stage.now = began + 60_000;
    expect((await send({ path: '/v2/enqueue', body: trigger(routing) })).status).toBe(202);
    stage.now = began;
  });

  it('throttles with an empty body for a sender that wants it so', async () => {
    const { send, key } = use();
    const routing = await key({ ratePerMinute: 1, options: { emptyBody429: true } });
    await send({ path: '/v2/enqueue', body: trigger(routing) });
    expect(await send({ path: '/v2/enqueue', body: trigger(routing) })).toMatchObject({ status: 429, text: '' });
  });

  it.each(['/v2/enqueue/', '/some/prefix/v2/enqueue', '/v2/alerts-team/v2/enqueue//'])(
    'is at %s too, whatever the content type says',
    async (path) => {
      const { send, key } = use();
      const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Token token=nothing' };
      expect((await send({ path, headers, body: trigger(await key()) })).status).toBe(202);
    },
  );

  it('is answered only when the incident is durable: a fault of ours is a 503', async () => {
    const { deps, key } = use();
    const stage = use();
    const routing = await key();
    const rawBody = Buffer.from(JSON.stringify(trigger(routing)));
    const request = { method: 'POST', path: '/v2/enqueue', query: {}, headers: {}, rawBody };
    const create = async () => {
      throw new Error('the table is gone');
    };
    const reply = await ingest({ ...deps, incidents: { ...deps.incidents, create } }, request);
    expect(reply).toMatchObject({ status: 503, headers: { 'Retry-After': '5' } });
    // A workflow that does not start is the reconciler's to make good: the incident is there.
    stage.workflowFails = true;
    expect((await ingest(deps, request)).status).toBe(202);
    stage.workflowFails = false;
  });

  it('refuses a key that may send no events', async () => {
    const { send, key } = use();
    const routing = await key({ scopes: ['read'] });
    expect((await send({ path: '/v2/enqueue', body: trigger(routing) })).json.errors).toEqual(['Invalid routing key']);
  });

  it('surfaces links, images, details and the client', async () => {
    const { send, key, incidents } = use();
    const payload = {
      summary: 'x',
      source: 's',
      severity: 'error',
      component: 'postgres',
      group: 'prod',
      class: 'disk',
      custom_details: { free: 0, component: 'mine' },
      links: [{ href: 'https://run.example/book', text: 'Runbook' }],
    };
    const images = [{ src: 'https://img.example/1.png', href: '' }];
    const body = trigger(await key(), { payload, images, client: 'Prom', client_url: 'https://prom.example' });
    await send({ path: '/v2/enqueue', body });
    expect((await incidents()).at(-1)).toMatchObject({
      details: { free: 0, component: 'mine', group: 'prod', class: 'disk', client: 'Prom' },
      links: [
        { href: 'https://run.example/book', text: 'Runbook' },
        { href: 'https://prom.example', text: 'Prom' },
        { href: 'https://img.example/1.png', text: 'Image' },
      ],
    });
  });
});

describe('the other routes of PagerDuty', () => {
  it('answers a change event, keeps it, and pages nobody', async () => {
    const { send, key, incidents, deps } = use();
    const before = (await incidents()).length;
    const body = { routing_key: await key(), payload: { summary: 'Deployed 1.2.3', source: 'ci' } };
    const answer = await send({ path: '/v2/change/enqueue', body });
    expect(answer).toMatchObject({ status: 202, json: { status: 'success', message: 'Change event processed' } });
    expect(await incidents()).toHaveLength(before);
    expect(await deps.payloads.changes('checkout', '2026-11-23')).toMatchObject([{ title: 'Deployed 1.2.3' }]);
  });

  it('speaks Events v1, and throttles it with a 403', async () => {
    const { send, key, incidents } = use();
    const service_key = await key({ ratePerMinute: 3 });
    const path = '/generic/2010-04-15/create_event.json';
    const event = { service_key, incident_key: 'v1', description: 'Ping', event_type: 'trigger' };
    expect(await send({ path, body: event })).toMatchObject({ status: 200, json: { incident_key: 'v1' } });
    expect((await send({ path, body: { ...event, event_type: 'acknowledge' } })).status).toBe(200);
    expect((await incidents()).at(-1)).toMatchObject({ state: 'CLAIMED', severity: 'CRIT', title: 'Ping' });
    await send({ path, body: { ...event, event_type: 'resolve' } });
    expect((await incidents()).at(-1)).toMatchObject({ state: 'RESOLVED' });
    expect(await send({ path, body: event })).toMatchObject({
      status: 403,
      headers: { 'Content-Type': expect.stringContaining('text/plain') },
    });
    const unknown = await send({ path, body: { ...event, service_key: '1'.repeat(32) } });
    expect(unknown).toMatchObject({ status: 400, json: { errors: ['Service key is invalid'] } });
  });

  it.each(['/integration/KEY/enqueue', '/x-ere/KEY', '/pfx/x-ere/KEY/'])('takes any body at %s', async (route) => {
    const { send, key, incidents } = use();
    const shape = `R${createHash('md5').update(route).digest('hex').toUpperCase().slice(0, 31)}`;
    await key({ kind: 'global' }, shape);
    const answer = await send({ path: route.replace('KEY', shape), body: { title: 'From a script', id: route } });
    expect(answer).toMatchObject({ status: 202, json: { dedup_key: route } });
    expect((await incidents()).at(-1)).toMatchObject({ title: 'From a script', service: 'checkout' });
    const unknown = await send({ path: route.replace('KEY', 'nobody'), body: {} });
    expect(unknown).toMatchObject({ status: 400, json: { errors: ['Invalid routing key'] } });
  });

  it.each([
    ['the query', (key: string) => ({ path: `/?routing_key=${key}` })],
    [
      'Basic authorization',
      (key: string) => ({
        path: '/',
        headers: { authorization: `Basic ${Buffer.from(`u:${key}`).toString('base64')}` },
      }),
    ],
    ['the body', (routing_key: string) => ({ path: '/', body: { payload: { summary: 'relayed' }, routing_key } })],
  ])('relays POST / like pd-event-handler, with the key in %s', async (_where, request) => {
    const { send, key, incidents } = use();
    const routing = await key();
    const body = { event_action: 'trigger', dedup_key: '', payload: { summary: 'relayed' } };
    const answer = await send({ body, ...request(routing) });
    expect(answer).toMatchObject({
      status: 202,
      json: { status: 'enqueued', target_routing_key: routing, data: { payload: { summary: 'relayed' } } },
    });
    expect((await incidents()).at(-1)).toMatchObject({ title: 'relayed' });
  });

  it('answers in the words of PDaltagent where the integration says so', async () => {
    const { send, key } = use();
    const routing = await key({ options: { altAgentReplies: true } });
    expect(await send({ path: '/v2/enqueue', body: trigger(routing) })).toMatchObject({
      status: 200,
      text: 'Message enqueued\n',
    });
    expect(await send({ path: `/x-ere/${routing}`, body: '[1' })).toMatchObject({ status: 400 });
  });

  it('knows no other path, and no other method', async () => {
    const { send } = use();
    expect(await send({ path: '/v3/enqueue' })).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect(await send({ path: '/v2/enqueue', method: 'GET' })).toMatchObject({
      status: 405,
      headers: { Allow: 'POST' },
    });
    expect((await send({ path: '/v2/alerts', method: 'GET' })).status).toBe(404);
  });
});
