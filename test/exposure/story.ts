import type { Answer, Rig } from './rig.ts';

/** Ada and Grace on call for the team `core`, by a calendar and in a schedule that hands over every six hours. */
export const CONFIG = {
  users: [
    { id: 'ada', name: 'Ada', email: 'ada@example.org', handoffNotices: { leadMinutes: 60 } },
    { id: 'grace', name: 'Grace', email: 'grace@example.org' },
  ],
  teams: [
    {
      id: 'core',
      members: ['ada', 'grace'],
      calendar: [{ day: 'default', oncall: 'ada@example.org', escalation: 'grace@example.org' }],
    },
  ],
  schedules: [
    {
      id: 'primary',
      timeZone: 'UTC',
      layers: [
        { id: 'week', users: ['ada', 'grace'], start: '2026-01-05T09:00', rotation: { unit: 'hour', every: 6 } },
      ],
    },
  ],
  escalationPolicies: [{ id: 'short', rules: [{ targets: [{ user: 'ada' }] }], atEnd: 'giveUp' }],
  services: [
    { id: 'checkout', team: 'core' },
    { id: 'grouped', team: 'core', grouping: { by: 'time', windowMinutes: 60 } },
  ],
};

const HOUR_MS = 3_600_000;
const incident = (more: object = {}) => ({
  service: 'checkout',
  severity: 'CRIT',
  title: 'Disk full',
  message: 'Of db-1',
  ...more,
});

/** Throws unless the answer is a success: a story that fails half way would prove little. */
export function good(answer: Answer): Answer {
  if (answer.status < 200 || answer.status > 299) throw new Error(`${answer.status} ${answer.text}`);
  return answer;
}

export async function issueKey(rig: Rig, wanted: object): Promise<string> {
  return String(good(await rig.request('POST', '/integrations', { body: wanted })).json.key);
}

export async function raise(rig: Rig, more: object = {}): Promise<number> {
  return Number(good(await rig.request('PUT', '/incidents', { body: incident(more) })).json.incidentId);
}

/** Fills the timeline of an incident by hand, so that whoever writes it next moves a part of it. */
async function crowd(rig: Rig, incidentId: number): Promise<void> {
  const timeline = Array.from({ length: 40 }, (_, i) => ({
    M: { seq: { N: `${i + 1}` }, at: { N: '0' }, kind: { S: 'noted' }, text: { S: 'x' } },
  }));
  await rig.dynamo('UpdateItem', 'Incident', {
    Key: { incidentId: { N: `${incidentId}` } },
    UpdateExpression: 'SET timeline = :timeline, timelineSeq = :seq',
    ExpressionAttributeValues: { ':timeline': { L: timeline }, ':seq': { N: '40' } },
  });
}

/** Lets the next write of this kind fail. */
function once(rig: Rig, action: string, type: string): void {
  rig.fault((called) => {
    if (called !== action) return undefined;
    rig.fault(undefined);
    return { status: 400, type, message: 'as if somebody else had been faster' };
  });
}

/** Everything that anybody can ask of the stack, in an order in which each thing finds what it needs. */
export async function story(rig: Rig): Promise<void> {
  await configuration(rig);
  await paging(rig);
  await api(rig);
  await senders(rig);
  await opsgenie(rig);
  await aws(rig);
  await canary(rig);
  await repair(rig);
}

async function configuration(rig: Rig): Promise<void> {
  good(await rig.request('PUT', '/config', { body: CONFIG }));
  good(await rig.request('GET', '/config'));
  good(await rig.request('GET', '/config/revisions'));
  const changed = { ...CONFIG, services: CONFIG.services.slice(0, 1), users: CONFIG.users.slice(0, 2) };
  good(await rig.request('PUT', '/config', { body: changed }));
  good(await rig.request('POST', '/config/revisions/1/restore'));
}

/** The notifier: a policy to its end, a write that lost a race, a full timeline. */
async function paging(rig: Rig): Promise<void> {
  await raise(rig);
  await rig.escalate();
  await raise(rig);
  once(rig, 'dynamodb:UpdateItem', 'ConditionalCheckFailedException');
  await rig.escalate(1);
  await crowd(rig, await raise(rig));
  await rig.escalate(2);
}

