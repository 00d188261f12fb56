import { describe, expect, it } from '@jest/globals';
import { translateV1 } from '../../../../lambda/ingest/pagerduty/v1.ts';
import { arrival, bodyOf, errorsOf, eventOf, NEW_KEY, ROUTING_KEY } from '../support.ts';

const trigger = {
  service_key: ROUTING_KEY,
  event_type: 'trigger',
  incident_key: 'srv/HTTP',
  description: 'HTTP is down on srv',
  details: { state: 'DOWN' },
  client: 'Nagios',
  client_url: 'https://nagios.example.com',
  contexts: [
    { type: 'link', href: 'https://run.example.com/http', text: 'Runbook' },
    { type: 'image', src: 'https://img.example.com/g.png', alt: 'Graph' },
  ],
  agent: { agent_id: 'a-1', queued_by: 'pd-nagios', queued_at: '2026-11-21T07:04:00Z' },
};

describe('Events v1', () => {
  it('takes every field of a trigger to its place, and answers 200 with the incident key', () => {
    const translation = translateV1(trigger, arrival);
    expect(eventOf(translation)).toMatchObject({
      action: 'trigger',
      dedupKey: 'srv/HTTP',
      severity: 'critical',
      title: 'HTTP is down on srv',
      details: { state: 'DOWN' },
      client: 'Nagios',
      clientUrl: 'https://nagios.example.com',
      source: 'pd-nagios',
      links: [{ href: 'https://run.example.com/http', text: 'Runbook' }],
      images: [{ src: 'https://img.example.com/g.png', alt: 'Graph' }],
    });
    expect(translation.reply).toMatchObject({
      status: 200,
      body: '{"status":"success","message":"Event processed","incident_key":"srv/HTTP"}',
    });
  });

  it('takes what Alertmanager in v1 mode sends: an empty event_action and no payload', () => {
    const body = { ...trigger, event_action: '', payload: null, routing_key: '' };
    expect(eventOf(translateV1(body, arrival)).dedupKey).toBe('srv/HTTP');
  });

  it('makes a key where there is none, and cuts a long description', () => {
    const event = eventOf(translateV1({ ...trigger, incident_key: '', description: 'x'.repeat(1500) }, arrival));
    expect(event.dedupKey).toBe(NEW_KEY);
    expect(event.title).toHaveLength(1024);
    expect(event.message).toHaveLength(1500);
  });

  it.each(['acknowledge', 'resolve'])('%s needs no description', (event_type) => {
    expect(eventOf(translateV1({ service_key: ROUTING_KEY, event_type, incident_key: 'k' }, arrival))).toMatchObject({
      action: event_type,
      dedupKey: 'k',
    });
  });

  it.each([
    ['a short key', { service_key: 'x' }, ['Service key is the wrong length (should be 32 characters)']],
    [
      'an unknown type',
      { event_type: 'close' },
      ['event_type is invalid (must be one of: trigger acknowledge resolve)'],
    ],
    ['no description', { description: '' }, ['Description is missing or blank']],
    ['a resolve without key', { event_type: 'resolve', incident_key: null }, ['Incident key is missing or blank']],
  ])('refuses %s', (_, change, errors) => {
    expect(errorsOf(translateV1({ ...trigger, ...change }, arrival))).toMatchObject({ status: 400, errors });
  });

  it('calls anything but an object unrecognized', () => {
    expect(bodyOf(translateV1([], arrival).reply)).toMatchObject({ status: 'Unrecognized object' });
  });
});
