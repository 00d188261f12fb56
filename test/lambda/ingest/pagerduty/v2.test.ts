import { describe, expect, it } from '@jest/globals';
import { translateChange } from '../../../../lambda/ingest/pagerduty/change.ts';
import {
  asAltAgent,
  eventTooLarge,
  invalidRoutingKey,
  throttled,
  v1Throttled,
} from '../../../../lambda/ingest/pagerduty/replies.ts';
import { translateV2 } from '../../../../lambda/ingest/pagerduty/v2.ts';
import { arrival, bodyOf, errorsOf, eventOf, NEW_KEY, RECEIVED_AT, ROUTING_KEY } from '../support.ts';

const trigger = {
  routing_key: ROUTING_KEY,
  event_action: 'trigger',
  dedup_key: 'disk-h1',
  payload: {
    summary: 'Disk full on h1',
    source: 'h1',
    severity: 'error',
    timestamp: '2026-11-21T07:04:53.123+0100',
    component: 'disk',
    group: 'db',
    class: 'capacity',
    custom_details: { used: '97%' },
  },
  images: [{ src: 'https://img.example.com/a.png', href: '' }],
  links: [{ href: 'https://run.example.com/disk', text: 'Runbook' }],
  client: 'Monitor',
  client_url: 'https://mon.example.com/',
};
const withPayload = (payload: object) => ({ ...trigger, payload: { ...trigger.payload, ...payload } });

describe('Events v2', () => {
  it('takes every field of a trigger to its place, and answers 202 with the dedup key', () => {
    const translation = translateV2(trigger, arrival);
    expect(eventOf(translation)).toEqual({
      action: 'trigger',
      dedupKey: 'disk-h1',
      severity: 'error',
      title: 'Disk full on h1',
      message: 'Disk full on h1',
      source: 'h1',
      component: 'disk',
      group: 'db',
      class: 'capacity',
      details: { used: '97%' },
      images: [{ src: 'https://img.example.com/a.png' }],
      links: [{ href: 'https://run.example.com/disk', text: 'Runbook' }],
      client: 'Monitor',
      clientUrl: 'https://mon.example.com/',
      detectedAt: Date.UTC(2026, 10, 21, 6, 4, 53, 123),
    });
    expect(translation).toMatchObject({ kind: 'accepted', key: ROUTING_KEY });
    expect(translation.reply.status).toBe(202);
    expect(translation.reply.body).toBe('{"status":"success","message":"Event processed","dedup_key":"disk-h1"}');
  });

  it.each(['', '   ', null, undefined])('makes a key for the dedup key %j', (dedup_key) => {
    const translation = translateV2({ ...trigger, dedup_key }, arrival);
    expect(eventOf(translation).dedupKey).toBe(NEW_KEY);
    expect(bodyOf(translation.reply)).toMatchObject({ dedup_key: NEW_KEY });
  });

  it('finds links and images inside the payload too', () => {
    const links = [{ href: 'https://a.example.com' }, { text: 'no href' }, 'text'];
    const event = eventOf(
      translateV2(withPayload({ links, images: [{ src: 'https://b.example.com/i.png' }, {}] }), arrival),
    );
    expect(event.links.map(({ href }) => href)).toEqual(['https://run.example.com/disk', 'https://a.example.com']);
    expect(event.images).toHaveLength(2);
  });

  it.each([
    ['a string', 'text', { custom_details: 'text' }],
    ['a list', [1, 2], { custom_details: [1, 2] }],
    ['nothing', null, undefined],
  ])('keeps custom_details that are %s', (_, custom_details, details) => {
    expect(eventOf(translateV2(withPayload({ custom_details }), arrival)).details).toEqual(details);
  });

  it.each(['acknowledge', 'resolve'])('takes %s without looking at the payload', (event_action) => {
    for (const payload of [null, undefined, {}, { summary: 'x'.repeat(2000), severity: 'odd' }]) {
      const event = eventOf(
        translateV2({ routing_key: ROUTING_KEY, event_action, dedup_key: 'disk-h1', payload }, arrival),
      );
      expect(event).toMatchObject({ action: event_action, dedupKey: 'disk-h1', detectedAt: RECEIVED_AT });
      expect(event.details).toBeUndefined();
    }
  });

  it.each([
    ['no key', { routing_key: undefined }, 'keyMissing', ["'routing_key' is missing or blank"]],
    [
      'a short key',
      { routing_key: 'abc' },
      'keyInvalid',
      ["Length of 'routing_key' is incorrect (should be 32 characters)"],
    ],
    [
      'a key with signs',
      { routing_key: `${'a'.repeat(31)}-` },
      'keyInvalid',
      ["'routing_key' cannot contain non-alphanumeric characters."],
    ],
    ['no action', { event_action: '' }, 'invalid', ["'event_action' is missing or blank"]],
    [
      'an unknown action',
      { event_action: 'Trigger' },
      'invalid',
      ["'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')"],
    ],
    [
      'no payload',
      { payload: null },
      'invalid',
      [
        "'payload.summary' is missing or blank",
        "'payload.source' is missing or blank",
        "'payload.severity' is missing or blank",
      ],
    ],
    [
      'a resolve without key',
      { event_action: 'resolve', dedup_key: ' ' },
      'invalid',
      ["'dedup_key' is missing or blank"],
    ],
    [
      'an odd severity',
      { payload: { ...trigger.payload, severity: 'CRITICAL' } },
      'invalid',
      ["'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')"],
    ],
    [
      'a long summary',
      { payload: { ...trigger.payload, summary: 'x'.repeat(1025) } },
      'invalid',
      ["'summary' is too long (maiximum is 1024 characters)"],
    ],
    [
      'two faults at once',
      { routing_key: '', event_action: 'snooze' },
      'keyMissing',
      [
        "'routing_key' is missing or blank",
        "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')",
      ],
    ],
  ])('refuses %s with 400', (_, change, reason, errors) => {
    const translation = translateV2({ ...trigger, ...change }, arrival);
    expect(errorsOf(translation)).toEqual({ status: 400, reason, errors });
    expect(bodyOf(translation.reply)).toMatchObject({ status: 'invalid event', message: 'Event object is invalid' });
  });

  it('counts characters, not UTF-16 units: 1,024 emoji are a summary', () => {
    expect(eventOf(translateV2(withPayload({ summary: '🔥'.repeat(1024) }), arrival)).title).toBe('🔥'.repeat(1024));
  });

  it.each([undefined, null, 'text', 7, []])('calls the body %j an unrecognized object', (body) => {
    expect(bodyOf(translateV2(body, arrival).reply)).toEqual({
      status: 'Unrecognized object',
      message: 'Event object format is unrecognized',
      errors: ['JSON parse error'],
    });
  });

  it('folds a dedup key over 255 characters the same way on trigger and resolve, and keeps long keys apart', () => {
    const key = (dedup_key: string, event_action = 'trigger') =>
      eventOf(translateV2({ ...trigger, dedup_key, event_action }, arrival)).dedupKey;
    const long = 'k'.repeat(300);
    expect(key(long)).toHaveLength(255);
    expect(key(long)).toBe(key(long, 'resolve'));
    expect(key(key(long) ?? '', 'resolve')).toBe(key(long));
    expect(key(long)).not.toBe(key(`${long}x`));
  });

  it('ignores a time that no clock can have had', () => {
    for (const timestamp of ['0001-01-01T00:00:00Z', '9999-01-01T00:00:00Z', 'yesterday', -5]) {
      expect(eventOf(translateV2(withPayload({ timestamp }), arrival)).detectedAt).toBe(RECEIVED_AT);
    }
  });
});

