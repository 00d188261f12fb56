import type { FormatName } from '../../lambda/http/ingest-formats.ts';
import type { AlertOperation, HeartbeatOperation } from '../../lambda/ingest/opsgenie/path.ts';
import { CONFIRMATION, NOTIFICATION, SIGNATURES } from '../lambda/ingest/cloudwatch/signed.ts';
import type { JsonSchema } from './judge.ts';

/** Whose words an answer is in. */
export type Protocol = 'pagerduty' | 'webhook' | 'opsgenie';

/** A route of a sender: good requests, and what its protocol's own document demands of a body. `@key` stands for a key that works. */
export interface SenderRoute {
  readonly name: string;
  readonly protocol: Protocol;
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly bodies: readonly unknown[];
  /** What the sender's own documentation demands; a body that breaks it must be refused. */
  readonly demands?: JsonSchema;
  /** Refused without this scope or that. */
  readonly scopes: readonly ('events' | 'read' | 'write' | 'admin')[];
}

/** Numbers and booleans count as text: senders write them. */
const text = { type: ['string', 'number', 'boolean'], minLength: 1 };
const alerts = [
  {
    status: 'firing',
    labels: { alertname: 'DiskFull', severity: 'critical', service: 'search' },
    annotations: { summary: 'Disk is full', runbook_url: 'https://run.example.org/disk' },
    startsAt: '2026-11-23T12:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: 'f1',
  },
];
const group = { receiver: 'r', status: 'firing', version: '4', groupKey: 'g', commonLabels: {}, alerts };
const event = {
  routing_key: '@key',
  event_action: 'trigger',
  dedup_key: 'disk',
  payload: { summary: 'Disk is full', source: 'db-1', severity: 'critical', custom_details: { free: 0, list: [1, 2] } },
  links: [{ href: 'https://run.example.org', text: 'Runbook' }],
  images: [{ src: 'https://run.example.org/a.png' }],
};
const resolve = { routing_key: '@key', event_action: 'resolve', dedup_key: 'disk' };
const alarm = {
  AlarmName: 'Errors',
  NewStateValue: 'ALARM',
  NewStateReason: 'Threshold',
  StateChangeTime: '2026-11-23T12:00:00.000+0000',
  Region: 'EU',
  AWSAccountId: '1',
  OldStateValue: 'OK',
  Trigger: { MetricName: 'Errors' },
};
const netdata = {
  host: 'db-1',
  chart: 'disk',
  name: 'full',
  status: 'CRITICAL',
  old_status: 'CLEAR',
  value: 99,
  units: '%',
  info: 'x',
};

interface Facts {
  readonly protocol: Protocol;
  readonly methods?: readonly string[];
  readonly paths: readonly string[];
  readonly bodies: readonly unknown[];
  readonly demands?: JsonSchema;
}

const keyed = (format: string) => [`/${format}/@key`, `/prefix/${format}/@key`, `/${format}?key=@key`, `/${format}`];

