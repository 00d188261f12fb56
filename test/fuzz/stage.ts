import { createHash } from 'node:crypto';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { Integration } from '../../core/integration.ts';
import { createCalendarStore } from '../../lambda/data/calendar.ts';
import { createIncidentCounter } from '../../lambda/data/counter.ts';
import { createDedupStore } from '../../lambda/data/dedup.ts';
import { createHeartbeatStore } from '../../lambda/data/heartbeats.ts';
import { createIncidentLists } from '../../lambda/data/incident-lists.ts';
import { createIntegrationStore } from '../../lambda/data/integrations.ts';
import { createLinkSecretStore, type LinkSecret } from '../../lambda/data/link-secrets.ts';
import { createPayloadStore } from '../../lambda/data/payloads.ts';
import { cacheServices, createServiceStore } from '../../lambda/data/services.ts';
import { createWorkflow } from '../../lambda/data/workflow.ts';
import { configStores, fallbackContact, incidentStores } from '../../lambda/deps.ts';
import { api } from '../../lambda/http/api.ts';
import { ingest } from '../../lambda/http/ingest.ts';
import { readIngestRequest } from '../../lambda/http/ingest-request.ts';
import { opsgenie } from '../../lambda/http/opsgenie/opsgenie.ts';
import type { HttpResponse } from '../../lambda/http/problem.ts';
import { createSnsCheck } from '../../lambda/http/sns.ts';
import { CERTIFICATE } from '../lambda/ingest/cloudwatch/signed.ts';
import { ADMIN_KEY_ID, READ_KEY_ID, SEND_KEY_ID } from '../support/api-event.ts';
import { type Dump, startFakeDynamo } from '../support/fake-dynamo.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import { createWire, SDK_IDENTITY, type Serve, type WireCall } from '../support/wire.ts';

const ENV = {
  incidentTable: 'Incident',
  serviceTable: 'Service',
  oncallCalendarTable: 'OncallCalendar',
  configTable: 'Config',
  timelineTable: 'Timeline',
  fallbackEmail: 'fallback@example.org',
};
const PUBLIC_URL = 'https://inresponse.example.org';
const SILENT = { debug() {}, info() {}, warn() {}, error() {}, trace() {} };
/** Between two requests: slow enough for the throttle of a key, fast enough for caches to matter. */
const STEP_MS = 60;

/** Time is a number that requests move: nothing here waits for a timer. */
const NO_CLOCK: VirtualClock = {
  advanceTo: async () => undefined,
  settle: async () => undefined,
  finish: (work) => work,
  track: (work) => work,
  watch: (work) => work,
  stop: () => undefined,
};

/** What one request was answered, and what it did to the outside. */
export interface Answered extends HttpResponse {
  /** Writes at the wire that took effect, and starts of workflows. */
  readonly writes: readonly WireCall[];
  /** What an operator reads of it. */
  readonly logged: readonly string[];
}

export interface FuzzStage {
  /** A request to the API, as API Gateway hands it on: nothing of the event is made well-formed on the way. */
  api(event: APIGatewayProxyEvent): Promise<Answered>;
  /** The same to the senders' function. */
  sender(event: APIGatewayProxyEvent): Promise<Answered>;
  /** Issues a sender's key. */
  key(facts?: Partial<Integration>): Promise<string>;
  /** The secrets that links are signed with. */
  readonly secrets: readonly LinkSecret[];
  readonly publicUrl: string;
  now(): number;
  /** Lets time pass. */
  pass(ms: number): void;
  dump(): Promise<Dump>;
}

const READS: readonly string[] = ['GetItem', 'Query', 'BatchGetItem', 'Scan'];