async function api(rig: Rig): Promise<void> {
  const id = await raise(rig, { dedupKey: 'db-1' });
  await raise(rig, { dedupKey: 'db-1' });
  const other = await raise(rig, { service: 'grouped' });
  await raise(rig, { service: 'grouped', dedupKey: 'second' });
  for (const query of [
    'state=OPEN',
    'service=checkout',
    'team=core',
    `from=${new Date(Date.now() - HOUR_MS).toISOString()}`,
  ])
    good(await rig.request('GET', `/incidents?${query}`));
  await crowd(rig, id);
  for (const [path, body] of [
    ['', { note: 'looking', by: 'ada' }],
    ['/snooze', { minutes: 30 }],
    ['/escalate', {}],
    ['/responders', { users: ['grace'] }],
    ['/priority', { priority: 'P1' }],
    ['/assign', { escalationPolicy: 'short' }],
    ['/merge', { into: other }],
  ] as const)
    good(await rig.request('POST', `/incidents/${id}${path}`, { body }));
  good(await rig.request('GET', `/incidents/${id}`));
  good(await rig.request('GET', `/incidents/${id}/timeline`));
  good(await rig.request('POST', '/incidents', { body: { incidentId: other, state: 'RESOLVED', by: 'ada' } }));
  for (const path of ['/oncall', '/schedules/primary/shifts', '/schedules/primary/gaps', '/openapi.json', '/healthz'])
    good(await rig.request('GET', path));
  const override = { user: 'grace', from: '2027-01-01T00:00', to: '2027-01-01T08:00', id: 'swap' };
  good(await rig.request('POST', '/schedules/primary/overrides', { body: override }));
  good(await rig.request('DELETE', '/schedules/primary/overrides/swap'));
  good(await rig.request('POST', '/simulate', { body: { service: 'checkout', at: '2026-12-01T00:00:00Z' } }));
  const feed = good(await rig.request('GET', '/users/ada/feed')).json;
  good(await rig.request('GET', new URL(String(feed.url)).pathname, { key: null }));
  await links(rig);
}

async function links(rig: Rig): Promise<void> {
  await raise(rig);
  await rig.escalate(1);
  const text = rig.mails.at(-1)?.text ?? '';
  const view = /\/i\/[\w-]+/.exec(text)?.[0] ?? '';
  const acknowledge = /\/ack\/[\w-]+/.exec(text)?.[0] ?? '';
  good(await rig.request('GET', view, { key: null }));
  good(await rig.request('GET', acknowledge, { key: null }));
  good(await rig.request('POST', acknowledge, { key: null }));
}

async function senders(rig: Rig): Promise<void> {
  const key = await issueKey(rig, { name: 'any', kind: 'pagerduty', service: 'checkout' });
  const v2 = (event_action: string, more: object = {}) => ({
    routing_key: key,
    event_action,
    dedup_key: 'v2',
    payload: { summary: 'Disk full', source: 'db-1', severity: 'critical', ...more },
  });
  const accepted = async (path: string, body: unknown) => good(await rig.request('POST', path, { body, key: null }));
  for (const action of ['trigger', 'trigger', 'acknowledge', 'resolve']) await accepted('/v2/enqueue', v2(action));
  await accepted('/v2/enqueue', {
    ...v2('trigger', { custom_details: { log: 'x'.repeat(100_000) } }),
    dedup_key: 'big',
  });
  const big = JSON.stringify((await rig.dynamo('Scan', 'Incident', {})).Items);
  good(await rig.request('GET', /\/payloads\/[\w-]+/.exec(big)?.[0] ?? '', { key: null }));
  await accepted('/v2/change/enqueue', { routing_key: key, payload: { summary: 'Deployed', source: 'ci' } });
  await accepted('/generic/2010-04-15/create_event.json', {
    service_key: key,
    event_type: 'trigger',
    incident_key: 'v1',
    description: 'Disk full',
  });
  await accepted(`/integration/${key}/enqueue`, { title: 'anything' });
  await accepted(`/x-ere/${key}`, { title: 'anything' });
  await accepted(`/?routing_key=${key}`, { title: 'anything' });
  const alerts = [{ status: 'firing', labels: { alertname: 'Disk' }, annotations: {}, fingerprint: 'f' }];
  const group = { version: '4', groupKey: 'g', status: 'firing', receiver: 'r', alerts, commonLabels: {} };
  await accepted(`/alertmanager/${key}`, group);
  await accepted(`/grafana/${key}`, { ...group, orgId: 1, title: 'Disk', state: 'alerting' });
  await accepted(`/apprise/${key}`, { version: '1.0', title: 'Disk', message: 'full', type: 'failure' });
  await accepted(`/json/${key}`, { title: 'Disk' });
  await accepted(`/cloudwatch/${key}`, {
    AlarmName: 'cpu',
    AlarmArn: 'arn:aws:cloudwatch:a:1:alarm:cpu',
    NewStateValue: 'ALARM',
  });
  await rig.request('POST', `/json/${'0'.repeat(32)}`, { body: { title: 'Disk' }, key: null });

  const { integrations } = good(await rig.request('GET', '/integrations')).json as {
    integrations: { integrationId: string }[];
  };
  const id = integrations[0]?.integrationId;
  good(await rig.request('POST', `/integrations/${id}/rotate`, { body: { graceSeconds: 0 } }));
  good(await rig.request('DELETE', `/integrations/${id}`));
}

