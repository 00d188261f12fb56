import { describe, expect, it } from '@jest/globals';
import { translateApprise } from '../../../lambda/ingest/apprise.ts';
import { type MailOptions, type ParsedMail, serviceOf, translateMail } from '../../../lambda/ingest/email.ts';
import { translateNetdata } from '../../../lambda/ingest/netdata.ts';
import { arrival, errorsOf, eventOf, eventsOf, NEW_KEY, RECEIVED_AT, trace } from './support.ts';

describe('netdata', () => {
  const body = {
    host: 'h1',
    unique_id: 12,
    alarmId: 3,
    eventId: 4,
    chart: 'disk_space._',
    when: 1795244400,
    name: 'disk_full',
    family: '/',
    status: 'CRITICAL',
    old_status: 'WARNING',
    value: 97.5,
    old_value: null,
    duration: 10,
    non_clear_duration: 10,
    units: '%',
    info: 'disk space usage',
    calc_expression: '',
    total_warnings: 0,
    total_critical: 1,
    src: '12@/etc/x',
  };

  it.each([
    ['CRITICAL', 'trigger', 'critical'],
    ['WARNING', 'trigger', 'warning'],
    ['CLEAR', 'resolve', 'info'],
    ['REMOVED', 'resolve', 'info'],
  ])('%s: %s', (status, action, severity) => {
    const translation = translateNetdata({ ...body, status }, RECEIVED_AT, trace);
    expect(eventOf(translation)).toMatchObject({
      action,
      severity,
      dedupKey: 'h1/disk_space._/disk_full',
      title: 'h1: disk_full = 97.5 %',
      message: 'disk space usage',
      detectedAt: 1795244400000,
      source: 'h1',
    });
    expect(translation.reply.status).toBe(200);
  });

  it('takes null values, passes over other states, names a missing host', () => {
    expect(eventOf(translateNetdata({ ...body, value: null, units: null }, RECEIVED_AT, trace)).title).toBe(
      'h1: disk_full',
    );
    expect(eventsOf(translateNetdata({ ...body, status: 'UNDEFINED' }, RECEIVED_AT, trace))).toEqual([]);
    expect(errorsOf(translateNetdata({}, RECEIVED_AT, trace))).toMatchObject({
      status: 422,
      errors: { host: 'may not be empty', chart: 'may not be empty' },
    });
    expect(errorsOf(translateNetdata([], RECEIVED_AT, trace)).status).toBe(400);
  });
});

describe('Apprise', () => {
  const body = { version: '1.0', title: 'T1', message: 'B1', attachments: [], type: 'failure' };

  it.each([
    ['info', 'info'],
    ['success', 'info'],
    ['warning', 'warning'],
    ['failure', 'critical'],
  ])('%s is %s', (type, severity) => {
    expect(eventOf(translateApprise({ ...body, type }, arrival))).toMatchObject({
      action: 'trigger',
      severity,
      title: 'T1',
      message: 'B1',
      dedupKey: NEW_KEY,
    });
  });

  it('a success resolves the failure of the same title, if wanted', () => {
    const failure = eventOf(translateApprise(body, arrival, { success: 'resolve' }));
    const success = eventOf(translateApprise({ ...body, type: 'success' }, arrival, { success: 'resolve' }));
    expect(success).toMatchObject({ action: 'resolve', dedupKey: failure.dedupKey });
  });

  it('needs a title or a message', () => {
    expect(errorsOf(translateApprise({ type: 'info' }, arrival)).status).toBe(400);
  });
});

describe('email', () => {
  const mail: ParsedMail = {
    headers: { 'message-id': '<1@mon.example.com>', 'auto-submitted': 'auto-generated' },
    subject: 'Disk full',
    from: 'Monitor <Mon@Example.com>',
    to: ['Alerts <alerts+billing@in.example.com>'],
    text: 'Only 3 % left.\nMore.',
  };
  const options: MailOptions = { receivedAt: RECEIVED_AT, ownAddresses: ['Pager <pager@in.example.com>'] };
  const event = (change: Partial<ParsedMail> = {}, more: Partial<MailOptions> = {}) => {
    const translation = translateMail({ ...mail, ...change }, { ...options, ...more });
    if (translation.kind === 'refused') throw new Error(translation.reason);
    return translation.event;
  };

  it('becomes an incident of the service in the address', () => {
    expect(event()).toMatchObject({
      action: 'trigger',
      service: 'billing',
      title: 'Disk full',
      message: mail.text,
      source: 'mon@example.com',
      dedupKey: '<1@mon.example.com>',
      severity: 'error',
    });
  });

  it('is one incident per subject, if wanted, replies included', () => {
    const key = (subject: string) => event({ subject }, { dedup: 'subject' }).dedupKey;
    expect(key('RE: Fwd: disk FULL ')).toBe(key('Disk full'));
    expect(key('Disk empty')).not.toBe(key('Disk full'));
  });

  it('without subject takes its first line, without Message-ID still has a key', () => {
    const bare = { subject: '', headers: {} };
    expect(event(bare).title).toBe('Only 3 % left.');
    expect(event(bare).dedupKey).toBe(event(bare).dedupKey);
    expect(event({ ...bare, text: 'other' }).dedupKey).not.toBe(event(bare).dedupKey);
  });

  it('of high importance is critical', () => {
    expect(event({ headers: { 'x-priority': '1 (Highest)' } }).severity).toBe('critical');
    expect(event({ headers: { importance: 'High' } }).severity).toBe('critical');
  });

  it.each([
    ['an automatic reply', { headers: { 'auto-submitted': 'auto-replied; x' } }],
    ['a mail of our own', { from: 'pager@IN.example.com' }],
    ['a bounce', { from: 'MAILER-DAEMON@mx.example.com' }],
    ['a delivery report', { headers: { 'content-type': 'multipart/report; report-type=delivery-status' } }],
    ['an out-of-office note', { headers: { 'x-autoreply': 'yes' } }],
  ])('%s is refused', (_, change) => {
    expect(translateMail({ ...mail, ...change }, options).kind).toBe('refused');
  });

  it.each([
    [['db@in.example.com'], 'database'],
    [['x@y.example', 'A <DB@in.example.com>'], 'database'],
    [['alerts+web@in.example.com'], 'web'],
    [['alerts@in.example.com'], undefined],
    [['alerts+@in.example.com', '+web@in.example.com', 'constructor'], undefined],
  ])('the service of %j is %s', (to, service) => {
    expect(serviceOf(to, { 'db@in.example.com': 'database' })).toBe(service);
  });
});