/** Every format of lambda/http/ingest-formats.ts: the type sees to it that none is left out. */
const FORMATS: Readonly<Record<FormatName, Facts>> = {
  v2: {
    protocol: 'pagerduty',
    paths: ['/v2/enqueue', '/x/v2/enqueue/'],
    bodies: [event, resolve],
    demands: {
      type: 'object',
      properties: { event_action: { enum: ['trigger', 'acknowledge', 'resolve'] } },
      required: ['routing_key', 'event_action'],
    },
  },
  change: {
    protocol: 'pagerduty',
    paths: ['/v2/change/enqueue'],
    bodies: [{ routing_key: '@key', payload: { summary: 'Deployed', timestamp: '2026-11-23T12:00:00Z' }, links: [] }],
    demands: { type: 'object', required: ['routing_key', 'payload'] },
  },
  v1: {
    protocol: 'pagerduty',
    paths: ['/generic/2010-04-15/create_event.json'],
    bodies: [
      {
        service_key: '@key',
        event_type: 'trigger',
        incident_key: 'disk',
        description: 'Disk is full',
        details: { a: 1 },
      },
      { service_key: '@key', event_type: 'resolve', incident_key: 'disk' },
    ],
    demands: {
      type: 'object',
      properties: { event_type: { enum: ['trigger', 'acknowledge', 'resolve'] } },
      required: ['service_key', 'event_type'],
    },
  },
  integration: {
    protocol: 'pagerduty',
    methods: ['POST', 'PUT'],
    paths: ['/integration/@key/enqueue', '/x-ere/@key'],
    bodies: [event, group, { title: 'Any JSON' }, { AlarmName: 'x' }, netdata],
  },
  handler: { protocol: 'pagerduty', paths: ['/?routing_key=@key', '/', '//?key=@key'], bodies: [event, group, {}] },
  alertmanager: { protocol: 'webhook', paths: keyed('alertmanager'), bodies: [group] },
  grafana: {
    protocol: 'webhook',
    methods: ['POST', 'PUT'],
    paths: keyed('grafana'),
    bodies: [
      { ...group, orgId: 1, title: '[FIRING:1]', state: 'alerting', message: 'x' },
      { title: 'Old', ruleName: 'CPU', state: 'alerting', ruleId: 7 },
    ],
  },
  cloudwatch: {
    protocol: 'webhook',
    paths: keyed('cloudwatch'),
    bodies: [
      alarm,
      { ...NOTIFICATION, Signature: SIGNATURES.notificationSha256, SignatureVersion: '2' },
      { ...NOTIFICATION, Signature: 'AAAA', SignatureVersion: '1', Message: JSON.stringify(alarm) },
      { ...CONFIRMATION, Signature: SIGNATURES.confirmationSha256, SignatureVersion: '2' },
      {
        'detail-type': 'CloudWatch Alarm State Change',
        source: 'aws.cloudwatch',
        time: '2026-11-23T12:00:00Z',
        detail: { alarmName: 'Errors', state: { value: 'ALARM', reason: 'x' } },
      },
    ],
  },
  apprise: {
    protocol: 'webhook',
    methods: ['POST', 'PUT'],
    paths: keyed('apprise'),
    bodies: [{ version: '1.0', title: 'Disk', message: 'is full', type: 'failure', attachments: [] }],
  },
  nagios: {
    protocol: 'webhook',
    methods: ['POST', 'PUT'],
    paths: keyed('nagios'),
    bodies: [
      { notification_type: 'PROBLEM', host_name: 'db-1', service_desc: 'Disk', state: 'CRITICAL', output: 'full' },
      { notification_type: 'RECOVERY', host_name: 'db-1', service_desc: 'Disk', state: 'OK', output: 'fine' },
    ],
  },
  json: {
    protocol: 'webhook',
    methods: ['POST', 'PUT'],
    paths: keyed('json'),
    bodies: [{ title: 'Disk is full', severity: 'critical', message: 'x', dedup_key: 'd' }],
  },
  netdata: {
    protocol: 'opsgenie',
    paths: ['/v1/json/integrations/webhooks/netdata?apiKey=@key', '/netdata/@key'],
    bodies: [netdata],
  },
};

type OpsgenieOperation = AlertOperation | HeartbeatOperation;

const created = {
  message: 'Disk is full',
  alias: 'disk',
  priority: 'P2',
  tags: ['a'],
  details: { k: 'v' },
  responders: [{ type: 'user', username: 'ada@example.org' }],
  note: 'n',
  user: 'u',
};
const noted = { note: 'looking', user: 'ada', source: 'script' };
const on = (rest: string) => [
  `/v2/alerts/disk/${rest}?identifierType=alias`,
  `/v2/alerts/@alert/${rest}`,
  `/v2/alerts/1/${rest}?identifierType=tiny`,
];
const post = (rest: string, body: unknown): readonly [string, readonly string[], unknown] => ['POST', on(rest), body];

/** Every operation of Opsgenie's Alert and Heartbeat APIs: method, paths, body. */
const OPSGENIE: Readonly<
  Record<OpsgenieOperation, readonly [method: string, paths: readonly string[], body?: unknown]>