async function opsgenie(rig: Rig): Promise<void> {
  const wanted = { kind: 'opsgenie', scopes: ['events', 'read', 'write'] };
  const key = await issueKey(rig, { name: 'og', service: 'checkout', ...wanted });
  const free = await issueKey(rig, { name: 'og free', ...wanted });
  const ask = async (method: string, path: string, body?: unknown, as = key) =>
    good(await rig.request(method, path, { body, key: null, headers: { authorization: `GenieKey ${as}` } }));
  await ask('POST', '/v2/alerts', { message: 'Disk full', alias: 'a' });
  await ask('POST', '/v2/alerts', { message: 'Disk full', responders: [{ name: 'core', type: 'team' }] }, free);
  const { data } = (await ask('GET', '/v2/alerts/a?identifierType=alias')).json as { data: { tinyId: string } };
  await crowd(rig, Number(data.tinyId));
  await ask('POST', '/v2/alerts/a/notes?identifierType=alias', { note: 'looking' });
  await ask('POST', '/v2/alerts/a/tags?identifierType=alias', { tags: ['x'] });
  for (const path of ['a', 'a/notes', 'a/logs', 'a/recipients'])
    await ask('GET', `/v2/alerts/${path}?identifierType=alias`);
  await ask('GET', '/v2/alerts?query=status%3Aopen');
  await ask('GET', '/v2/alerts/count');
  for (const query of ['status:open', `createdAt > ${Date.now() - HOUR_MS}`])
    await ask('GET', `/v2/alerts?query=${encodeURIComponent(query)}`, undefined, free);
  for (const [action, body] of [
    ['acknowledge', {}],
    ['escalate', { escalation: { name: 'short' } }],
    ['assign', { owner: { username: 'ada@example.org' } }],
    ['close', {}],
  ] as const)
    await ask('POST', `/v2/alerts/a/${action}?identifierType=alias`, body);
  const beat = { interval: 10, intervalUnit: 'minutes', enabled: true };
  for (const name of ['cron', 'backup', 'once']) await ask('POST', '/v2/heartbeats', { name, ...beat });
  for (const name of ['cron', 'backup']) await ask('GET', `/v2/heartbeats/${name}/ping`);
  await ask('GET', '/v2/heartbeats');
  await ask('GET', '/v2/heartbeats/cron');
  await ask('PATCH', '/v2/heartbeats/cron', { alertMessage: 'cron is late' });
  await ask('DELETE', '/v2/heartbeats/once');
  rig.advance(HOUR_MS);
  await done(rig, 'reconciler', {});
  await ask('GET', '/v2/heartbeats/cron/ping');
}

async function done(rig: Rig, name: string, event: unknown): Promise<void> {
  const result = await rig.invoke(name, event);
  if ('error' in result) throw new Error(`${name}: ${result.error.errorMessage}`);
}

const sns = (message: unknown) => ({
  Records: [
    {
      EventSource: 'aws:sns',
      Sns: { Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:a:1:t', Message: JSON.stringify(message) },
    },
  ],
});

/** What AWS itself brings: alarms, and what became of mails. */
async function aws(rig: Rig): Promise<void> {
  await done(
    rig,
    'ingest',
    sns({ AlarmName: 'cpu', AlarmArn: 'arn:aws:cloudwatch:a:1:alarm:cpu', NewStateValue: 'ALARM' }),
  );
  const id = await raise(rig);
  await rig.escalate(1);
  const { messageId = '', tags = {} } = rig.mails.at(-1) ?? {};
  await crowd(rig, id);
  await done(
    rig,
    'mailEvents',
    sns({
      eventType: 'Bounce',
      mail: { messageId, tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])) },
      bounce: { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: 'ada@example.org' }] },
    }),
  );
}

/** Its event goes to the public address, where the tour answers it; what comes of an event others have shown. */
async function canary(rig: Rig): Promise<void> {
  await done(rig, 'canary', { source: 'aws.events' });
  const delivery = { timestamp: new Date().toISOString() };
  await done(rig, 'canary', sns({ eventType: 'Delivery', mail: { tags: { incidentId: ['10000'] } }, delivery }));
}

/** The reconciler: an incident whose workflow never began, a configuration applied by half, hand-off notices. */
async function repair(rig: Rig): Promise<void> {
  await crowd(rig, await raise(rig));
  const calendar = [{ day: 'default', oncall: 'grace@example.org' }];
  const changed = {
    ...CONFIG,
    teams: CONFIG.teams.map((team) => ({ ...team, calendar })),
    services: CONFIG.services.map((service) => ({ ...service, name: 'renamed' })),
  };
  rig.fault((action, body) =>
    action === 'dynamodb:PutItem' && /-TablesService|-TablesOncall/.test(body)
      ? { status: 400, type: 'ValidationException', message: 'not now' }
      : undefined,
  );
  await rig.request('PUT', '/config', { body: changed });
  rig.fault(undefined);
  for (let hour = 0; hour < 6; hour += 1) {
    rig.advance(HOUR_MS);
    await done(rig, 'reconciler', {});
  }
}
