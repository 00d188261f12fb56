import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { START, useIngestStage } from '../../support/ingest-stage.ts';
import { CERTIFICATE, CONFIRMATION, NOTIFICATION, SIGNATURES } from '../ingest/cloudwatch/signed.ts';

const use = useIngestStage();

/** Sends, and answers the incidents that came of it. */
async function taken(request: { path: string; body: unknown; headers?: Record<string, string>; method?: string }) {
  const { send, incidents } = use();
  const before = (await incidents()).length;
  const answer = await send(request);
  return { answer, raised: (await incidents()).slice(before) };
}

let groups = 0;
function alertGroup(facts: object = {}, count = 2) {
  const name = `g${groups++}`;
  const alerts = Array.from({ length: count }, (_, i) => ({
    status: 'firing',
    labels: { alertname: 'DiskFull', severity: 'critical', instance: `db-${i}` },
    annotations: { summary: `Disk of db-${i} is full`, runbook_url: 'https://run.example.com/disk' },
    startsAt: new Date(START).toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: `${name}-${i}`,
  }));
  return { receiver: 'r', status: 'firing', version: '4', groupKey: name, commonLabels: {}, alerts, ...facts };
}

describe('Alertmanager', () => {
  it('opens one incident per alert, and resolves each by itself', async () => {
    const { key, send, incidents } = use();
    const path = `/alertmanager/${await key({ kind: 'alertmanager' })}`;
    const group = alertGroup();
    const { answer, raised } = await taken({ path, body: group });
    expect(answer.status).toBe(200);
    expect(raised.map(({ title }) => title).sort()).toEqual(['Disk of db-0 is full', 'Disk of db-1 is full']);
    expect(raised[0]?.links).toEqual([{ href: 'https://run.example.com/disk', text: 'Runbook' }]);
    const [first, ...others] = group.alerts;
    await send({ path, body: { ...group, alerts: [{ ...first, status: 'resolved' }, ...others] } });
    const after = (await incidents()).filter(({ incidentId }) => raised.some((each) => each.incidentId === incidentId));
    expect(after.map(({ title, state, count }) => [title, state, count]).sort()).toEqual([
      ['Disk of db-0 is full', 'RESOLVED', 1],
      ['Disk of db-1 is full', 'OPEN', 2],
    ]);
  });

  it.each(['/alertmanager/KEY', '/integration/KEY/enqueue'])(
    'opens one per group where that is asked for: %s',
    async (route) => {
      const { key } = use();
      const path = route.replace('KEY', await key({ kind: 'alertmanager', options: { groupBy: 'group' } }));
      const { raised } = await taken({ path, body: alertGroup({}, 5) });
      expect(raised).toMatchObject([{ title: expect.stringContaining('5 firing') }]);
    },
  );

  it('goes to the service of its label when the key is routed, and to the catch-all when there is none', async () => {
    const { key, service } = use();
    await service('search');
    const path = `/alertmanager/${await key({ kind: 'alertmanager', service: undefined } as never)}`;
    const labelled = (name: string) =>
      alertGroup({ alerts: [{ status: 'firing', labels: { alertname: 'A', service: name }, fingerprint: name }] });
    expect((await taken({ path, body: labelled('search') })).raised).toMatchObject([{ service: 'search' }]);
    const [lost] = (await taken({ path, body: labelled('nowhere') })).raised;
    expect(lost).toMatchObject({ service: 'unrouted', message: expect.stringContaining('the event names nowhere') });
    expect(lost).not.toHaveProperty('team');
    // Somebody configures the service; the resolve still finds its incident.
    await service('nowhere');
    const over = {
      ...labelled('nowhere'),
      alerts: [{ status: 'resolved', labels: { service: 'nowhere' }, fingerprint: 'nowhere' }],
    };
    await taken({ path, body: over });
    expect((await use().incident(lost?.incidentId ?? 0)).state).toBe('RESOLVED');
  });

  it('is throttled with a 503, because it gives up on a 429', async () => {
    const { key } = use();
    const path = `/alertmanager/${await key({ kind: 'alertmanager', ratePerMinute: 1 })}`;
    await taken({ path, body: alertGroup() });
    expect((await taken({ path, body: alertGroup() })).answer).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '60' },
    });
  });

  it('takes the key as a bearer token, and refuses without one', async () => {
    const { key } = use();
    const headers = { authorization: `Bearer ${await key()}` };
    expect((await taken({ path: '/alertmanager', body: alertGroup(), headers })).raised).toHaveLength(2);
    expect((await taken({ path: '/alertmanager', body: alertGroup() })).answer.status).toBe(401);
    expect((await taken({ path: '/alertmanager/unknown', body: alertGroup() })).answer.status).toBe(401);
  });

  it('stores every alert of a large group that it can when one fails, and has it sent again', async () => {
    const { key, deps, send, incidents } = use();
    const path = `/alertmanager/${await key()}`;
    const group = alertGroup({}, 20);
    const before = (await incidents()).length;
    const { create } = deps.incidents;
    let calls = 0;
    deps.incidents.create = async (...asked) => {
      if (++calls === 3) throw new Error('a fault');
      return create(...asked);
    };
    expect((await send({ path, body: group })).status).toBe(503);
    deps.incidents.create = create;
    expect(await incidents()).toHaveLength(before + 19);
    expect((await send({ path, body: group })).status).toBe(200);
    expect(await incidents()).toHaveLength(before + 20);
  });
});