> = {
  createAlert: ['POST', ['/v2/alerts', '/any/v2/alerts/'], created],
  listAlerts: [
    'GET',
    [
      '/v2/alerts?query=status%3Aopen&limit=5&sort=createdAt',
      '/v2/alerts?query=tag%3Aa%20AND%20NOT%20priority%3AP1',
      '/v2/alerts',
    ],
  ],
  countAlerts: ['GET', ['/v2/alerts/count?query=status:open']],
  getRequest: ['GET', ['/v2/alerts/requests/@request']],
  getAlert: ['GET', ['/v2/alerts/disk?identifierType=alias', '/v2/alerts/@alert']],
  deleteAlert: ['DELETE', ['/v2/alerts/gone?identifierType=alias']],
  customAction: post('actions/restart', noted),
  savedSearches: ['GET', ['/v2/alerts/saved-searches']],
  closeAlert: ['POST', ['/v2/alerts/other/close?identifierType=alias'], noted],
  acknowledgeAlert: post('acknowledge', noted),
  unacknowledgeAlert: post('unacknowledge', noted),
  snoozeAlert: post('snooze', { ...noted, endTime: '2026-11-25T12:00:00Z' }),
  escalateAlert: post('escalate', { ...noted, escalation: { name: 'standard' } }),
  assignAlert: post('assign', { ...noted, owner: { username: 'ada@example.org' } }),
  addResponder: post('responders', { ...noted, responder: { type: 'user', username: 'ada@example.org' } }),
  addTeam: post('teams', { ...noted, team: { name: 'core' } }),
  addNote: post('notes', noted),
  listNotes: ['GET', on('notes')],
  addTags: post('tags', { ...noted, tags: ['b', 'c'] }),
  removeTags: ['DELETE', ['/v2/alerts/disk/tags?identifierType=alias&tags=a,b']],
  addDetails: post('details', { ...noted, details: { x: 'y' } }),
  removeDetails: ['DELETE', ['/v2/alerts/disk/details?identifierType=alias&keys=x']],
  setPriority: ['PUT', on('priority'), { priority: 'P3' }],
  setMessage: ['PUT', on('message'), { message: 'Disk is fuller' }],
  setDescription: ['PUT', on('description'), { description: 'x' }],
  listLogs: ['GET', on('logs')],
  listRecipients: ['GET', on('recipients')],
  listAttachments: ['GET', on('attachments')],
  createHeartbeat: [
    'POST',
    ['/v2/heartbeats'],
    { name: '@fresh', interval: 5, intervalUnit: 'minutes', enabled: true, alertTags: ['a'] },
  ],
  listHeartbeats: ['GET', ['/v2/heartbeats']],
  getHeartbeat: ['GET', ['/v2/heartbeats/nightly']],
  updateHeartbeat: ['PATCH', ['/v2/heartbeats/nightly'], { interval: 7, intervalUnit: 'hours', description: 'x' }],
  deleteHeartbeat: ['DELETE', ['/v2/heartbeats/backup']],
  enableHeartbeat: ['POST', ['/v2/heartbeats/nightly/enable']],
  disableHeartbeat: ['POST', ['/v2/heartbeats/nightly/disable']],
  pingHeartbeat: ['POST', ['/v2/heartbeats/nightly/ping']],
};

export const SENDER_ROUTES: readonly SenderRoute[] = [
  ...Object.entries(FORMATS).map(
    ([name, facts]): SenderRoute => ({ methods: ['POST'], scopes: ['events'], ...facts, name }),
  ),
  ...Object.entries(OPSGENIE).map(
    ([name, [method, paths, body]]): SenderRoute => ({
      name,
      protocol: 'opsgenie',
      methods: [method],
      paths,
      bodies: body === undefined ? [undefined] : [body],
      scopes: ['events', 'read', 'write', 'admin'],
      ...(name === 'createAlert'
        ? { demands: { type: 'object', properties: { message: text }, required: ['message'] } }
        : {}),
    }),
  ),
];
