import { describe, expect, it } from '@jest/globals';
import {
  isSigningCertUrl,
  isSnsSignature,
  isSnsUrl,
  readSns,
  readSnsRecords,
  snsStringToSign,
} from '../../../../lambda/ingest/cloudwatch/sns.ts';
import { translateCloudWatch } from '../../../../lambda/ingest/cloudwatch/translate.ts';
import { arrival, errorsOf, eventOf, eventsOf, RECEIVED_AT } from '../support.ts';
import { CERTIFICATE, CONFIRMATION, NOTIFICATION, SIGNATURES } from './signed.ts';

const ARN = 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:cpu-high';
const alarm = {
  AlarmName: 'cpu-high',
  AlarmDescription: 'CPU over 90 %. Runbook: https://run.example.com/cpu.',
  AWSAccountId: '111122223333',
  NewStateValue: 'ALARM',
  NewStateReason: 'Threshold Crossed: 1 datapoint',
  StateChangeTime: '2026-11-21T07:04:05.678+0000',
  Region: 'EU (Frankfurt)',
  AlarmArn: ARN,
  OldStateValue: 'OK',
  Trigger: {
    MetricName: 'CPUUtilization',
    Namespace: 'AWS/EC2',
    StatisticType: 'Statistic',
    Statistic: 'AVERAGE',
    Unit: null,
    Dimensions: [{ name: 'InstanceId', value: 'i-1' }],
    Period: 60,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 90,
    TreatMissingData: 'missing',
    EvaluateLowSampleCountPercentile: '',
  },
};
const enveloped = (message: unknown) => ({
  ...NOTIFICATION,
  Message: typeof message === 'string' ? message : JSON.stringify(message),
});

describe('alarms through SNS', () => {
  it.each([
    ['in its envelope', enveloped(alarm)],
    ['raw', alarm],
  ])('%s', (_, body) => {
    const event = eventOf(translateCloudWatch(body, arrival));
    expect(event).toMatchObject({
      action: 'trigger',
      dedupKey: ARN,
      severity: 'critical',
      title: 'cpu-high is in ALARM in EU (Frankfurt)',
      source: ARN,
      class: 'cpu-high',
      detectedAt: Date.UTC(2026, 10, 21, 7, 4, 5, 678),
      details: {
        state: 'ALARM',
        previousState: 'OK',
        metric: 'CPUUtilization',
        dimensions: { InstanceId: 'i-1' },
        threshold: 90,
        account: '111122223333',
      },
    });
    expect(event.message).toContain('Threshold Crossed');
    expect(event.links).toEqual([
      { href: 'https://run.example.com/cpu', text: 'Runbook' },
      {
        href: 'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/cpu-high',
        text: 'CloudWatch alarm',
      },
    ]);
  });

  it('OK resolves what ALARM opened', () => {
    expect(eventOf(translateCloudWatch(enveloped({ ...alarm, NewStateValue: 'OK' }), arrival))).toMatchObject({
      action: 'resolve',
      dedupKey: ARN,
    });
  });

  it('INSUFFICIENT_DATA does what the option says, by default nothing', () => {
    const body = enveloped({ ...alarm, NewStateValue: 'INSUFFICIENT_DATA' });
    expect(eventsOf(translateCloudWatch(body, arrival))).toEqual([]);
    expect(eventOf(translateCloudWatch(body, arrival, { insufficientData: 'trigger' })).action).toBe('trigger');
    expect(eventOf(translateCloudWatch(body, arrival, { insufficientData: 'resolve' })).action).toBe('resolve');
  });

  it('metric math lists its members', () => {
    const Trigger = {
      Threshold: 5,
      Metrics: [
        { Id: 'e1', Expression: 'm1/m2', ReturnData: true },
        {
          Id: 'm1',
          MetricStat: {
            Metric: { Namespace: 'N', MetricName: 'M', Dimensions: [{ name: 'D', value: 'v' }] },
            Period: 60,
            Stat: 'Sum',
          },
          ReturnData: false,
        },
      ],
    };
    expect(eventOf(translateCloudWatch(enveloped({ ...alarm, Trigger }), arrival)).details).toMatchObject({
      metrics: [
        { id: 'e1', expression: 'm1/m2', returnData: true },
        {
          id: 'm1',
          metric: 'M',
          namespace: 'N',
          dimensions: { D: 'v' },
          periodSeconds: 60,
          statistic: 'Sum',
          returnData: false,
        },
      ],
    });
  });

  it('a composite alarm has a rule and no trigger', () => {
    const { Trigger: _, ...composite } = { ...alarm, AlarmRule: 'ALARM(a) OR ALARM(b)' };
    expect(eventOf(translateCloudWatch(composite, arrival)).details).toMatchObject({
      alarmRule: 'ALARM(a) OR ALARM(b)',
    });
  });

  it('another message of the topic still pages, once per message', () => {
    const event = eventOf(translateCloudWatch(NOTIFICATION, arrival));
    expect(event).toMatchObject({
      action: 'trigger',
      dedupKey: 'm-1',
      title: 'Greeting',
      message: 'hello topic',
      detectedAt: RECEIVED_AT,
    });
  });

  it('a confirmation says what to fetch, if it is an address of SNS', () => {
    expect(translateCloudWatch(CONFIRMATION, arrival)).toMatchObject({
      kind: 'accepted',
      events: [],
      confirmUrl: CONFIRMATION.SubscribeURL,
    });
    expect(
      errorsOf(
        translateCloudWatch(
          { ...CONFIRMATION, SubscribeURL: 'https://sns.eu-central-1.amazonaws.com.evil.example/' },
          arrival,
        ),
      ).status,
    ).toBe(400);
    expect(eventsOf(translateCloudWatch({ ...CONFIRMATION, Type: 'UnsubscribeConfirmation' }, arrival))).toEqual([]);
  });

  it('anything else is refused', () => {
    expect(errorsOf(translateCloudWatch({ a: 1 }, arrival)).status).toBe(400);
    expect(errorsOf(translateCloudWatch(null, arrival)).reason).toBe('unreadable');
  });

  it('Lambda records are read with their own spelling', () => {
    const { SigningCertURL, ...rest } = { ...NOTIFICATION };
    const records = readSnsRecords({ Records: [{ Sns: { ...rest, SigningCertUrl: SigningCertURL } }, {}] });
    expect(records).toHaveLength(1);
    expect(records[0]?.signingCertUrl).toBe(SigningCertURL);
  });
});