describe('Grafana', () => {
  const body = JSON.stringify({ ...alertGroup(), version: '1', orgId: 1, title: 't', state: 'alerting' });

  it('is taken by POST and PUT', async () => {
    const path = `/grafana/${await use().key({ kind: 'grafana' })}`;
    expect((await taken({ path, body, method: 'PUT' })).raised).toHaveLength(2);
    expect((await taken({ path, body })).answer.status).toBe(200);
  });

  it('must be signed where the integration says so', async () => {
    const secrets = ['old'.repeat(4), 'new'.repeat(4)];
    const path = `/grafana/${await use().key({ kind: 'grafana', options: { signature: { secrets } } })}`;
    const signature = createHmac('sha256', secrets[1] ?? '')
      .update(body)
      .digest('hex');
    expect((await taken({ path, body })).answer.status).toBe(401);
    const wrong = { 'x-grafana-alerting-signature': signature.replace(/^./, 'x') };
    expect((await taken({ path, body, headers: wrong })).answer.status).toBe(401);
    const headers = { 'x-grafana-alerting-signature': signature };
    expect((await taken({ path, body, headers })).answer.status).toBe(200);
  });

  it('must carry the timestamp where one is asked for', async () => {
    const secrets = ['s'.repeat(12)];
    const signature = { secrets, header: 'X-Sig', timestampHeader: 'X-Time' };
    const path = `/grafana/${await use().key({ kind: 'grafana', options: { signature } })}`;
    const seconds = String(START / 1_000);
    const hmac = (text: string) =>
      createHmac('sha256', secrets[0] ?? '')
        .update(text)
        .digest('hex');
    expect((await taken({ path, body, headers: { 'x-sig': hmac(body) } })).answer.status).toBe(401);
    const headers = { 'x-sig': hmac(`${seconds}:${body}`), 'x-time': seconds };
    expect((await taken({ path, body, headers })).answer.status).toBe(200);
  });
});

