import { describe, expect, it } from '@jest/globals';
import { eventOfCommand, translateAction } from '../../../../lambda/ingest/opsgenie/actions.ts';
import { type AlertView, alertDetail, alertListItem } from '../../../../lambda/ingest/opsgenie/alert.ts';
import { type CreateRequest, translateCreate } from '../../../../lambda/ingest/opsgenie/create.ts';
import * as replies from '../../../../lambda/ingest/opsgenie/replies.ts';
import { bodyOf, RECEIVED_AT, trace } from '../support.ts';

function create(body: unknown): CreateRequest {
  const request = translateCreate(body, RECEIVED_AT, trace);
  if (request.kind === 'refused') throw new Error(request.reply.body);
  return request;
}

describe('create', () => {
  const flask = {
    message: `/teapot returned unaccepted status code : 418 | Alert generated from svc1 ${'x'.repeat(100)}`,
    description: '/teapot returned status code : 418.',
    alias: 'svc1-/teapot-418-local-mine',
    tags: ['a', 'b', 'a'],
    details: {
      service: 'svc1',
      status_code: 418,
      missing: null,
      nested: { a: 1 },
      runbook_url: 'https://run.example.com/tea',
    },
    priority: 'P2',
    responders: [{ type: 'team', name: 'ops' }, { type: 'user', username: 'ann@example.com' }, 'odd', {}],
    entity: 'teapot',
    source: 's'.repeat(200),
    user: 'bob',
    note: 'first',
  };

  it('normalises what Flask-Opsgenie sends: long message, numbers and nulls in details', () => {
    const { alert, event } = create(flask);
    expect(alert.message).toHaveLength(130);
    expect(alert.details).toEqual({
      service: 'svc1',
      status_code: '418',
      missing: '',
      nested: '{"a":1}',
      runbook_url: 'https://run.example.com/tea',
    });
    expect(alert).toMatchObject({
      alias: flask.alias,
      tags: ['a', 'b'],
      priority: 'P2',
      entity: 'teapot',
      source: 's'.repeat(100),
      visibleTo: [],
      actions: [],
    });
    expect(alert.responders).toEqual([
      { type: 'team', name: 'ops' },
      { type: 'user', username: 'ann@example.com' },
    ]);
    expect(event).toMatchObject({
      action: 'trigger',
      dedupKey: flask.alias,
      severity: 'error',
      priority: 'P2',
      title: alert.message,
      message: flask.description,
      service: 'svc1',
      team: 'ops',
      component: 'teapot',
      by: 'bob',
      note: 'first',
      links: [{ href: 'https://run.example.com/tea', text: 'Runbook' }],
    });
  });

  it('keeps the whole of a long message where there is no description', () => {
    expect(create({ message: 'm'.repeat(500) }).event.message).toHaveLength(500);
  });

  it.each([
    ['P0', 'P1', 'critical'],
    ['p1', 'P1', 'critical'],
    ['P3', 'P3', 'warning'],
    ['P5', 'P5', 'info'],
    ['odd', 'P3', 'warning'],
    [undefined, 'P3', 'warning'],
  ])('priority %s is %s, %s', (priority, expected, severity) => {
    expect(create({ message: 'm', priority }).event).toMatchObject({ priority: expected, severity });
  });

  it('reads tags with commas, and at most twenty', () => {
    expect(create({ message: 'm', tags: 'a, b,,c' }).alert.tags).toEqual(['a', 'b', 'c']);
    expect(create({ message: 'm', tags: Array.from({ length: 30 }, (_, i) => `t${i}`) }).alert.tags).toHaveLength(20);
  });

  it('keeps an alias of 512 characters, folds a longer one', () => {
    expect(create({ message: 'm', alias: 'a'.repeat(512) }).event.dedupKey).toBe('a'.repeat(512));
    const folded = create({ message: 'm', alias: 'a'.repeat(600) });
    expect(folded.event.dedupKey).toMatch(/^a+~[0-9a-f]{64}$/);
    expect(folded.alert.alias).toBe(folded.event.dedupKey);
  });

  it('no alias is no dedup key', () => {
    expect(create({ message: 'm', alias: '' }).event.dedupKey).toBeUndefined();
  });

  it.each([
    [null, 400],
    [[], 400],
    [{}, 422],
    [{ message: ' ' }, 422],
  ])('refuses %j with %i', (body, status) => {
    const refusal = translateCreate(body, RECEIVED_AT, trace);
    expect(refusal).toMatchObject({ kind: 'refused', reply: { status } });
    if (refusal.kind === 'refused' && status === 422) {
      expect(bodyOf(refusal.reply)).toEqual({
        message: 'Request body is not processable',
        errors: { message: 'may not be empty' },
        took: 0.012,
        requestId: trace.requestId,
      });
    }
  });
});