describe('signatures of SNS', () => {
  const envelope = (body: object) => {
    const found = readSns(body);
    if (found === undefined) throw new Error('no envelope');
    return found;
  };
  const v1 = { ...NOTIFICATION, SignatureVersion: '1', Signature: SIGNATURES.notificationSha1 };
  const v2 = { ...NOTIFICATION, SignatureVersion: '2', Signature: SIGNATURES.notificationSha256 };
  const confirmation = { ...CONFIRMATION, SignatureVersion: '2', Signature: SIGNATURES.confirmationSha256 };

  it.each([
    ['version 1', v1],
    ['version 2', v2],
    ['a confirmation', confirmation],
  ])('%s is verified', (_, body) => {
    expect(isSnsSignature(envelope(body), CERTIFICATE)).toBe(true);
  });

  it.each([
    ['another message', { ...v2, Message: 'hello topic!' }],
    ['another subject', { ...v2, Subject: '' }],
    ['another version', { ...v2, SignatureVersion: '1' }],
    ['an unknown version', { ...v2, SignatureVersion: '3' }],
    ['no signature', { ...v2, Signature: '' }],
  ])('%s is not', (_, body) => {
    expect(isSnsSignature(envelope(body), CERTIFICATE)).toBe(false);
  });

  it('a certificate that is none verifies nothing', () => {
    expect(isSnsSignature(envelope(v2), 'not a certificate')).toBe(false);
  });

  it('a message without subject is signed without that line', () => {
    const { Subject: _, ...rest } = v2;
    expect(snsStringToSign(envelope(rest))).not.toContain('Subject');
  });

  it.each([
    ['https://sns.eu-central-1.amazonaws.com/x.pem', true],
    ['https://sns.us-gov-west-1.amazonaws.com/x.pem', true],
    ['https://sns.cn-north-1.amazonaws.com.cn/x.pem', true],
    ['http://sns.eu-central-1.amazonaws.com/x.pem', false],
    ['https://sns.eu-central-1.amazonaws.com/x.txt', false],
    ['https://sns.eu-central-1.amazonaws.com:8443/x.pem', false],
    ['https://sns.eu-central-1.amazonaws.com@evil.example/x.pem', false],
    ['https://evil.example/sns.eu-central-1.amazonaws.com/x.pem', false],
    ['https://sns.eu-central-1.amazonaws.com.evil.example/x.pem', false],
    ['https://snsXeu-central-1.amazonaws.com/x.pem', false],
    ['https://bucket.s3.eu-central-1.amazonaws.com/x.pem', false],
    ['no address', false],
  ])('the certificate at %s: %s', (url, expected) => {
    expect(isSigningCertUrl(url)).toBe(expected);
  });

  it('a subscription address need not be a certificate', () => {
    expect(isSnsUrl(CONFIRMATION.SubscribeURL)).toBe(true);
  });
});

describe('alarms through EventBridge', () => {
  const event = {
    version: '0',
    id: 'e-1',
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    account: '111122223333',
    time: '2026-11-21T07:04:06Z',
    region: 'eu-central-1',
    resources: [ARN],
    detail: {
      alarmName: 'cpu-high',
      configuration: {
        description: 'CPU over 90 %',
        metrics: [
          {
            id: 'm',
            metricStat: {
              metric: { namespace: 'AWS/EC2', name: 'CPUUtilization', dimensions: { InstanceId: 'i-1' } },
              period: 60,
              stat: 'Average',
            },
            returnData: true,
          },
        ],
      },
      state: {
        value: 'ALARM',
        reason: 'Crossed',
        reasonData: '{"threshold":90}',
        timestamp: '2026-11-21T07:04:05.678+0000',
      },
      previousState: { value: 'OK' },
    },
  };
  const withState = (state: object) => ({
    ...event,
    detail: { ...event.detail, state: { ...event.detail.state, ...state } },
  });

  it('are the same incident as through SNS', () => {
    expect(eventOf(translateCloudWatch(event, arrival))).toMatchObject({
      action: 'trigger',
      dedupKey: ARN,
      detectedAt: Date.UTC(2026, 10, 21, 7, 4, 5, 678),
      details: { metrics: [{ dimensions: { InstanceId: 'i-1' } }], reasonData: { threshold: 90 }, previousState: 'OK' },
    });
  });

  it('resolve on OK, even suppressed; a suppressed ALARM pages nobody', () => {
    expect(eventOf(translateCloudWatch(withState({ value: 'OK', actionsSuppressedBy: 'Alarm' }), arrival)).action).toBe(
      'resolve',
    );
    expect(eventsOf(translateCloudWatch(withState({ actionsSuppressedBy: 'WaitPeriod' }), arrival))).toEqual([]);
  });

  it('changes of configuration are passed over', () => {
    expect(
      eventsOf(translateCloudWatch({ ...event, 'detail-type': 'CloudWatch Alarm Configuration Change' }, arrival)),
    ).toEqual([]);
  });
});