describe('CloudWatch through SNS', () => {
  const genuine = { ...NOTIFICATION, SignatureVersion: '2', Signature: SIGNATURES.notificationSha256 };

  it('takes what SNS has signed, fetching the certificate once', async () => {
    const stage = use();
    const asked: string[] = [];
    stage.fetch = async (url) => {
      asked.push(url);
      return CERTIFICATE;
    };
    const path = `/cloudwatch/${await stage.key({ kind: 'cloudwatch' })}`;
    const headers = { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' };
    expect((await taken({ path, body: genuine, headers })).raised).toMatchObject([
      { title: 'Greeting', message: 'hello topic' },
    ]);
    await taken({ path, body: genuine, headers });
    expect(asked).toEqual([NOTIFICATION.SigningCertURL]);
    const forged = await taken({ path, body: { ...genuine, Message: 'pay me' } });
    expect(forged).toMatchObject({ answer: { status: 401 }, raised: [] });
    // The same on the route that takes anything.
    const anything = path.replace('/cloudwatch/', '/integration/').concat('/enqueue');
    expect((await taken({ path: anything, body: { ...genuine, Message: 'pay me' } })).answer.status).toBe(401);
  });

  it('confirms a subscription, at SNS and nowhere else', async () => {
    const stage = use();
    const asked: string[] = [];
    stage.fetch = async (url) => {
      asked.push(url);
      return url.endsWith('.pem') ? CERTIFICATE : '<ConfirmSubscriptionResponse/>';
    };
    const path = `/cloudwatch/${await stage.key({ kind: 'cloudwatch' })}`;
    const confirmation = { ...CONFIRMATION, SignatureVersion: '2', Signature: SIGNATURES.confirmationSha256 };
    expect((await taken({ path, body: confirmation })).answer.status).toBe(200);
    expect(asked).toContain(CONFIRMATION.SubscribeURL);
    asked.length = 0;
    const elsewhere = { ...confirmation, SubscribeURL: 'https://evil.example/?x=.amazonaws.com' };
    expect((await taken({ path, body: elsewhere })).answer.status).toBe(401);
    const certificate = { ...confirmation, SigningCertURL: 'https://evil.example/a.pem' };
    expect((await taken({ path, body: certificate })).answer.status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('has SNS try again when the certificate or the confirmation cannot be had', async () => {
    const stage = use();
    stage.fetch = async () => {
      throw new Error('no route to host');
    };
    const path = `/cloudwatch/${await stage.key({ kind: 'cloudwatch' })}`;
    const other = { ...genuine, SigningCertURL: 'https://sns.us-east-1.amazonaws.com/other.pem' };
    expect(await taken({ path, body: other })).toMatchObject({ answer: { status: 503 }, raised: [] });
  });

  it('opens and resolves by the alarm, raw delivery', async () => {
    const path = `/cloudwatch/${await use().key({ kind: 'cloudwatch' })}`;
    const alarm = {
      AlarmName: 'cpu',
      AlarmArn: 'arn:aws:cloudwatch:eu-central-1:1:alarm:cpu',
      NewStateValue: 'ALARM',
      Region: 'EU',
    };
    const [raised] = (await taken({ path, body: alarm })).raised;
    expect(raised).toMatchObject({ severity: 'CRIT', state: 'OPEN' });
    await taken({ path, body: { ...alarm, NewStateValue: 'INSUFFICIENT_DATA' } });
    await taken({ path, body: { ...alarm, NewStateValue: 'OK' } });
    expect((await use().incident(raised?.incidentId ?? 0)).state).toBe('RESOLVED');
  });
});

describe('the other formats', () => {
  it('netdata, at the path of Opsgenie and with its answers', async () => {
    const path = `/v1/json/integrations/webhooks/netdata?apiKey=${await use().key({ kind: 'netdata' })}`;
    const body = {
      host: 'h',
      chart: 'disk',
      name: 'full',
      status: 'CRITICAL',
      old_status: 'CLEAR',
      value: null,
      when: 1,
    };
    const { answer, raised } = await taken({ path, body });
    expect(answer).toMatchObject({
      status: 200,
      json: { result: 'Request will be processed', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    await taken({ path, body: { ...body, status: 'CLEAR' } });
    expect((await use().incident(raised[0]?.incidentId ?? 0)).state).toBe('RESOLVED');
    expect((await taken({ path: '/v1/json/integrations/webhooks/netdata', body })).answer.status).toBe(401);
    expect((await taken({ path: '/v1/json/integrations/webhooks/netdata?apiKey=x', body })).answer.status).toBe(403);
  });

  it('Apprise', async () => {
    const path = `/apprise/${await use().key({ kind: 'apprise', options: { appriseSuccess: 'resolve' } })}`;
    const body = { version: '1.0', title: 'Backup', message: 'failed', attachments: [], type: 'failure' };
    const { raised } = await taken({ path, body });
    await taken({ path, body: { ...body, message: 'done', type: 'success' } });
    expect(await use().incident(raised[0]?.incidentId ?? 0)).toMatchObject({ title: 'Backup', state: 'RESOLVED' });
  });

  it('Nagios, by the flat object of its macros', async () => {
    const path = `/nagios/${await use().key({ kind: 'nagios' })}`;
    const body = {
      notification_type: 'PROBLEM',
      host_name: 'web-1',
      service_desc: 'HTTP',
      state: 'CRITICAL',
      output: 'refused',
    };
    const { raised } = await taken({ path, body });
    expect(raised).toMatchObject([{ title: 'HTTP on web-1 is CRITICAL', severity: 'CRIT' }]);
    await taken({ path, body: { ...body, notification_type: 'ACKNOWLEDGEMENT', author: 'ann', comment: 'looking' } });
    expect(await use().incident(raised[0]?.incidentId ?? 0)).toMatchObject({ state: 'CLAIMED', claimedBy: 'ann' });
    await taken({ path, body: { ...body, notification_type: 'RECOVERY' } });
    expect((await use().incident(raised[0]?.incidentId ?? 0)).state).toBe('RESOLVED');
  });

  it('generic JSON, by the mapping of the integration, on both routes', async () => {
    const mapping = {
      title: '/what',
      dedupKey: '/nr',
      severity: { value: 'warning' },
      action: { at: '/up', map: { true: 'resolve', false: 'trigger' } },
    };
    const key = await use().key({ kind: 'json', mapping });
    const body = { what: 'It is down', nr: 7, up: false };
    const { raised, answer } = await taken({ path: `/json/${key}`, body });
    expect(answer.status).toBe(202);
    expect(raised).toMatchObject([{ title: 'It is down', severity: 'WARN' }]);
    await taken({ path: `/integration/${key}/enqueue`, body: { ...body, up: true } });
    expect((await use().incident(raised[0]?.incidentId ?? 0)).state).toBe('RESOLVED');
    expect((await taken({ path: `/json/${key}`, body: {} })).answer).toMatchObject({
      status: 400,
      json: { errors: ["title: nothing found at '/what'"] },
    });
  });
});
