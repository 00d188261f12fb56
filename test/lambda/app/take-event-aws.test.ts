import { describe, expect, it } from '@jest/globals';
import { takeAwsEvent } from '../../../lambda/app/take-aws-event.ts';
import { useIngestStage } from '../../support/ingest-stage.ts';

const use = useIngestStage();

/** Hands an event to the function, and answers the incidents that came of it. */
async function taken(event: unknown, alarmService = 'checkout') {
  const { deps, incidents } = use();
  const before = (await incidents()).length;
  await takeAwsEvent({ ...deps, alarmService, senderEmail: 'InResponse <pager@example.org>' }, event);
  return (await incidents()).slice(before);
}

const sns = (message: unknown, facts: object = {}) => ({
  Records: [
    {
      EventSource: 'aws:sns',
      Sns: {
        Type: 'Notification',
        MessageId: 'm',
        TopicArn: 'arn:aws:sns:eu-central-1:1:t',
        Message: typeof message === 'string' ? message : JSON.stringify(message),
        ...facts,
      },
    },
  ],
});

const ARN = 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:cpu';
const stateChange = (value: string) => ({
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  account: '111122223333',
  region: 'eu-central-1',
  time: '2026-11-23T12:00:00Z',
  resources: [ARN],
  detail: {
    alarmName: 'cpu',
    state: { value, reason: 'Threshold crossed', timestamp: '2026-11-23T12:00:00.000+0000' },
    configuration: {},
  },
});

describe('alarms inside AWS', () => {
  it('come by EventBridge, and resolve by SNS what they opened', async () => {
    const [raised] = await taken(stateChange('ALARM'));
    expect(raised).toMatchObject({ service: 'checkout', severity: 'CRIT', title: 'cpu is in ALARM in eu-central-1' });
    expect(await taken(stateChange('ALARM'))).toEqual([]);
    await taken(sns({ AlarmName: 'cpu', AlarmArn: ARN, NewStateValue: 'OK' }));
    expect(await use().incident(raised?.incidentId ?? 0)).toMatchObject({
      state: 'RESOLVED',
      resolvedBy: 'CloudWatch',
      count: 2,
    });
  });

  it('go to the catch-all when nobody has said where', async () => {
    expect(await taken(stateChange('ALARM'), 'unrouted')).toMatchObject([{ service: 'unrouted' }]);
  });

  it('any other message of a topic is an incident too', async () => {
    expect(await taken(sns('Budget exceeded', { Subject: 'AWS Budgets' }))).toMatchObject([{ title: 'AWS Budgets' }]);
  });

  it('are tried again by AWS when they could not be stored', async () => {
    const { deps } = use();
    const failing = { ...deps, dedup: { ...deps.dedup, get: async () => Promise.reject(new Error('gone')) } };
    const from = { ...failing, alarmService: 'checkout', senderEmail: 'a@example.org' };
    await expect(takeAwsEvent(from, stateChange('ALARM'))).rejects.toThrow('gone');
  });

  it.each([{}, { Records: [] }, { source: 'aws.ec2' }, null])('passes over %j, and counts it', async (event) => {
    const before = use().counts.get('EventRefused') ?? 0;
    expect(await taken(event)).toEqual([]);
    expect(use().counts.get('EventRefused')).toBe(before + 1);
  });
});

const MIME = (facts: { to?: string; headers?: string; body?: string } = {}) =>
  [
    'From: =?utf-8?Q?N=C3=A4gios?= <nagios@example.com>',
    `To: ${facts.to ?? 'alerts@in.example.org'}`,
    'Subject: =?utf-8?B?RGlzayBmdWxsIOKAlCBkYi0x?=',
    `Message-ID: <${facts.to ?? 'x'}${(facts.headers ?? '') + (facts.body ?? '')}@example.com>`.replace(/[\r\n ]/g, ''),
    ...(facts.headers === undefined ? [] : [facts.headers]),
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="b1"',
    '',
    '--b1',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>Disk of <b>db-1</b></p>',
    '--b1',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    facts.body ?? 'Die Platte ist voll: 99=20% belegt, =\r\nn=E4mlich alles.',
    '--b1--',
  ].join('\r\n');

const received = (mime: string, to: string, verdict = 'PASS') =>
  sns({
    notificationType: 'Received',
    mail: { source: 'nagios@example.com', destination: [to] },
    receipt: {
      recipients: [to],
      spamVerdict: { status: verdict },
      virusVerdict: { status: 'PASS' },
      action: { type: 'SNS', encoding: 'BASE64' },
    },
    content: Buffer.from(mime, 'latin1').toString('base64'),
  });

describe('received mail', () => {
  it('goes to the integration whose key is in the address', async () => {
    const key = await use().key({ kind: 'email', name: 'Nagios mail' });
    const to = `Alerts+${key}@in.example.org`;
    expect(await taken(received(MIME({ to }), to))).toMatchObject([
      {
        service: 'checkout',
        title: 'Disk full — db-1',
        message: 'Die Platte ist voll: 99 % belegt, nämlich alles.',
        source: 'nagios@example.com',
        severity: 'ERR',
      },
    ]);
    expect(await taken(received(MIME({ to }), to))).toEqual([]);
  });

  it('goes to the service that is in the address', async () => {
    await use().service('search');
    const to = 'alerts+search@in.example.org';
    expect(await taken(received(MIME({ to }), to))).toMatchObject([{ service: 'search' }]);
  });

  it('is one incident per subject where the integration says so', async () => {
    const key = await use().key({ kind: 'email', options: { mailDedup: 'subject' } });
    const to = `${key}@in.example.org`;
    expect(await taken(received(MIME({ to }), to))).toHaveLength(1);
    expect(await taken(received(MIME({ to, body: 'again' }), to))).toEqual([]);
  });

  it('goes to the catch-all with any other address: it cannot be refused any more', async () => {
    const to = 'whoever@in.example.org';
    expect(await taken(received(MIME({ to }), to))).toMatchObject([{ service: 'unrouted' }]);
  });

  it('is no incident when it is spam, an automatic reply, or a page of our own', async () => {
    const to = 'a@in.example.org';
    expect(await taken(received(MIME({ to }), to, 'FAIL'))).toEqual([]);
    expect(await taken(received(MIME({ to, headers: 'Auto-Submitted: auto-replied' }), to))).toEqual([]);
    expect(await taken(received(MIME({ to }).replace('nagios@example.com>', 'pager@example.org>'), to))).toEqual([]);
  });

  it('is tried again later when there is too much of it', async () => {
    const key = await use().key({ kind: 'email', ratePerMinute: 1 });
    const to = `${key}@in.example.org`;
    await taken(received(MIME({ to }), to));
    await expect(taken(received(MIME({ to, body: 'two' }), to))).rejects.toThrow('too many mails');
  });
});