describe('actions', () => {
  const act = (
    operation: Parameters<typeof translateAction>[0]['operation'],
    body: unknown,
    query = {},
    actionName?: string,
  ) => translateAction({ operation, body, query, actionName }, trace);

  it.each([null, undefined, {}, '', []])('close and acknowledge take the body %j', (body) => {
    expect(act('closeAlert', body)).toEqual({ kind: 'command', change: { kind: 'close' } });
    expect(act('acknowledgeAlert', body)).toEqual({ kind: 'command', change: { kind: 'acknowledge' } });
  });

  it.each([
    [
      'closeAlert',
      { user: 'ann', source: 'am', note: 'done' },
      { change: { kind: 'close' }, user: 'ann', source: 'am', note: 'done' },
    ],
    [
      'snoozeAlert',
      { endTime: '2026-11-21T09:00:00Z' },
      { change: { kind: 'snooze', until: Date.UTC(2026, 10, 21, 9) } },
    ],
    ['escalateAlert', { escalation: { name: 'db' } }, { change: { kind: 'escalate', escalation: { name: 'db' } } }],
    [
      'assignAlert',
      { owner: { username: 'ann@example.com' } },
      { change: { kind: 'assign', owner: { username: 'ann@example.com' } } },
    ],
    [
      'addResponder',
      { responder: { type: 'user', id: 'u1' } },
      { change: { kind: 'addResponder', responder: { type: 'user', id: 'u1' } } },
    ],
    [
      'addTeam',
      { team: { name: 'ops' } },
      { change: { kind: 'addResponder', responder: { type: 'team', name: 'ops' } } },
    ],
    ['addNote', { note: 'n' }, { change: { kind: 'addNote' }, note: 'n' }],
    ['addTags', { tags: ['a', 'b'] }, { change: { kind: 'addTags', tags: ['a', 'b'] } }],
    ['addDetails', { details: { a: 1 } }, { change: { kind: 'addDetails', details: { a: '1' } } }],
    ['setPriority', { priority: 'P1' }, { change: { kind: 'setPriority', priority: 'P1' } }],
    ['setMessage', { message: 'm'.repeat(200) }, { change: { kind: 'setMessage', text: 'm'.repeat(130) } }],
    ['setDescription', { description: '' }, { change: { kind: 'setDescription', text: '' } }],
  ] as const)('%s %j', (operation, body, expected) => {
    expect(act(operation, body)).toEqual({ kind: 'command', ...expected });
  });

  it('DELETE takes its fields from the query', () => {
    expect(act('removeTags', undefined, { tags: 'a,b', user: 'ann' })).toEqual({
      kind: 'command',
      change: { kind: 'removeTags', tags: ['a', 'b'] },
      user: 'ann',
    });
    expect(act('removeDetails', null, { keys: 'a, b' })).toMatchObject({ change: { keys: ['a', 'b'] } });
    expect(act('deleteAlert', '', { source: 'am' })).toEqual({
      kind: 'command',
      change: { kind: 'delete' },
      source: 'am',
    });
    expect(act('customAction', null, {}, 'restart')).toMatchObject({ change: { kind: 'custom', name: 'restart' } });
  });

  it.each([
    ['snoozeAlert', 'endTime'],
    ['escalateAlert', 'escalation'],
    ['assignAlert', 'owner'],
    ['addResponder', 'responder'],
    ['addTeam', 'team'],
    ['addNote', 'note'],
    ['addTags', 'tags'],
    ['removeTags', 'tags'],
    ['addDetails', 'details'],
    ['removeDetails', 'keys'],
    ['setPriority', 'priority'],
    ['setMessage', 'message'],
    ['setDescription', 'description'],
  ] as const)('%s without its field is a 422 that names %s', (operation, field) => {
    const refusal = act(operation, null);
    expect(refusal).toMatchObject({ kind: 'refused', reply: { status: 422 } });
    if (refusal?.kind === 'refused')
      expect(bodyOf(refusal.reply)).toMatchObject({ errors: { [field]: 'may not be empty' } });
  });

  it('reads are no writes', () => {
    expect(act('getAlert', null)).toBeUndefined();
  });

  it('close and acknowledge are events, the rest is not', () => {
    const event = (operation: 'closeAlert' | 'acknowledgeAlert' | 'addNote') => {
      const command = act(operation, { user: 'ann', note: 'n' });
      return command?.kind === 'command' ? eventOfCommand(command, 'al/ias', RECEIVED_AT) : undefined;
    };
    expect(event('closeAlert')).toMatchObject({ action: 'resolve', dedupKey: 'al/ias', by: 'ann', note: 'n' });
    expect(event('acknowledgeAlert')).toMatchObject({ action: 'acknowledge' });
    expect(event('addNote')).toBeUndefined();
  });
});

