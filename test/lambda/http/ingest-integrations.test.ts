import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { makeKey } from '../../../lambda/app/manage-integrations.ts';
import { integrationOperations } from '../../../lambda/http/operations/integrations.ts';
import { payloadOperations } from '../../../lambda/http/operations/payloads.ts';
import { Problem } from '../../../lambda/http/problem.ts';
import { ROUTES } from '../../../lambda/http/routes.ts';
import { START, useIngestStage } from '../../support/ingest-stage.ts';

const use = useIngestStage();

type Operation = keyof ReturnType<typeof integrationOperations>;
interface Shown {
  readonly [name: string]: unknown;
  readonly integrationId: string;
  readonly key: string;
}

async function ask(operation: Operation, body?: unknown, id?: string) {
  const event = {
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
    pathParameters: id === undefined ? null : { id },
  };
  const response = await integrationOperations(use().deps)[operation](event as unknown as APIGatewayProxyEvent);
  return { status: response.statusCode, text: response.body, json: JSON.parse(response.body) as Shown };
}

const create = async (facts: object = {}) =>
  (await ask('createIntegration', { name: 'Prometheus', kind: 'pagerduty', service: 'checkout', ...facts })).json;
const trigger = (routing_key: string) => ({
  path: '/v2/enqueue',
  body: { routing_key, event_action: 'trigger', payload: { summary: 'x', source: 's', severity: 'info' } },
});
const works = async (key: string) => (await use().send(trigger(key))).status === 202;

describe('managing integrations', () => {
  it('is the administrator’s', () => {
    const paths = ROUTES.filter(({ path }) => path.startsWith('/integrations'));
    expect(paths.map(({ auth }) => auth)).toEqual(['admin', 'admin', 'admin', 'admin']);
  });

  it.each([
    ['pagerduty', /^[0-9a-f]{32}$/],
    ['global', /^R[0-9A-Z]{31}$/],
    ['opsgenie', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['alertmanager', /^[0-9a-f]{32}$/],
  ] as const)('gives %s keys in the shape that its clients check', async (kind, shape) => {
    const { key } = await create({ kind });
    expect(key).toMatch(shape);
    expect(makeKey(kind, 'f'.repeat(32))).toMatch(shape);
    expect(makeKey(kind, '0'.repeat(32))).toMatch(shape);
  });

  it('shows the key once, with the address to give to the sender', async () => {
    const created = await create({ kind: 'grafana', options: { signature: { secrets: ['hush'.repeat(4)] } } });
    expect(created).toMatchObject({
      name: 'Prometheus',
      service: 'checkout',
      scopes: ['events'],
      ratePerMinute: 1_200,
    });
    expect(created.urls).toEqual({ webhook: `https://inresponse.example.org/grafana/${created.key}` });
    const { text } = await ask('listIntegrations');
    expect(text).toContain(created.integrationId);
    expect(text).toContain('"signature":"required"');
    expect(text).not.toContain(created.key);
    expect(text).not.toContain('hush');
  });

  it('says when a key was used last', async () => {
    const { key, integrationId } = await create();
    expect(await works(key)).toBe(true);
    const { json } = await ask('listIntegrations');
    const found = (json.integrations as Shown[]).find((each) => each.integrationId === integrationId);
    expect(found).toMatchObject({ lastUsedAt: '2026-11-23T12:00:00.000Z', keys: [{ expiresAt: null }] });
  });

  it('rotates: both keys work until the first one ends, and a third one ends it at once', async () => {
    const stage = use();
    const first = await create();
    const rotated = await ask('rotateIntegration', { graceSeconds: 600 }, first.integrationId);
    expect(rotated.json).toMatchObject({ integrationId: first.integrationId, oldKeyUntil: '2026-11-23T12:10:00.000Z' });
    const second = rotated.json.key;
    expect([await works(first.key), await works(second)]).toEqual([true, true]);
    stage.now = START + 600_000;
    expect([await works(first.key), await works(second)]).toEqual([false, true]);
    await ask('rotateIntegration', { graceSeconds: 600 }, first.integrationId);
    const third = (await ask('rotateIntegration', undefined, first.integrationId)).json;
    expect([await works(second), await works(third.key)]).toEqual([false, true]);
    stage.now = START;
  });

  it('takes incidents of the old key for its own after a rotation', async () => {
    const { key, integrationId } = await create();
    const about = (routing_key: string, event_action: string) => ({
      path: '/v2/enqueue',
      body: { ...trigger(routing_key).body, event_action, dedup_key: 'k' },
    });
    await use().send(about(key, 'trigger'));
    const rotated = await ask('rotateIntegration', {}, integrationId);
    await use().send(about(rotated.json.key, 'resolve'));
    expect((await use().incidents()).at(-1)).toMatchObject({ state: 'RESOLVED' });
  });

  it('removes: no key works any more, and it is not listed', async () => {
    const { key, integrationId } = await create();
    expect((await ask('removeIntegration', undefined, integrationId)).json).toEqual({ removed: integrationId });
    expect(await works(key)).toBe(false);
    expect((await ask('listIntegrations')).text).not.toContain(integrationId);
    await expect(ask('removeIntegration', undefined, integrationId)).rejects.toThrow(Problem);
    await expect(ask('rotateIntegration', {}, integrationId)).rejects.toThrow(Problem);
  });

  it.each([
    ['a service that is not configured', { service: 'nowhere' }, 'unknown_service'],
    ['a kind that is not known', { kind: 'zabbix' }, 'invalid_request'],
    ['a mapping with a typing error', { mapping: { titel: '/t' } }, 'invalid_request'],
    ['an option that is not known', { options: { grupBy: 'alert' } }, 'invalid_request'],
    ['no scope', { scopes: [] }, 'invalid_request'],
    ['a rate of nothing', { ratePerMinute: 0 }, 'invalid_request'],
  ])('refuses %s', async (_what, facts, code) => {
    await expect(create(facts)).rejects.toMatchObject({ code });
  });

  it('lets an Opsgenie key read and write, unless told not to', async () => {
    expect((await create({ kind: 'opsgenie' })).scopes).toEqual(['events', 'read', 'write']);
    expect((await create({ kind: 'opsgenie', scopes: ['read'] })).scopes).toEqual(['read']);
  });
});

describe('GET /payloads/{id}', () => {
  const get = (id: string) =>
    payloadOperations(use().deps).getPayload({ pathParameters: { id } } as unknown as APIGatewayProxyEvent);

  it('shows the whole event to whoever has the link', async () => {
    const id = 'ab'.repeat(16);
    await use().deps.payloads.put(id, '{"title":"<script>"}', START);
    expect(await get(id)).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' },
      body: '{"title":"<script>"}',
    });
  });

  it.each(['0'.repeat(32), 'changes#checkout#2026-11-23', ''])('shows nothing else: %j', async (id) => {
    await expect(get(id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
