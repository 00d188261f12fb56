import { createHash } from 'node:crypto';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import type { InboundEvent } from '../../core/event.ts';
import type { Incident } from '../../core/incident.ts';
import type { Service } from '../../core/service.ts';
import type { TimelineEntry } from '../../core/timeline.ts';
import { type Advanced, advance, type SendPage } from '../../lambda/app/advance.ts';
import type { Surroundings } from '../../lambda/app/ports.ts';
import { readTimeline } from '../../lambda/app/read-timeline.ts';
import { reconcile } from '../../lambda/app/reconcile.ts';
import { type Taken, takeEvent } from '../../lambda/app/take-event.ts';
import { createCalendarStore } from '../../lambda/data/calendar.ts';
import { createIncidentCounter } from '../../lambda/data/counter.ts';
import { createDedupStore } from '../../lambda/data/dedup.ts';
import { createIncidentLists } from '../../lambda/data/incident-lists.ts';
import type { IncidentStore } from '../../lambda/data/incidents.ts';
import { createIntegrationStore } from '../../lambda/data/integrations.ts';
import { createLinkSecretStore } from '../../lambda/data/link-secrets.ts';
import { createPagingStore } from '../../lambda/data/paging.ts';
import { createPayloadStore } from '../../lambda/data/payloads.ts';
import { cacheServices, createServiceStore } from '../../lambda/data/services.ts';
import type { Workflow, WorkflowInput } from '../../lambda/data/workflow.ts';
import { configStores, incidentStores } from '../../lambda/deps.ts';
import { api } from '../../lambda/http/api.ts';
import type { HttpResponse } from '../../lambda/http/problem.ts';
import { connect } from '../contract/connect.ts';
import { ADMIN_KEY_ID, apiEvent, READ_KEY_ID, SEND_KEY_ID } from '../support/api-event.ts';
import type { NamedTables } from '../support/tables.ts';
import { type Chance, createChance, pause } from './chance.ts';

export const FALLBACK = 'fallback@example.org';

/** What all processes of a deployment share besides the tables. */
export interface Deployment {
  readonly port: number;
  readonly tables: NamedTables;
  /** Epoch milliseconds; never the same twice, so that an order shows. */
  now(): number;
  readonly workflow: Workflow;
  /** Wraps what a process writes incidents with, so that its writes can be written down. */
  watch(process: string, store: IncidentStore): IncidentStore;
  readonly sendPage: SendPage;
}

export interface HttpAnswer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** One process: its own connections, stores and caches, as a Lambda environment has them. */
export interface Process {
  readonly name: string;
  request(method: string, path: string, body?: object): Promise<HttpAnswer>;
  /** An event of a sender whose keys count in the whole service. */
  event(service: string, event: Pick<InboundEvent, 'action' | 'dedupKey' | 'by'>): Promise<Taken>;
  advance(input: WorkflowInput): Promise<Advanced>;
  sweep(): Promise<void>;
  /** An incident as it is stored, with all of its timeline. */
  final(incidentId: number): Promise<{ incident: Incident; timeline: readonly TimelineEntry[] }>;
  /** How its calls of the database are spread from now on, and by how much its clock is ahead. */
  setOut(seed: number, aheadMs: number): void;
  putService(service: Service): Promise<void>;
  stop(): void;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {}, trace() {} };
const SERVICE_CACHE_MS = 10_000;

export function startProcess(name: string, deployment: Deployment): Process {
  const { tables, workflow, sendPage } = deployment;
  let chance: Chance = createChance(0);
  let aheadMs = 0;
  let tokens = 0;
  const client = connect(deployment.port);
  spreadCalls(client, () => chance);
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const around: Surroundings & { readonly metrics: Metrics } = {
    now: () => deployment.now() + aheadMs,
    token: () => createHash('sha256').update(`${name} ${tokens++}`).digest('hex').slice(0, 32),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    count: () => undefined,
    metrics: new Metrics({ namespace: 'InResponse', serviceName: name, logger: SILENT }),
  };
  const env = {
    incidentTable: tables.Incident,
    timelineTable: tables.Timeline,
    serviceTable: tables.Service,
    oncallCalendarTable: tables.OncallCalendar,
    configTable: tables.Config,
  };
  const { timeline, incidents: store } = incidentStores(db, env);
  const incidents = deployment.watch(name, store);
  const config = configStores(db, env);
  const fallback = { kind: 'email', address: FALLBACK } as const;
  const paging = createPagingStore(
    db,
    { incident: tables.Incident, oncallCalendar: tables.OncallCalendar, config: tables.Config },
    config.currentConfig,
  );
  const deps = {
    ...around,
    ...config,
    incidents,
    timeline,
    paging,
    sendPage,
    workflow,
    fallback,
    publicUrl: 'https://inresponse.example.org',
    services: cacheServices(createServiceStore(db, tables.Service), around.now, SERVICE_CACHE_MS),
    counter: createIncidentCounter(db, tables.Config),
    dedup: createDedupStore(db, tables.Dedup),
    calendar: createCalendarStore(db, tables.OncallCalendar),
    lists: createIncidentLists(db, tables.Incident),
    linkSecrets: createLinkSecretStore(db, tables.Config),
    integrations: createIntegrationStore(db, tables.Integration),
    payloads: createPayloadStore(db, tables.Payload),
    keys: { admin: ADMIN_KEY_ID, send: SEND_KEY_ID, read: READ_KEY_ID },
  };
  const handler = api(deps);

  return {
    name,
    async request(method, path, body) {
      const event = apiEvent({ method, path, ...(body === undefined ? {} : { body }) });
      const { statusCode, body: text } = (await handler(event, {} as Context)) as HttpResponse;
      return { status: statusCode, json: JSON.parse(text) as Record<string, unknown> };
    },
    event: (service, event) =>
      takeEvent(
        deps,
        {
          integrationId: 'int-a',
          name: 'Monitoring',
          kind: 'global',
          service,
          scopes: ['events'],
          ratePerMinute: 1_000,
          createdAt: 0,
        },
        { title: 'Event', message: 'Event', links: [], images: [], detectedAt: 0, ...event },
      ),
    advance: (input) => advance(deps, input),
    async sweep() {
      await reconcile(deps);
    },
    async final(incidentId) {
      const incident = await store.get(incidentId);
      if (!incident) throw new Error(`there is no incident ${incidentId}`);
      return { incident, timeline: await readTimeline(deps, incident) };
    },
    setOut(seed, ahead) {
      chance = createChance(seed);
      aheadMs = ahead;
    },
    async putService(service) {
      const Item = { serviceId: service.serviceId, definition: JSON.stringify(service) };
      await db.send(new PutCommand({ TableName: tables.Service, Item }));
    },
    stop: () => client.destroy(),
  };
}

/** Every request, repeated ones included, waits a little before it is sent and after it is answered, as in a network. */
function spreadCalls(client: DynamoDBClient, chance: () => Chance): void {
  client.middlewareStack.add(
    (next) => async (input) => {
      await pause(chance());
      const output = await next(input);
      await pause(chance());
      return output;
    },
    { step: 'finalizeRequest', priority: 'low', name: 'spreadCalls' },
  );
}
