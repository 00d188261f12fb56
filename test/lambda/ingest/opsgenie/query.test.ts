import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AlertView } from '../../../../lambda/ingest/opsgenie/alert.ts';
import { compareAlerts, pagingOf, parseList } from '../../../../lambda/ingest/opsgenie/list.ts';
import { matches } from '../../../../lambda/ingest/opsgenie/match.ts';
import { parseQuery } from '../../../../lambda/ingest/opsgenie/query.ts';
import { bodyOf, trace } from '../support.ts';

const CREATED = Date.UTC(2026, 0, 2, 3, 4, 5);
const alert: AlertView = {
  id: 'u-1',
  tinyId: '17',
  alias: 'disk-h1',
  message: 'Disk full on h1',
  status: 'open',
  acknowledged: false,
  isSeen: false,
  tags: ['db', 'prod east'],
  count: 3,
  createdAt: CREATED,
  updatedAt: CREATED,
  lastOccurredAt: CREATED,
  source: 'prometheus',
  owner: '',
  priority: 'P2',
  responders: [{ type: 'team', name: 'ops' }],
  integration: { id: 'i', name: 'API', type: 'API' },
  actions: [],
  entity: 'h1',
  description: 'Only 3 % left',
  details: { env: 'prod' },
};

function found(text: string): boolean | string {
  const parsed = parseQuery(text);
  return parsed.kind === 'query' ? matches(parsed.query, alert) : parsed.message;
}

describe('queries', () => {
  it.each([
    '',
    'status: open',
    'status:OPEN',
    'NOT status: closed',
    'status != closed',
    'acknowledged: false',
    'tag: db',
    'tags: "prod east"',
    'tag: (x OR db)',
    'tag: (x, db)',
    'priority: P2',
    'priority > P3',
    'priority >= P2',
    'priority: (P1 OR P2)',
    'message: full',
    'message: "disk full"',
    'message: d*h1',
    'alias: disk-*',
    'alias: disk-h1',
    'source: prometheus',
    'count > 2',
    'createdAt > 1767225600000',
    'createdAt: >= 1767225600000',
    'createdAt < 2026-02-01',
    'createdAt: 02-01-2026',
    'createdAt: 2026-01-02',
    'createdAt <= 02-01-2026',
    'createdAt >= 2026-01-02T03:04:05Z',
    'createdAt = 2026-01-02T03:04:05Z',
    'status: open AND tag: db',
    'status: open tag: db',
    'status: closed OR tag: db',
    'status: closed OR (tag: db AND NOT priority: P1)',
    'disk',
    '"full on"',
    'tag: x or not tag: y',
    'teams: ops',
    'details.env: prod',
    'details.key: env',
    'entity: h1',
    'tinyId: 17',
    'description: "3 %"',
  ])('%s finds it', (text) => {
    expect(found(text)).toBe(true);
  });

  it.each([
    'status: closed',
    'status: open AND tag: x',
    'NOT tag: db',
    'alias: disk',
    'tag: d',
    'priority < P2',
    'priority: P1',
    'count > 3',
    'createdAt > 2026-01-02',
    'createdAt: 2026-01-03',
    'details.env: dev',
    'details.other: prod',
    'message: full AND NOT (tag: db OR tag: x)',
    'nothing',
    'message: *x*',
    'snoozed: true',
  ])('%s does not', (text) => {
    expect(found(text)).toBe(false);
  });

  it.each([
    ['colour: red', /field 'colour' is not known/],
    ['constructor: x', /not known/],
    ['status: ajar', /no value for the field 'status'/],
    ['priority: high', /no value/],
    ['createdAt > soon', /no value/],
    ['message > a', /cannot be compared/],
    ['(status: open', /parenthesis/],
    ['status:', /lacks a value/],
    ['status: open)', /not understood/],
    ['tag: ()', /lacks a value/],
    ['x'.repeat(1001), /longer/],
  ])('%s is an error', (text, message) => {
    const parsed = parseQuery(text);
    expect(parsed).toEqual({ kind: 'error', message: expect.stringMatching(message) });
  });

  it('no text makes the parser or the search throw', () => {
    const part = fc.constantFrom(
      '(',
      ')',
      ':',
      '>',
      '"',
      '!',
      '*',
      ' AND ',
      ' OR ',
      ' NOT ',
      'status',
      'tag',
      'createdAt',
      'open',
      ' ',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part, { maxLength: 60 }).map((parts) => parts.join('')),
          fc.constant('('.repeat(1000)),
          fc.constant('NOT '.repeat(250)),
        ),
        (text) => {
          expect(typeof found(text)).toMatch(/boolean|string/);
        },
      ),
    );
  });
});

describe('the list request', () => {
  it('has defaults, and a limit of 100', () => {
    expect(parseList({}, trace)).toMatchObject({
      kind: 'list',
      offset: 0,
      limit: 20,
      sort: 'createdAt',
      order: 'desc',
    });
    expect(parseList({ limit: '500', offset: '40', sort: 'tinyId', order: 'ASC' }, trace)).toMatchObject({
      limit: 100,
      offset: 40,
      sort: 'tinyId',
      order: 'asc',
    });
  });

  it('names every parameter at fault', () => {
    const refusal = parseList(
      { query: 'colour: red', limit: '-1', offset: 'x', sort: 'colour', order: 'up', searchIdentifier: 's' },
      trace,
    );
    if (refusal.kind !== 'refused') throw new Error('accepted');
    expect(refusal.reply.status).toBe(422);
    expect(Object.keys((bodyOf(refusal.reply) as { errors: object }).errors)).toEqual([
      'query',
      'offset',
      'limit',
      'sort',
      'order',
      'searchIdentifier',
    ]);
  });

  it('sorts, and links the pages around it', () => {
    const list = parseList({ limit: '2', offset: '2' }, trace);
    if (list.kind !== 'list') throw new Error('refused');
    const alerts = [1, 3, 2].map((n) => ({ ...alert, id: `${n}`, createdAt: CREATED + n }));
    expect(alerts.toSorted(compareAlerts(list)).map(({ id }) => id)).toEqual(['3', '2', '1']);
    const paging = pagingOf('https://h.example.com/v2/alerts', { query: 'tag: a b' }, list, 5);
    expect(new URL(paging.next ?? '').searchParams.get('offset')).toBe('4');
    expect(new URL(paging.prev ?? '').searchParams.get('offset')).toBe('0');
    expect(new URL(paging.last ?? '').searchParams.get('offset')).toBe('4');
    expect(new URL(paging.first ?? '').searchParams.get('query')).toBe('tag: a b');
    expect(pagingOf('https://h', {}, { ...list, offset: 0 }, 2)).not.toHaveProperty('next');
  });
});
