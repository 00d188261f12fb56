import { describe, expect, it } from '@jest/globals';
import { type MappingInput, mappingSchema } from '../../../../lambda/ingest/generic/mapping.ts';
import { valueAt } from '../../../../lambda/ingest/generic/pointer.ts';
import { NAGIOS } from '../../../../lambda/ingest/generic/presets.ts';
import { translateGeneric } from '../../../../lambda/ingest/generic/translate.ts';
import { arrival, errorsOf, eventOf, eventsOf, NEW_KEY, RECEIVED_AT } from '../support.ts';

const translate = (body: unknown, mapping: MappingInput) =>
  translateGeneric(body, mappingSchema.parse(mapping), arrival);

describe('JSON pointers', () => {
  const document = { a: { 'b/c': [{ 'd~e': 1 }] }, '': 2 };
  it.each([
    ['', document],
    ['/a/b~1c/0/d~0e', 1],
    ['/', 2],
    ['/a/b~1c/1', undefined],
    ['/a/b~1c/01', undefined],
    ['/a/b~1c/length', undefined],
    ['/constructor', undefined],
    ['/a/x/y', undefined],
  ])('%s', (pointer, expected) => {
    expect(valueAt(document, pointer)).toEqual(expected);
  });
});

describe('a mapping', () => {
  const mapping: MappingInput = {
    action: { at: '/state', map: { firing: 'trigger', ok: 'resolve', pending: 'ignore' }, default: 'trigger' },
    title: [{ template: '{/check} on {/host/name}' }, '/check'],
    message: { at: '/text', default: 'no text' },
    dedupKey: { template: '{/host/name}:{/check}' },
    severity: { at: '/prio', map: { '1': 'critical' }, default: 'warning' },
    priority: '/p',
    service: { value: 'billing' },
    source: '/host/name',
    detectedAt: '/at',
    links: [{ href: '/url', text: 'Check' }],
    details: { env: '/env', missing: '/nowhere' },
    required: ['title', 'dedupKey', 'source'],
  };
  const body = {
    state: 'FIRING',
    check: 'ping',
    host: { name: 'h1' },
    prio: 1,
    p: 'P2',
    at: 1795244400,
    url: 'https://c.example.com',
    env: 'prod',
  };

  it('takes values, templates, translations, constants and defaults', () => {
    expect(eventOf(translate(body, mapping))).toEqual({
      action: 'trigger',
      title: 'ping on h1',
      message: 'no text',
      dedupKey: 'h1:ping',
      severity: 'critical',
      priority: 'P2',
      service: 'billing',
      source: 'h1',
      detectedAt: 1795244400000,
      links: [{ href: 'https://c.example.com', text: 'Check' }],
      images: [],
      details: { env: 'prod', missing: null },
    });
  });

  it('falls to the next rule, and to the default', () => {
    const event = eventOf(translate({ ...body, host: { name: 'h2' }, prio: 9, state: 'odd' }, mapping));
    expect(event).toMatchObject({ severity: 'warning', action: 'trigger' });
    expect(eventOf(translate({ check: 'x' }, { title: mapping.title })).title).toBe('x');
  });

  it('resolves and ignores', () => {
    expect(eventOf(translate({ ...body, state: 'ok' }, mapping)).action).toBe('resolve');
    expect(eventsOf(translate({ ...body, state: 'pending' }, mapping))).toEqual([]);
  });

  it('reports every missing field', () => {
    expect(errorsOf(translate({ state: 'firing' }, mapping))).toEqual({
      status: 400,
      reason: 'invalid',
      errors: [
        "title: nothing found at '{/check} on {/host/name}' or '/check'",
        "dedupKey: nothing found at '{/host/name}:{/check}'",
        "source: nothing found at '/host/name'",
      ],
    });
  });

  it('refuses an unknown action, and a resolve without a key', () => {
    expect(errorsOf(translate({ a: 'boom', t: 't' }, { action: '/a', title: '/t' })).errors).toEqual([
      "action: 'boom' is none of trigger, acknowledge, resolve, change, heartbeat, ignore",
    ]);
    expect(errorsOf(translate({ t: 't' }, { action: { value: 'resolve' }, title: '/t' })).errors).toEqual([
      'dedupKey: needed to resolve; the mapping has no rule for it',
    ]);
  });

  it('makes one event per element of a list, and names the bad ones', () => {
    const each: MappingInput = { forEach: '/items', title: '/t' };
    expect(eventsOf(translate({ items: [{ t: 'a' }, { t: 'b' }] }, each)).map(({ title }) => title)).toEqual([
      'a',
      'b',
    ]);
    expect(errorsOf(translate({ items: [{ t: 'a' }, {}] }, each)).errors).toEqual([
      "element 1: title: nothing found at '/t'",
    ]);
    expect(errorsOf(translate({}, each)).errors).toEqual(["forEach: no list found at '/items'"]);
  });

  it('keeps the whole document when no details are named, and makes a key', () => {
    expect(eventOf(translate({ t: 'a', x: [1] }, { title: '/t' }))).toMatchObject({
      details: { t: 'a', x: [1] },
      dedupKey: NEW_KEY,
    });
  });

  it('of an unknown severity word makes an error, of an odd time the time of arrival', () => {
    expect(
      eventOf(translate({ t: 'a', s: 'purple', at: 'later' }, { title: '/t', severity: '/s', detectedAt: '/at' })),
    ).toMatchObject({ severity: 'error', detectedAt: RECEIVED_AT });
  });

  it('refuses an empty body', () => {
    expect(errorsOf(translate(undefined, { title: '/t' })).reason).toBe('unreadable');
  });

  it.each([
    [{ titel: '/t' }],
    [{ title: 'no pointer' }],
    [{ title: { at: '/t', value: 'x' } }],
    [{ title: { default: 'x' } }],
    [{ title: '/a~2' }],
    [{ required: ['colour'] }],
  ])('%j is refused when the configuration is read', (mapping) => {
    expect(mappingSchema.safeParse(mapping).success).toBe(false);
  });
});