describe('change events', () => {
  const change = {
    routing_key: ROUTING_KEY,
    payload: { summary: 'Deployed 1.2.3', source: 'ci', custom_details: { sha: 'abc' } },
    links: [{ href: 'https://ci.example.com/1' }],
  };

  it('become an event that pages nobody', () => {
    const translation = translateChange(change, arrival);
    expect(eventOf(translation)).toMatchObject({
      action: 'change',
      title: 'Deployed 1.2.3',
      source: 'ci',
      details: { sha: 'abc' },
    });
    expect(eventOf(translation).dedupKey).toBeUndefined();
    expect(translation.reply).toMatchObject({
      status: 202,
      body: '{"status":"success","message":"Change event processed"}',
    });
  });

  it('are refused for a global key, and without a summary', () => {
    const translation = translateChange({ routing_key: `R${'A'.repeat(31)}`, payload: {} }, arrival);
    expect(errorsOf(translation)).toEqual({
      status: 400,
      reason: 'keyInvalid',
      errors: ['Invalid routing key', "'payload.summary' is missing or blank"],
    });
  });
});

describe('other answers', () => {
  it('throttles v2 with JSON, or with an empty body for pd-event-handler', () => {
    expect(throttled(30)).toMatchObject({ status: 429, headers: { 'Retry-After': '30' } });
    expect(bodyOf(throttled(30))).toEqual({
      status: 'throttle exceeded',
      message: 'Requests for this service are arriving too quickly.  Please retry later.',
      errors: ['Enhance Your Calm.'],
    });
    expect(throttled(0.2, true)).toEqual({ status: 429, headers: { 'Retry-After': '1' }, body: '' });
  });

  it('throttles v1 with 403 in plain text', () => {
    expect(v1Throttled(30)).toMatchObject({
      status: 403,
      headers: { 'Content-Type': expect.stringContaining('text/plain') },
    });
  });

  it('names an unknown key and a body that is too large', () => {
    expect(bodyOf(invalidRoutingKey())).toMatchObject({ errors: ['Invalid routing key'] });
    expect(eventTooLarge().status).toBe(413);
  });

  it('speaks as PDaltagent when asked to', () => {
    expect(asAltAgent(translateV2(trigger, arrival))).toMatchObject({ status: 200, body: 'Message enqueued\n' });
    expect(asAltAgent(translateV2(null, arrival))).toMatchObject({ status: 400, body: 'Bad request\n' });
    expect(asAltAgent(translateV2({ ...trigger, routing_key: '' }, arrival)).body).toBe(
      'No routing key found in payload\n',
    );
    expect(asAltAgent(translateV2({ ...trigger, routing_key: 'x' }, arrival)).body).toBe(
      'Invalid routing key found in payload\n',
    );
    expect(asAltAgent(translateV2({ ...trigger, payload: {} }, arrival)).body).toBe('Invalid PD events v2 payload\n');
  });
});
