import { describe, expect, it } from '@jest/globals';
import { mappingSchema } from '../../../lambda/ingest/generic/mapping.ts';
import { translateHandler, translateIntegration } from '../../../lambda/ingest/integration.ts';
import { arrival, bodyOf, errorsOf, eventOf, eventsOf, NEW_KEY, ROUTING_KEY } from './support.ts';

const integrate = (body: unknown) => translateIntegration(body, arrival, ROUTING_KEY);
const v2 = { event_action: 'trigger', dedup_key: 'k', payload: { summary: 's', source: 'h', severity: 'warning' } };

describe('/integration/<key>/enqueue and /x-ere/<key>', () => {
  it.each([
    ['Events v2', v2, { title: 's', severity: 'warning', dedupKey: 'k' }],
    [
      'Events v2, with faults',
      { event_action: 'trigger', payload: { summary: 's', severity: 'HORRIBLE' } },
      { title: 's', severity: 'critical', dedupKey: NEW_KEY },
    ],
    ['Events v1', { event_type: 'resolve', incident_key: 'k' }, { action: 'resolve', dedupKey: 'k' }],
    [
      'Alertmanager',
      { groupKey: 'g', alerts: [{ labels: { alertname: 'A' }, fingerprint: 'f' }] },
      { client: 'Alertmanager', dedupKey: 'f' },
    ],
    ['Grafana', { orgId: 1, alerts: [{ labels: { alertname: 'A' }, fingerprint: 'f' }] }, { client: 'Grafana' }],
    ['CloudWatch, raw', { AlarmName: 'a', NewStateValue: 'ALARM', AlarmArn: 'arn:1' }, { dedupKey: 'arn:1' }],
    ['SNS', { Type: 'Notification', TopicArn: 'arn:t', Message: 'hi', MessageId: 'm' }, { title: 'hi', dedupKey: 'm' }],
    ['netdata', { host: 'h', chart: 'c', name: 'n', status: 'WARNING', old_status: 'CLEAR' }, { client: 'netdata' }],
    [
      'Apprise',
      { version: '1.0', title: 'T', message: 'B', type: 'failure' },
      { client: 'Apprise', severity: 'critical' },
    ],
    [
      'what nobody knows',
      { subject: 'S', level: 'error', host: 'h', id: 7 },
      { title: 'S', severity: 'error', source: 'h', dedupKey: '7' },
    ],
    ['an empty object', {}, { action: 'trigger', dedupKey: NEW_KEY }],
    ['a list', [1, 2], { action: 'trigger', details: { value: [1, 2] } }],
  ])('%s', (_, body, expected) => {
    const translation = integrate(body);
    const event = eventOf(translation);
    expect(event).toMatchObject(expected);
    expect(translation).toMatchObject({ key: ROUTING_KEY, reply: { status: 202 } });
    expect(bodyOf(translation.reply)).toEqual({
      status: 'success',
      message: 'Event processed',
      dedup_key: event.dedupKey,
    });
  });

  it('a mapping comes before everything that would be recognised', () => {
    const mapping = mappingSchema.parse({ title: { value: 'mine' } });
    expect(eventOf(translateIntegration(v2, arrival, ROUTING_KEY, { mapping })).title).toBe('mine');
    const strict = mappingSchema.parse({ title: '/nowhere' });
    expect(errorsOf(translateIntegration(v2, arrival, ROUTING_KEY, { mapping: strict }))).toMatchObject({
      status: 400,
      errors: ["title: nothing found at '/nowhere'"],
    });
  });

  it('a subscription to confirm keeps its address', () => {
    const body = {
      Type: 'SubscriptionConfirmation',
      TopicArn: 'arn:t',
      Message: 'm',
      SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?x',
    };
    expect(integrate(body)).toMatchObject({ events: [], confirmUrl: body.SubscribeURL });
  });

  it.each([undefined, null, 7, 'text'])('refuses %j, and a resolve that names nothing', (body) => {
    expect(errorsOf(integrate(body))).toMatchObject({ status: 400, reason: 'unreadable' });
    expect(errorsOf(integrate({ event_action: 'resolve' }))).toMatchObject({
      status: 400,
      errors: ["'dedup_key' is missing or blank"],
    });
  });
});

describe('POST / of pd-event-handler', () => {
  it('echoes the event and names the key of the deployment, whatever key the event names', () => {
    const event = {
      payload: { summary: 'Host web-7 down', severity: 'critical', source: 'Elastic', component: 'web-7' },
      dedup_key: '',
      event_action: 'trigger',
      routing_key: 'other',
    };
    const translation = translateHandler(event, arrival, ROUTING_KEY);
    expect(eventOf(translation)).toMatchObject({ title: 'Host web-7 down', dedupKey: NEW_KEY, component: 'web-7' });
    expect(translation).toMatchObject({ key: ROUTING_KEY, reply: { status: 202 } });
    expect(bodyOf(translation.reply)).toEqual({ status: 'enqueued', data: event, target_routing_key: ROUTING_KEY });
  });

  it('takes a payload without an action, and any other document', () => {
    expect(eventOf(translateHandler({ payload: { summary: 's' } }, arrival, ROUTING_KEY)).title).toBe('s');
    expect(eventsOf(translateHandler({ hello: 'world' }, arrival, ROUTING_KEY))).toHaveLength(1);
  });
});
