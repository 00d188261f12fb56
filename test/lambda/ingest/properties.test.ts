import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EVENT_LIMITS, type InboundEvent, toSeverity } from '../../../core/event.ts';
import { translateAlertmanager } from '../../../lambda/ingest/alertmanager.ts';
import { translateApprise } from '../../../lambda/ingest/apprise.ts';
import { translateCloudWatch } from '../../../lambda/ingest/cloudwatch/translate.ts';
import { ANY_JSON, NAGIOS } from '../../../lambda/ingest/generic/presets.ts';
import { translateGeneric } from '../../../lambda/ingest/generic/translate.ts';
import { translateGrafana } from '../../../lambda/ingest/grafana.ts';
import { translateHandler, translateIntegration } from '../../../lambda/ingest/integration.ts';
import { translateNetdata } from '../../../lambda/ingest/netdata.ts';
import { translateAction } from '../../../lambda/ingest/opsgenie/actions.ts';
import { translateCreate } from '../../../lambda/ingest/opsgenie/create.ts';
import { translateHeartbeat, translateHeartbeatUpdate } from '../../../lambda/ingest/opsgenie/heartbeat.ts';
import { translateChange } from '../../../lambda/ingest/pagerduty/change.ts';
import { translateV1 } from '../../../lambda/ingest/pagerduty/v1.ts';
import { translateV2 } from '../../../lambda/ingest/pagerduty/v2.ts';
import { arrival, RECEIVED_AT, ROUTING_KEY, trace } from './support.ts';

const TRANSLATORS: Record<string, (body: unknown) => readonly InboundEvent[]> = {
  v2: (body) => all(translateV2(body, arrival)),
  change: (body) => all(translateChange(body, arrival)),
  v1: (body) => all(translateV1(body, arrival)),
  integration: (body) => all(translateIntegration(body, arrival, ROUTING_KEY)),
  handler: (body) => all(translateHandler(body, arrival, ROUTING_KEY)),
  alertmanager: (body) => all(translateAlertmanager(body, arrival)),
  'alertmanager, by group': (body) => all(translateAlertmanager(body, arrival, 'group')),
  grafana: (body) => all(translateGrafana(body, arrival)),
  cloudwatch: (body) => all(translateCloudWatch(body, arrival, { insufficientData: 'trigger' })),
  netdata: (body) => all(translateNetdata(body, RECEIVED_AT, trace)),
  apprise: (body) => all(translateApprise(body, arrival)),
  'any json': (body) => all(translateGeneric(body, ANY_JSON, arrival)),
  nagios: (body) => all(translateGeneric(body, NAGIOS, arrival)),
  opsgenie: (body) => {
    const request = translateCreate(body, RECEIVED_AT, trace);
    return request.kind === 'create' ? [request.event] : [];
  },
};

function all(translation: { kind: string; events?: readonly InboundEvent[] }): readonly InboundEvent[] {
  return translation.events ?? [];
}

/** Every field name that any format reads, so that arbitrary values land where they are looked at. */
const NAMES = [
  'routing_key',
  'event_action',
  'dedup_key',
  'payload',
  'summary',
  'source',
  'severity',
  'timestamp',
  'custom_details',
  'links',
  'images',
  'href',
  'src',
  'text',
  'client',
  'service_key',
  'event_type',
  'incident_key',
  'description',
  'contexts',
  'details',
  'agent',
  'message',
  'alias',
  'tags',
  'responders',
  'priority',
  'note',
  'user',
  'alerts',
  'labels',
  'annotations',
  'status',
  'startsAt',
  'endsAt',
  'fingerprint',
  'groupKey',
  'commonLabels',
  'truncatedAlerts',
  'runbook_url',
  'alertname',
  'values',
  'state',
  'ruleId',
  'orgId',
  'AlarmName',
  'NewStateValue',
  'Trigger',
  'Metrics',
  'Dimensions',
  'Type',
  'TopicArn',
  'Message',
  'SubscribeURL',
  'detail',
  'detail-type',
  'host',
  'chart',
  'name',
  'old_status',
  'title',
  'type',
  'version',
  'notification_type',
  'host_name',
  '__proto__',
  'constructor',
  'toString',
];
const WORDS = [
  'trigger',
  'resolve',
  'acknowledge',
  ROUTING_KEY,
  'critical',
  'firing',
  'resolved',
  'ALARM',
  'OK',
  'INSUFFICIENT_DATA',
  'Notification',
  'SubscriptionConfirmation',
  'aws.cloudwatch',
  'CloudWatch Alarm State Change',
  'CRITICAL',
  'PROBLEM',
  'alerting',
  '',
  ' ',
  '\ud800',
  'x'.repeat(30_000),
  '🔥'.repeat(600),
  'javascript:alert(1)',
  'https://a.example.com',
  '0001-01-01T00:00:00Z',
  '2026-11-21T07:04:53Z',
];

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'json' },
    fc.constantFrom<unknown>(...WORDS, null, 0, -1, 1e21, 5e-324, true),
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(tie('value'), { maxLength: 4, depthIdentifier: 'json' }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 8, depthIdentifier: 'json' }),
  ),
}));

