import { describe, expect, it } from '@jest/globals';
import { translateAlertmanager } from '../../../lambda/ingest/alertmanager.ts';
import { isGrafana, translateGrafana } from '../../../lambda/ingest/grafana.ts';
import { alertmanagerThrottled } from '../../../lambda/ingest/webhook-replies.ts';
import { arrival, errorsOf, eventOf, eventsOf, RECEIVED_AT } from './support.ts';

const firing = {
  status: 'firing',
  labels: {
    alertname: 'DiskFull',
    service: 'db',
    team: 'storage',
    severity: 'page',
    instance: 'db-1:9100',
    job: 'node',
    namespace: 'prod',
  },
  annotations: {
    summary: 'Disk of db-1 is full',
    description: 'Only 3 % left.',
    runbook_url: 'https://run.example.com/disk',
  },
  startsAt: '2026-11-21T06:55:56.654761359Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prom:9090/graph?g0.expr=up',
  fingerprint: '08131b5f70d46a51',
};
const resolved = { ...firing, status: 'resolved', endsAt: '2026-11-21T07:01:00Z', fingerprint: 'f'.repeat(16) };
const group = {
  receiver: 'all',
  status: 'firing',
  alerts: [firing, resolved],
  groupLabels: { alertname: 'DiskFull' },
  commonLabels: { alertname: 'DiskFull', service: 'db', severity: 'page' },
  commonAnnotations: {},
  externalURL: 'http://am:9093',
  version: '4',
  groupKey: '{}:{alertname="DiskFull", service="db"}',
  truncatedAlerts: 0,
  notification_reason: 'first',
};

describe('Alertmanager, one incident per alert', () => {
  it('takes labels and annotations to their places', () => {
    const [event] = eventsOf(translateAlertmanager(group, arrival));
    expect(event).toEqual({
      action: 'trigger',
      dedupKey: '08131b5f70d46a51',
      service: 'db',
      team: 'storage',
      severity: 'critical',
      title: 'Disk of db-1 is full',
      message: 'Only 3 % left.',
      source: 'db-1:9100',
      client: 'Alertmanager',
      clientUrl: 'http://am:9093',
      component: 'node',
      group: 'prod',
      class: 'DiskFull',
      details: {
        labels: firing.labels,
        annotations: firing.annotations,
        startsAt: firing.startsAt,
        groupKey: group.groupKey,
      },
      links: [
        { href: 'https://run.example.com/disk', text: 'Runbook' },
        { href: 'http://prom:9090/graph?g0.expr=up', text: 'Source' },
      ],
      images: [],
      detectedAt: Date.UTC(2026, 10, 21, 6, 55, 56, 654),
    });
  });

  it('resolves only the resolved alerts of a mixed group, in the order sent', () => {
    const events = eventsOf(translateAlertmanager(group, arrival));
    expect(events.map(({ action, dedupKey }) => [action, dedupKey])).toEqual([
      ['trigger', firing.fingerprint],
      ['resolve', resolved.fingerprint],
    ]);
    expect(events[1]?.detectedAt).toBe(Date.UTC(2026, 10, 21, 7, 1));
  });

  it('has a title and a key for an alert with labels alone', () => {
    const bare = { labels: { alertname: 'Up', job: 'x' }, annotations: null };
    const event = eventOf(translateAlertmanager({ alerts: [bare] }, arrival));
    expect(event).toMatchObject({ action: 'trigger', title: 'Up (job=x)', severity: 'error', detectedAt: RECEIVED_AT });
    expect(event.dedupKey).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says that the sender cut alerts off', () => {
    expect(
      eventOf(translateAlertmanager({ ...group, alerts: [firing], truncatedAlerts: 7 }, arrival)).message,
    ).toContain('7 more alerts');
  });

  it.each([
    ['critical', 'critical'],
    ['page', 'critical'],
    ['P1', 'critical'],
    ['error', 'error'],
    ['major', 'error'],
    ['Warning', 'warning'],
    ['info', 'info'],
    ['none', 'info'],
    ['purple', 'error'],
    ['constructor', 'error'],
  ])('reads the severity label %s as %s', (severity, expected) => {
    expect(eventOf(translateAlertmanager({ alerts: [{ labels: { severity } }] }, arrival)).severity).toBe(expected);
  });

  it('makes no link of a runbook that is not an http address', () => {
    const alert = { ...firing, annotations: { runbook_url: 'javascript:alert(1)' }, generatorURL: '' };
    expect(eventOf(translateAlertmanager({ alerts: [alert] }, arrival)).links).toEqual([]);
  });
});