describe('answers', () => {
  it('202 with request id and rate limit state', () => {
    expect(replies.opsgenieAccepted(trace)).toEqual({
      status: 202,
      headers: {
        'Content-Type': 'application/json',
        'X-Request-Id': trace.requestId,
        'X-Response-Time': '0.012',
        'X-RateLimit-State': 'OK',
      },
      body: `{"result":"Request will be processed","took":0.012,"requestId":"${trace.requestId}"}`,
    });
  });

  it('what became of a request', () => {
    const done = {
      success: true,
      action: 'Create',
      status: 'Created alert',
      processedAt: RECEIVED_AT,
      integrationId: 'i-1',
      alertId: 'a-1',
      alias: 'k',
    };
    expect(bodyOf(replies.requestStatus(done, trace))).toEqual({
      data: { ...done, processedAt: '2026-11-21T07:05:00.000Z', isSuccess: true },
      took: 0.012,
      requestId: trace.requestId,
    });
    const failed = {
      success: false,
      action: 'Close',
      status: 'Alert does not exist',
      processedAt: RECEIVED_AT,
      integrationId: 'i-1',
    };
    expect(bodyOf(replies.requestStatus(failed, trace))).toMatchObject({
      data: { success: false, isSuccess: false, alertId: '', alias: '' },
    });
    expect(replies.requestNotProcessed(trace)).toMatchObject({
      status: 404,
      headers: { 'X-Opsgenie-Errortype': 'RequestNotProcessed' },
    });
  });

  it('errors', () => {
    expect(replies.opsgenieKeyMissing(trace).status).toBe(401);
    expect(bodyOf(replies.opsgenieKeyInvalid(trace))).toMatchObject({ code: 40301 });
    expect(bodyOf(replies.opsgenieKeyInvalid(trace, true))).toMatchObject({ code: 40302 });
    expect(replies.opsgenieUnreadable(trace).status).toBe(400);
    expect(replies.opsgenieTooLarge(trace).status).toBe(413);
    expect(replies.opsgenieNotFound(trace).status).toBe(404);
    expect(replies.opsgenieThrottled(trace, 12)).toMatchObject({
      status: 429,
      headers: { 'Retry-After': '12', 'X-RateLimit-State': 'THROTTLED' },
    });
  });
});

describe('an alert as JSON', () => {
  const view: AlertView = {
    id: 'u-1',
    tinyId: '17',
    alias: 'k',
    message: 'm',
    status: 'closed',
    acknowledged: true,
    isSeen: true,
    tags: ['t'],
    count: 2,
    createdAt: RECEIVED_AT,
    updatedAt: RECEIVED_AT,
    lastOccurredAt: RECEIVED_AT,
    source: 's',
    owner: 'ann@example.com',
    priority: 'P2',
    responders: [{ type: 'team', name: 'ops' }],
    integration: { id: 'i', name: 'API', type: 'API' },
    report: { ackTimeMs: 1500, closeTimeMs: 3000, acknowledgedBy: 'ann', closedBy: 'bob' },
    actions: [],
    entity: '',
    description: 'd',
    details: { a: 'b' },
  };

  it('in a list has no description; alone it has', () => {
    expect(alertListItem(view)).toEqual({
      id: 'u-1',
      tinyId: '17',
      alias: 'k',
      message: 'm',
      status: 'closed',
      acknowledged: true,
      isSeen: true,
      tags: ['t'],
      snoozed: false,
      count: 2,
      lastOccurredAt: '2026-11-21T07:05:00.000Z',
      createdAt: '2026-11-21T07:05:00.000Z',
      updatedAt: '2026-11-21T07:05:00.000Z',
      source: 's',
      owner: 'ann@example.com',
      priority: 'P2',
      responders: [{ type: 'team', id: 'ops' }],
      integration: { id: 'i', name: 'API', type: 'API' },
      report: { ackTime: 1500, closeTime: 3000, acknowledgedBy: 'ann', closedBy: 'bob' },
    });
    expect(alertDetail({ ...view, snoozedUntil: RECEIVED_AT })).toMatchObject({
      snoozed: true,
      snoozedUntil: '2026-11-21T07:05:00.000Z',
      description: 'd',
      details: { a: 'b' },
      entity: '',
    });
  });
});
