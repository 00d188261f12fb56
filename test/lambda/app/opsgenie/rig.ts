import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import dynalite from 'dynalite';
import { parseConfig } from '../../../../core/config/document.ts';
import { peopleOf } from '../../../../core/config/people.ts';
import { servicesOf } from '../../../../core/config/services.ts';
import type { Incident } from '../../../../core/incident.ts';
import type { Integration, Scope } from '../../../../core/integration.ts';
import type { ExpireDeps } from '../../../../lambda/app/expire-heartbeats.ts';
import { createCalendarStore } from '../../../../lambda/data/calendar.ts';
import { createIncidentCounter } from '../../../../lambda/data/counter.ts';
import { createDedupStore } from '../../../../lambda/data/dedup.ts';
import { createHeartbeatStore } from '../../../../lambda/data/heartbeats.ts';
import { createIncidentLists } from '../../../../lambda/data/incident-lists.ts';
import { createIncidentStore } from '../../../../lambda/data/incidents.ts';
import type { Use } from '../../../../lambda/data/integrations.ts';
import { createTimelineStore } from '../../../../lambda/data/timeline.ts';
import { type OpsgenieDeps, opsgenie } from '../../../../lambda/http/opsgenie/opsgenie.ts';
import type { Reply } from '../../../../lambda/ingest/reply.ts';
import { connect } from '../../../contract/connect.ts';
import { createTables } from '../../../support/tables.ts';

/** Ada is on call for core; there is a policy, a schedule, and a service that puts everything into one incident. */
const CONFIG = {
  users: [
    { id: 'ada', name: 'Ada L', email: 'ada@example.org' },
    { id: 'grace', name: 'Grace H', email: 'grace@example.org' },
  ],
  teams: [
    { id: 'core', name: 'Core Team', calendar: [{ day: 'default', oncall: 'ada@example.org' }] },
    { id: 'web', members: ['grace'] },
  ],
  escalationPolicies: [{ id: 'night', name: 'Night watch', rules: [{ targets: [{ user: 'grace' }] }] }],
  services: [
    { id: 'checkout', team: 'core' },
    { id: 'search', team: 'web' },
    { id: 'grouped', team: 'core', grouping: { by: 'time', windowMinutes: 10 } },
  ],
};

export const START = Date.UTC(2026, 10, 23, 12);

export const KEYS = {
  /** Of service checkout. */
  all: key('checkout', ['events', 'read', 'write']),
  events: key('checkout', ['events']),
  read: key('checkout', ['read']),
  search: key('search', ['events', 'read', 'write']),
  grouped: key('grouped', ['events', 'read', 'write']),
  routed: key(undefined, ['admin', 'events', 'read', 'write']),
  gone: key('no-such-service', ['events', 'read', 'write']),
} as const;
export type KeyName = keyof typeof KEYS;

function key(service: string | undefined, scopes: readonly Scope[]): Omit<Integration, 'integrationId' | 'name'> {
  return { kind: 'opsgenie', scopes, ratePerMinute: 1_000, createdAt: START, ...(service ? { service } : {}) };
}

/** What a client sends for a key: a UUID, made here. */
export function genieKey(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: Json;
}
export type Json = Record<string, unknown> & { readonly data?: Record<string, unknown> & unknown[] };

export interface Rig {
  deps(): OpsgenieDeps & ExpireDeps;
  /** Moves time on. */
  wait(ms: number): void;
  now(): number;
  send(method: string, path: string, body?: unknown, options?: SendOptions): Promise<Answer>;
  raw(method: string, path: string, rawBody: Buffer, headers: Record<string, string>): Promise<Reply | undefined>;
  incident(number: number): Promise<Incident>;
  /** Incidents whose workflow was started, in order. */
  readonly started: Incident[];
  /** The next uses of any key are throttled. */
  throttle(seconds: number | undefined): void;
}

export interface SendOptions {
  readonly key?: KeyName;
  readonly headers?: Record<string, string>;
}