/** API and senders' function on one database in this process, composed as their handlers compose them. */
export async function startFuzzStage(at = Date.parse('2026-11-23T12:00:00Z')): Promise<FuzzStage> {
  const dynamo = await startFakeDynamo();
  const nothing = () => undefined;
  const wire = createWire(NO_CLOCK, nothing, nothing);
  const logged: string[] = [];
  const log = (message: string, facts: object = {}) => void logged.push(`${message} ${JSON.stringify(facts)}`);
  let now = at;
  let tokens = 0;
  const around = {
    now: () => now,
    token: () => createHash('sha256').update(`token ${tokens++}`).digest('hex').slice(0, 32),
    log: { info: log, warn: log, error: log },
    count: () => undefined,
    metrics: new Metrics({ namespace: 'InResponse', serviceName: 'fuzz', logger: SILENT }),
  };
  const writes: WireCall[] = [];
  const serve: Serve = async (call) => {
    const answer = await dynamo.serve(call);
    // A condition that does not hold is a refusal, and changes nothing.
    if (answer.status === 200 && !READS.includes(call.operation)) writes.push(call);
    return answer;
  };
  const db = DynamoDBDocumentClient.from(
    new DynamoDBClient({ ...SDK_IDENTITY, requestHandler: wire.handler('dynamodb', serve) }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  const started = { status: 200, body: JSON.stringify({ executionArn: 'arn:aws:states:::x', startDate: 0 }) };
  const start: Serve = (call) => {
    writes.push(call);
    return started;
  };
  const sfn = new SFNClient({ ...SDK_IDENTITY, requestHandler: wire.handler('states', start) });
  const common = {
    ...around,
    ...incidentStores(db, ENV),
    ...configStores(db, ENV),
    services: cacheServices(createServiceStore(db, ENV.serviceTable), around.now, 10_000),
    counter: createIncidentCounter(db, ENV.configTable),
    dedup: createDedupStore(db, 'Dedup'),
    calendar: createCalendarStore(db, ENV.oncallCalendarTable),
    lists: createIncidentLists(db, ENV.incidentTable),
    linkSecrets: createLinkSecretStore(db, ENV.configTable),
    integrations: createIntegrationStore(db, 'Integration'),
    payloads: createPayloadStore(db, 'Payload'),
    workflow: createWorkflow(sfn, 'arn:aws:states:eu-central-1:000000000000:stateMachine:escalation'),
    publicUrl: PUBLIC_URL,
    fallback: fallbackContact(ENV),
  };
  const handler = api({ ...common, keys: { admin: ADMIN_KEY_ID, send: SEND_KEY_ID, read: READ_KEY_ID } });
  const served = {
    ...common,
    // Whatever is fetched is the certificate of the test's own topic.
    sns: createSnsCheck(async () => CERTIFICATE),
    opsgenie: opsgenie({ ...common, heartbeats: createHeartbeatStore(db, 'Heartbeat') }),
  };

  async function observed(work: () => Promise<HttpResponse>): Promise<Answered> {
    now += STEP_MS;
    logged.length = 0;
    writes.length = 0;
    const answer = await work();
    return { ...answer, writes: [...writes], logged: [...logged] };
  }

  const secrets = await common.linkSecrets.ensure({ id: 'k1', secret: 's'.repeat(64) });
  return {
    secrets,
    publicUrl: PUBLIC_URL,
    now: around.now,
    api: (event) => observed(async () => (await handler(event, {} as Context)) as HttpResponse),
    sender: (event) =>
      observed(async () => {
        const { status, headers, body } = await ingest(served, readIngestRequest(event));
        return { statusCode: status, headers: { ...headers }, body };
      }),
    async key(facts = {}) {
      const key = around.token();
      const integration: Integration = {
        integrationId: `int-${around.token().slice(0, 12)}`,
        name: 'Monitoring',
        kind: 'pagerduty',
        service: 'checkout',
        scopes: ['events'],
        ratePerMinute: 60_000,
        createdAt: now,
        ...facts,
      };
      await common.integrations.add(key, integration, now);
      return key;
    },
    pass: (ms) => {
      now += ms;
    },
    dump: dynamo.dump,
  };
}