describe('Alertmanager, one incident per group', () => {
  it('triggers as long as one alert fires, under the key that Alertmanager gives PagerDuty', () => {
    const event = eventOf(translateAlertmanager(group, arrival, 'group'));
    expect(event).toMatchObject({
      action: 'trigger',
      dedupKey: 'e2f8d8f07e7ff3d39084f0f3f57c92fa746be2d101700a0abe3606c64a6075a0',
      severity: 'critical',
      links: [{ text: 'Runbook' }],
      message: 'Firing: Disk of db-1 is full\nResolved: Disk of db-1 is full',
    });
    expect(event.title).toContain('(1 firing, 1 resolved)');
  });

  it('believes the alerts, not a group status that is missing', () => {
    const { status: _, ...bare } = group;
    expect(eventOf(translateAlertmanager(bare, arrival, 'group')).action).toBe('trigger');
    expect(eventOf(translateAlertmanager({ ...bare, alerts: [resolved] }, arrival, 'group')).action).toBe('resolve');
  });

  it('resolves when all are resolved', () => {
    const event = eventOf(
      translateAlertmanager({ ...group, status: 'resolved', alerts: [resolved, resolved] }, arrival, 'group'),
    );
    expect(event.action).toBe('resolve');
  });
});

describe('what cannot be used', () => {
  it('is refused with 400, an empty group is passed over with 200', () => {
    expect(errorsOf(translateAlertmanager('text', arrival))).toMatchObject({ status: 400, reason: 'unreadable' });
    expect(errorsOf(translateAlertmanager({ alerts: {} }, arrival))).toMatchObject({ status: 400, reason: 'invalid' });
    const empty = translateAlertmanager({ alerts: [] }, arrival);
    expect(eventsOf(empty)).toEqual([]);
    expect(empty.reply.status).toBe(200);
  });

  it('a throttled Alertmanager gets a 5xx, the only status that it repeats', () => {
    expect(alertmanagerThrottled(10)).toMatchObject({ status: 503, headers: { 'Retry-After': '10' } });
  });
});

describe('Grafana', () => {
  const body = {
    ...group,
    version: '1',
    orgId: 1,
    title: '[FIRING:1] DiskFull',
    state: 'alerting',
    message: 'text',
    alerts: [
      {
        ...firing,
        silenceURL: 'https://g.example.com/alerting/silence/new',
        dashboardURL: 'https://g.example.com/d/abc',
        panelURL: 'https://g.example.com/d/abc?viewPanel=1',
        imageURL: 'https://g.example.com/i.png',
        ruleUID: 'r-1',
        values: { A: 97.2 },
        valueString: '[ var=A value=97.2 ]',
      },
    ],
  };

  it('adds links, values and the picture', () => {
    const event = eventOf(translateGrafana(body, arrival));
    expect(event.links.map(({ text }) => text)).toEqual(['Runbook', 'Dashboard', 'Panel', 'Silence', 'Source']);
    expect(event).toMatchObject({
      client: 'Grafana',
      details: { values: { A: 97.2 }, ruleUID: 'r-1' },
      images: [{ src: 'https://g.example.com/i.png' }],
    });
  });

  it('is told from Alertmanager by version and organisation', () => {
    expect([isGrafana(body), isGrafana(group), isGrafana(null)]).toEqual([true, false, false]);
  });

  const legacy = {
    dashboardId: 1,
    evalMatches: [{ value: 100, metric: 'High', tags: null }],
    ruleId: 7,
    ruleName: 'CPU',
    ruleUrl: 'https://g.example.com/d/x',
    state: 'alerting',
    title: '[Alerting] CPU',
    message: 'hot',
    orgId: 2,
    tags: { service: 'web', severity: 'warning' },
  };

  it.each([
    ['alerting', 'trigger'],
    ['no_data', 'trigger'],
    ['ok', 'resolve'],
  ])('legacy: %s means %s', (state, action) => {
    const event = eventOf(translateGrafana({ ...legacy, state }, arrival));
    expect(event).toMatchObject({
      action,
      dedupKey: 'grafana-rule-2-7',
      title: '[Alerting] CPU',
      message: 'hot',
      service: 'web',
      severity: 'warning',
    });
  });

  it('legacy: passes over paused and pending rules', () => {
    expect(eventsOf(translateGrafana({ ...legacy, state: 'pending' }, arrival))).toEqual([]);
  });
});