describe('Nagios', () => {
  const service = {
    notification_type: 'PROBLEM',
    host_name: 'web-1',
    service_desc: 'HTTP',
    state: 'CRITICAL',
    output: 'Connection refused',
    timet: '1795244400',
    author: '',
    comment: '',
    notes_url: 'https://run.example.com/http',
  };

  it('a service problem', () => {
    expect(eventOf(translateGeneric(service, NAGIOS, arrival))).toMatchObject({
      action: 'trigger',
      severity: 'critical',
      title: 'HTTP on web-1 is CRITICAL',
      message: 'Connection refused',
      dedupKey: 'event_source=service;host_name=web-1;service_desc=HTTP',
      links: [{ text: 'Runbook' }],
      detectedAt: 1795244400000,
      client: 'Nagios',
    });
  });

  it('a host problem has a key of its own', () => {
    const event = eventOf(translateGeneric({ ...service, service_desc: '', state: 'DOWN' }, NAGIOS, arrival));
    expect(event).toMatchObject({
      title: 'Host web-1 is DOWN',
      severity: 'critical',
      dedupKey: 'event_source=host;host_name=web-1',
    });
  });

  it('recovery, acknowledgement, downtime', () => {
    expect(
      eventOf(translateGeneric({ ...service, notification_type: 'RECOVERY', state: 'OK' }, NAGIOS, arrival)).action,
    ).toBe('resolve');
    const acknowledged = eventOf(
      translateGeneric(
        { ...service, notification_type: 'ACKNOWLEDGEMENT', author: 'ann', comment: 'on it' },
        NAGIOS,
        arrival,
      ),
    );
    expect(acknowledged).toMatchObject({ action: 'acknowledge', by: 'ann', note: 'on it' });
    expect(eventsOf(translateGeneric({ ...service, notification_type: 'DOWNTIMESTART' }, NAGIOS, arrival))).toEqual([]);
  });

  it('names what is missing', () => {
    expect(errorsOf(translateGeneric({}, NAGIOS, arrival)).errors).toHaveLength(2);
  });
});
