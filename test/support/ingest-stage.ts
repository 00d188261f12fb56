import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import dynalite from 'dynalite';
import type { Incident } from '../../core/incident.ts';
import type { Integration } from '../../core/integration.ts';
import type { Surroundings } from '../../lambda/app/ports.ts';
import { createCalendarStore } from '../../lambda/data/calendar.ts';
import { createConfigStore } from '../../lambda/data/config.ts';
import { createIncidentCounter } from '../../lambda/data/counter.ts';
import { createCurrentConfig } from '../../lambda/data/current-config.ts';
import { createDedupStore } from '../../lambda/data/dedup.ts';
import { createHeartbeatStore } from '../../lambda/data/heartbeats.ts';
import { createIncidentLists } from '../../lambda/data/incident-lists.ts';
import { createIncidentStore, toIncident } from '../../lambda/data/incidents.ts';
import { createIntegrationStore } from '../../lambda/data/integrations.ts';
import { createPayloadStore } from '../../lambda/data/payloads.ts';
import { createServiceStore } from '../../lambda/data/services.ts';
import { createTimelineStore } from '../../lambda/data/timeline.ts';
import { type IngestDeps, ingest } from '../../lambda/http/ingest.ts';
import type { IngestRequest } from '../../lambda/http/ingest-request.ts';
import { opsgenie } from '../../lambda/http/opsgenie/opsgenie.ts';
import { createSnsCheck, type FetchText } from '../../lambda/http/sns.ts';
import { createTables, type NamedTables } from './tables.ts';

export const START = Date.parse('2026-11-23T12:00:00Z');
export const PUBLIC_URL = 'https://inresponse.example.org';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** Real stores on dynalite, a clock that stands, and a workflow that only notes who was started. */
export interface IngestStage {
  readonly deps: IngestDeps & { readonly integrations: ReturnType<typeof createIntegrationStore> } & {
    readonly payloads: ReturnType<typeof createPayloadStore>;
  };
  readonly db: DynamoDBDocumentClient;
  readonly tables: NamedTables;
  /** Settable: epoch milliseconds. */
  now: number;
  /** Settable: the Internet. */
  fetch: FetchText;
  readonly started: readonly number[];
  readonly counts: ReadonlyMap<string, number>;
  /** Settable: fails the next calls that the work to be done makes of the workflow. */
  workflowFails: boolean;
  /** Issues a key of 32 hex digits (or the one given) and answers it. */
  key(integration?: Partial<Integration>, key?: string): Promise<string>;
  service(serviceId: string, facts?: object): Promise<void>;
  /** Sends a request; an object is sent as JSON, and nothing else says so. */
  send(request: Partial<Omit<IngestRequest, 'rawBody'>> & { path: string; body?: unknown }): Promise<Answer>;
  incident(incidentId: number): Promise<Incident>;
  /** Every incident there is, oldest first. */
  incidents(): Promise<Incident[]>;
}

/** With `opsgenie`, its API is served too, as the handler does. */
export function useIngestStage(served: { readonly opsgenie?: boolean } = {}): () => IngestStage {
  let stage: IngestStage | undefined;
  let stop: () => Promise<void> = async () => undefined;
  beforeAll(async () => {
    const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
    });
    stop = async () => {
      client.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    };
    stage = await makeStage(client, 'test', served.opsgenie ?? false);
  });
  afterAll(() => stop());
  return () => {
    if (!stage) throw new Error('the stage is not there yet');
    return stage;
  };
}

async function makeStage(client: DynamoDBClient, prefix: string, withOpsgenie: boolean): Promise<IngestStage> {
  const tables = await createTables(client, prefix);
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const started: number[] = [];
  const counts = new Map<string, number>();
  let tokens = 0;
  const token = () => createHash('sha256').update(`token ${tokens++}`).digest('hex').slice(0, 32);
  const around: Surroundings = {
    now: () => stage.now,
    token,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    count: (metric, value = 1) => counts.set(metric, (counts.get(metric) ?? 0) + value),
  };
  const timeline = createTimelineStore(db, tables.Timeline);
  const incidents = createIncidentStore(db, tables.Incident, timeline);
  const common = {
    ...around,
    incidents,
    services: createServiceStore(db, tables.Service),
    counter: createIncidentCounter(db, tables.Config),
    dedup: createDedupStore(db, tables.Dedup),
    integrations: createIntegrationStore(db, tables.Integration),
    payloads: createPayloadStore(db, tables.Payload),
    workflow: {
      async start({ incidentId }: Pick<Incident, 'incidentId'>) {
        if (stage.workflowFails) throw new Error('no workflow today');
        started.push(incidentId);
      },
    },
    sns: createSnsCheck((url) => stage.fetch(url)),
    publicUrl: PUBLIC_URL,
  };
  const servesOpsgenie = {
    opsgenie: opsgenie({
      ...common,
      timeline,
      currentConfig: createCurrentConfig(createConfigStore(db, tables.Config)),
      lists: createIncidentLists(db, tables.Incident),
      calendar: createCalendarStore(db, tables.OncallCalendar),
      heartbeats: createHeartbeatStore(db, tables.Heartbeat),
      fallback: { kind: 'email', address: 'fallback@example.org' },
    }),
  };
  const deps: IngestStage['deps'] = { ...common, ...(withOpsgenie ? servesOpsgenie : {}) };

  const stage: IngestStage = {
    deps,
    db,
    tables,
    now: START,
    fetch: async (url) => {
      throw new Error(`nobody is to be asked, least of all ${url}`);
    },
    started,
    counts,
    workflowFails: false,
    async key(facts = {}, key = token()) {
      const integration: Integration = {
        integrationId: `int-${token().slice(0, 12)}`,
        name: 'Monitoring',
        kind: 'pagerduty',
        service: 'checkout',
        scopes: ['events'],
        ratePerMinute: 1_000,
        createdAt: stage.now,
        ...facts,
      };
      await deps.integrations.add(key, integration, stage.now);
      return key;
    },
    async service(serviceId, facts = {}) {
      await db.send(new PutCommand({ TableName: tables.Service, Item: { serviceId, team: 'core', ...facts } }));
    },
    async send({ method = 'POST', path, query = {}, headers = {}, body }) {
      const text = typeof body === 'string' || body === undefined ? (body ?? '') : JSON.stringify(body);
      const [bare = '', search = ''] = path.split('?');
      const reply = await ingest(deps, {
        method,
        path: bare,
        query: { ...Object.fromEntries(new URLSearchParams(search)), ...query },
        headers,
        rawBody: Buffer.from(text),
      });
      const isJson = /json/.test(reply.headers['Content-Type'] ?? '');
      return {
        status: reply.status,
        headers: reply.headers,
        text: reply.body,
        json: isJson ? (JSON.parse(reply.body) as Record<string, unknown>) : {},
      };
    },
    async incident(incidentId) {
      const found = await incidents.get(incidentId);
      if (!found) throw new Error(`there is no incident ${incidentId}`);
      return found;
    },
    async incidents() {
      const { Items = [] } = await db.send(new ScanCommand({ TableName: tables.Incident, ConsistentRead: true }));
      return Items.map(toIncident).sort((a, b) => a.incidentId - b.incidentId);
    },
  };
  await stage.service('checkout');
  return stage;
}