function length(text: string | undefined): number {
  return text === undefined ? 0 : [...text].length;
}

function expectWithinLimits(event: InboundEvent): void {
  expect(length(event.title)).toBeGreaterThan(0);
  expect(length(event.title)).toBeLessThanOrEqual(EVENT_LIMITS.title);
  expect(length(event.message)).toBeLessThanOrEqual(EVENT_LIMITS.message);
  expect(length(event.note)).toBeLessThanOrEqual(EVENT_LIMITS.note);
  expect(length(event.dedupKey)).toBeLessThanOrEqual(EVENT_LIMITS.alias);
  expect(Buffer.byteLength(event.dedupKey ?? '')).toBeLessThanOrEqual(1024);
  for (const name of [event.service, event.team, event.client, event.component, event.group, event.class, event.by]) {
    expect(length(name)).toBeLessThanOrEqual(EVENT_LIMITS.name);
  }
  expect(length(event.source)).toBeLessThanOrEqual(EVENT_LIMITS.source);
  expect(event.links.length).toBeLessThanOrEqual(EVENT_LIMITS.links);
  expect(event.images.length).toBeLessThanOrEqual(EVENT_LIMITS.images);
  for (const { href } of event.links) expect(length(href)).toBeLessThanOrEqual(EVENT_LIMITS.href);
  expect(Number.isSafeInteger(event.detectedAt)).toBe(true);
  expect(event.detectedAt).toBeGreaterThan(0);
  expect(Object.values(event)).not.toContain(undefined);
  expect(['CRIT', 'ERR', 'WARN']).toContain(toSeverity(event));
  if (event.action === 'resolve' || event.action === 'acknowledge') expect(event.dedupKey).toBeDefined();
}

describe('no JSON makes a translation throw, and every event is within the limits', () => {
  it.each(Object.entries(TRANSLATORS))('%s', (_, translate) => {
    fc.assert(
      fc.property(fc.oneof(value, fc.jsonValue()), (body) => {
        for (const event of translate(body)) expectWithinLimits(event);
      }),
      { numRuns: 300 },
    );
  });

  it('Opsgenie actions and heartbeats', () => {
    const operations = [
      'closeAlert',
      'snoozeAlert',
      'escalateAlert',
      'assignAlert',
      'addResponder',
      'addTeam',
      'addNote',
      'addTags',
      'removeTags',
      'addDetails',
      'removeDetails',
      'setPriority',
      'setMessage',
      'setDescription',
    ] as const;
    fc.assert(
      fc.property(value, fc.constantFrom(...operations), (body, operation) => {
        expect(translateAction({ operation, body, query: {} }, trace)).toBeDefined();
        expect(translateHeartbeat(body, trace)).toBeDefined();
        expect(translateHeartbeatUpdate(body, trace)).toBeDefined();
      }),
    );
  });

  it('a body of 262,000 nested lists', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 262_000; i += 1) deep = [deep];
    for (const translate of Object.values(TRANSLATORS)) {
      for (const body of [
        deep,
        {
          message: deep,
          event_action: 'trigger',
          routing_key: ROUTING_KEY,
          payload: { summary: 's', source: 's', severity: 'info', custom_details: deep },
        },
        { alerts: [{ labels: deep, annotations: { summary: deep } }] },
      ]) {
        for (const event of translate(body)) expectWithinLimits(event);
      }
    }
  });
});