/** The Opsgenie API over a real store, with a clock that stands still, for the tests of one file. */
export function useRig(): Rig {
  let deps: (OpsgenieDeps & ExpireDeps) | undefined;
  let stop: () => Promise<void> = async () => undefined;
  let now = START;
  let throttled: number | undefined;
  const started: Incident[] = [];

  beforeAll(async () => {
    const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port);
    const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    const tables = await createTables(client, 'rig');
    stop = async () => {
      client.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    };
    const parsed = parseConfig(CONFIG);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const config = { revision: 1, document: parsed.document, people: peopleOf(parsed.document) };
    const services = new Map(servicesOf(parsed.document).map((service) => [service.serviceId, service]));
    const timeline = createTimelineStore(db, tables.Timeline);
    const rows = createCalendarStore(db, tables.OncallCalendar);
    let tokens = 0;
    deps = {
      now: () => now,
      token: () => createHash('sha256').update(`token ${tokens++}`).digest('hex').slice(0, 32),
      log: { info: () => undefined, warn: () => undefined, error: (text, facts) => console.error(text, facts) },
      count: () => undefined,
      timeline,
      incidents: createIncidentStore(db, tables.Incident, timeline),
      lists: createIncidentLists(db, tables.Incident),
      counter: createIncidentCounter(db, tables.Config),
      dedup: createDedupStore(db, tables.Dedup),
      heartbeats: createHeartbeatStore(db, tables.Heartbeat),
      services: { get: async (id) => services.get(id) },
      calendar: {
        days: async (team, days) => ({
          ...(await rows.days(team, days)),
          ...(team === 'core' ? { default: { oncall: 'ada@example.org' } } : {}),
        }),
      },
      currentConfig: { current: async () => config },
      workflow: {
        start: async (incident) => {
          started.push(incident);
        },
      },
      fallback: { kind: 'email', address: 'fallback@example.org' },
      integrations: { use: async (given) => use(given) },
      publicUrl: 'https://inresponse.example.org',
    };
  });
  afterAll(() => stop());

  function use(given: string): Use {
    const name = (Object.keys(KEYS) as KeyName[]).find((each) => genieKey(each) === given);
    if (name === undefined) return { kind: 'unknown' };
    const integration: Integration = { ...KEYS[name], integrationId: `int-${name}`, name: `Key ${name}` };
    if (throttled === undefined) return { kind: 'ok', integration };
    return { kind: 'throttled', retryAfterSeconds: throttled, integration };
  }

  const made = () => {
    if (!deps) throw new Error('the rig is made before the first test');
    return deps;
  };

  const rig: Rig = {
    deps: made,
    started,
    now: () => now,
    wait: (ms) => {
      now += ms;
    },
    throttle: (seconds) => {
      throttled = seconds;
    },
    async raw(method, target, rawBody, headers) {
      const url = new URL(target, 'http://127.0.0.1');
      // URL tidies nothing up but dot segments; the path stays percent-encoded, as on the wire.
      const query = Object.fromEntries(url.searchParams);
      return opsgenie(made())({ method, path: url.pathname, query, headers, rawBody });
    },
    async send(method, path, body, { key: name = 'all', headers } = {}) {
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      const auth = headers ?? { authorization: `GenieKey ${genieKey(name)}` };
      const reply = await rig.raw(method, path, Buffer.from(text), auth);
      if (!reply) throw new Error(`${path} is not taken for one of the API's`);
      return { status: reply.status, headers: reply.headers, json: JSON.parse(reply.body) as Json };
    },
    async incident(number) {
      const found = await made().incidents.get(number);
      if (!found) throw new Error(`there is no incident ${number}`);
      return found;
    },
  };
  return rig;
}

/** Creates an alert and answers it as `GET` shows it. */
export async function createdAlert(
  rig: Rig,
  body: object,
  options: SendOptions = {},
): Promise<Record<string, unknown>> {
  const { json } = await rig.send('POST', '/v2/alerts', body, options);
  const outcome = await rig.send('GET', `/v2/alerts/requests/${json.requestId}`, undefined, options);
  const alertId = outcome.json.data?.alertId;
  return { ...(await rig.send('GET', `/v2/alerts/${alertId}`, undefined, options)).json.data };
}
