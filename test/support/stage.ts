import { createHash } from 'node:crypto';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import type { Incident } from '../../core/incident.ts';
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import { type Advanced, advance } from '../../lambda/app/advance.ts';
import { finishProjection } from '../../lambda/app/apply-config.ts';
import { notifyHandoffs } from '../../lambda/app/notify-handoffs.ts';
import type { Surroundings } from '../../lambda/app/ports.ts';
import { reconcile } from '../../lambda/app/reconcile.ts';
import { createSendPage } from '../../lambda/app/send-page.ts';
import { takeMailEvent } from '../../lambda/app/take-mail-event.ts';
import { createMailChannel } from '../../lambda/channels/mail/send.ts';
import { createCalendarStore } from '../../lambda/data/calendar.ts';
import { createIncidentCounter } from '../../lambda/data/counter.ts';
import { createDedupStore } from '../../lambda/data/dedup.ts';
import { createIncidentLists } from '../../lambda/data/incident-lists.ts';
import { createIntegrationStore } from '../../lambda/data/integrations.ts';
import type { TableName } from '../../lambda/data/keys.ts';
import { createLinkSecretStore } from '../../lambda/data/link-secrets.ts';
import { createNoticeStore } from '../../lambda/data/notices.ts';
import { createPagingStore } from '../../lambda/data/paging.ts';
import { createPayloadStore } from '../../lambda/data/payloads.ts';
import { cacheServices, createServiceStore } from '../../lambda/data/services.ts';
import { createWorkflow, type WorkflowInput } from '../../lambda/data/workflow.ts';
import { configStores, fallbackContact, incidentStores } from '../../lambda/deps.ts';
import { api } from '../../lambda/http/api.ts';
import type { HttpResponse } from '../../lambda/http/problem.ts';
import { ADMIN_KEY_ID, type ApiRequest, apiEvent, READ_KEY_ID, SEND_KEY_ID } from './api-event.ts';
import { type Dump, startFakeDynamo } from './fake-dynamo.ts';
import { createFakeSes, type SentMail } from './fake-ses.ts';
import { createFakeStepFunctions, type FakeStepFunctions } from './fake-step-functions.ts';
import { invoke as invokeFunction } from './invocations.ts';
import { warmUpSdk } from './sdk-warm-up.ts';
import { startVirtualClock, type VirtualClock } from './virtual-clock.ts';
import { createWire, SDK_IDENTITY, type Wire } from './wire.ts';

export const ADA = 'ada@example.org';
export const GRACE = 'grace@example.org';
export const FALLBACK = 'fallback@example.org';
export const PUBLIC_URL = 'https://inresponse.example.org';

/** One team, on call every day, one service. */
export const DEFAULT_CONFIG = {
  teams: [{ id: 'core', calendar: [{ day: 'default', oncall: ADA, escalation: GRACE }] }],
  services: [{ id: 'checkout', team: 'core' }],
};

const ENV = {
  incidentTable: 'Incident',
  serviceTable: 'Service',
  oncallCalendarTable: 'OncallCalendar',
  configTable: 'Config',
  timelineTable: 'Timeline',
  dedupTable: 'Dedup',
  integrationTable: 'Integration',
  payloadTable: 'Payload',
  stateMachineArn: 'arn:aws:states:eu-central-1:000000000000:stateMachine:escalation',
  senderEmail: 'InResponse <pager@example.org>',
  fallbackEmail: FALLBACK,
  configurationSet: 'pages',
  publicUrl: PUBLIC_URL,
};

const SILENT = { debug() {}, info() {}, warn() {}, error() {}, trace() {} };

/** The functions' time limits on AWS. */
const LIMIT_SECONDS = { api: 29, notifier: 50, reconciler: 50, mailEvents: 30 };

export interface StageOptions {
  /** Put with PUT /config before the story begins; `null` for none. */
  readonly config?: unknown;
  /** When the story begins. */
  readonly start?: string;
  /** Seconds within the minute at which the reconciler runs; `off` for never. */
  readonly reconciler?: number | 'off';
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; empty when it is none. */
  readonly json: Record<string, unknown>;
}

export interface Stage {
  readonly clock: VirtualClock;
  readonly wire: Wire;
  readonly workflows: FakeStepFunctions;
  readonly mails: readonly SentMail[];
  /** Everything that happened, with its time: for reading when a test fails. */
  readonly chronicle: readonly { readonly at: number; readonly text: string }[];
  readonly startedAt: number;
  request(request: ApiRequest): Promise<ApiAnswer>;
  /** Several requests in the same instant. */
  together(...requests: ApiRequest[]): Promise<ApiAnswer[]>;
  /** One turn of the notifier, as the state machine would ask for it. */
  notify(input: WorkflowInput): Promise<Advanced>;
  sweep(): Promise<unknown>;
  /** Switched on, it runs 20 s later for the first time. */
  setReconciler(on: boolean): void;
  mailEvent(mail: SentMail, event: Record<string, unknown>): Promise<void>;
  incident(incidentId: number): Promise<Incident>;
  dump(): Promise<Dump>;
  /** Writes a row by hand, as somebody with a console would: `{ name: { S: 'text' } }`. */
  putRow(table: TableName, item: object): Promise<void>;
  counted(metric: string): number;
  stop(): Promise<void>;
}

/** The whole service in this process, on a clock that tests move. Composed as the handlers compose it. */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const { config = DEFAULT_CONFIG, start = '2026-11-23T12:00:00Z', reconciler = 20 } = options;
  await warmUpSdk();
  const dynamo = await startFakeDynamo();
  const clock = startVirtualClock(Date.parse(start));
  const startedAt = Date.now();
  const chronicle: { at: number; text: string }[] = [];
  const tell = (text: string) => chronicle.push({ at: Date.now(), text });
  const wire = createWire(clock, tell);
  const ses = createFakeSes((mail) => tell(`mail to ${mail.to}: ${mail.subject}`));
  const counts = new Map<string, number>();
  const around = surroundings(tell, counts);

  const invoke: typeof invokeFunction = (...run) => clock.watch(invokeFunction(...run));

  const sdk = { ...SDK_IDENTITY };
  const db = DynamoDBDocumentClient.from(
    new DynamoDBClient({ ...sdk, requestHandler: wire.handler('dynamodb', dynamo.serve) }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  const notify = (input: WorkflowInput) =>
    invoke('notifier', LIMIT_SECONDS.notifier, () => advance(notifierDeps, input));
  const workflows = createFakeStepFunctions(
    async (input) => structuredClone(await notify(input as unknown as WorkflowInput)) as never,
    tell,
  );
  const sfn = new SFNClient({ ...sdk, requestHandler: wire.handler('states', workflows.serve) });
  const sesClient = new SESv2Client({ ...sdk, maxAttempts: 1, requestHandler: wire.handler('ses', ses.serve) });

  const { incidents, timeline } = incidentStores(db, ENV);
  const workflow = createWorkflow(sfn, ENV.stateMachineArn);
  const linkSecrets = createLinkSecretStore(db, ENV.configTable);
  const mail = createMailChannel({
    client: sesClient,
    from: ENV.senderEmail,
    configurationSet: ENV.configurationSet,
  });
  const { publicUrl } = ENV;
  const fallback = fallbackContact(ENV);
  const tables = { incident: ENV.incidentTable, oncallCalendar: ENV.oncallCalendarTable, config: ENV.configTable };
  const sendPage = createSendPage({ ...around, mail, linkSecrets, publicUrl, fromDomain: 'example.org' });
  /** Each function's process remembers a configuration of its own. */
  const pagingDeps = () => {
    const config = configStores(db, ENV);
    const paging = createPagingStore(db, tables, config.currentConfig);
    return { ...around, ...config, incidents, timeline, paging, sendPage, fallback };
  };
  const notifierDeps = pagingDeps();
  const reconcilerDeps = { ...pagingDeps(), workflow, mail, notices: createNoticeStore(db, ENV.configTable) };
  const handler = api({
    ...around,
    incidents,
    timeline,
    ...configStores(db, ENV),
    services: cacheServices(createServiceStore(db, ENV.serviceTable), around.now, 10_000),
    counter: createIncidentCounter(db, ENV.configTable),
    dedup: createDedupStore(db, ENV.dedupTable),
    calendar: createCalendarStore(db, ENV.oncallCalendarTable),
    lists: createIncidentLists(db, ENV.incidentTable),
    linkSecrets,
    workflow,
    publicUrl,
    fallback,
    keys: { admin: ADMIN_KEY_ID, send: SEND_KEY_ID, read: READ_KEY_ID },
    integrations: createIntegrationStore(db, ENV.integrationTable),
    payloads: createPayloadStore(db, ENV.payloadTable),
  });

  async function send(asked: ApiRequest): Promise<ApiAnswer> {
    const work = () => handler(apiEvent(asked), {} as Context) as Promise<HttpResponse>;
    const answered = await invoke('api', LIMIT_SECONDS.api, work)
      // What API Gateway makes of a function that is gone.
      .catch(
        (error): HttpResponse => ({ statusCode: 502, headers: {}, body: JSON.stringify({ message: String(error) }) }),
      );
    tell(`${asked.method} ${asked.path} -> ${answered.statusCode}`);
    const headers = Object.fromEntries(
      Object.entries(answered.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const json = headers['content-type']?.includes('json') ? JSON.parse(answered.body) : {};
    return { status: answered.statusCode, headers, text: answered.body, json };
  }

  const request = (asked: ApiRequest) => clock.finish(send(asked));

  async function sweep(): Promise<unknown> {
    return invoke('reconciler', LIMIT_SECONDS.reconciler, async () => {
      const result = await reconcile(reconcilerDeps);
      await finishProjection(reconcilerDeps);
      await notifyHandoffs(reconcilerDeps).catch((error) => tell(`hand-off notices failed: ${error}`));
      if (result.overdue > 0) tell(`reconciler: ${JSON.stringify(result)}`);
      return result;
    });
  }
  let reconcilerTimer: NodeJS.Timeout | undefined;
  function runReconciler(delayMs: number): void {
    reconcilerTimer = setTimeout(() => {
      runReconciler(MINUTE_MS);
      sweep().catch((error) => tell(`reconciler failed: ${error}`));
    }, delayMs);
  }
  if (reconciler !== 'off') runReconciler(reconciler * SECOND_MS);

  const stage: Stage = {
    clock,
    wire,
    workflows,
    mails: ses.mails,
    chronicle,
    startedAt,
    request,
    together: (...requests) => clock.finish(Promise.all(requests.map(send))),
    notify,
    sweep,
    setReconciler(on) {
      clearTimeout(reconcilerTimer);
      if (on) runReconciler(20 * SECOND_MS);
    },
    mailEvent: (about, event) =>
      clock.finish(
        invoke('mailEvents', LIMIT_SECONDS.mailEvents, () =>
          takeMailEvent(
            { ...around, incidents, workflow, fallback },
            JSON.stringify({ mail: { messageId: about.messageId, tags: listed(about.tags) }, ...event }),
          ),
        ),
      ),
    async incident(incidentId) {
      const found = await clock.finish(incidents.get(incidentId));
      if (!found) throw new Error(`there is no incident ${incidentId}`);
      return found;
    },
    dump: () => clock.finish(clock.track(dynamo.dump())),
    putRow: (table, item) => clock.finish(clock.track(dynamo.put(table, item))),
    counted: (metric) => counts.get(metric) ?? 0,
    async stop() {
      workflows.abortAll();
      await clock.settle();
      clock.stop();
    },
  };
  if (config !== null) {
    const { status, text } = await request({ method: 'PUT', path: '/config', body: config });
    if (status !== 200) {
      await stage.stop();
      throw new Error(`the configuration of the story is refused: ${status} ${text}`);
    }
  }
  return stage;
}

function surroundings(
  tell: (text: string) => void,
  counts: Map<string, number>,
): Surroundings & { readonly metrics: Metrics } {
  let tokens = 0;
  const log = (level: string) => (message: string, facts?: object) => {
    tell(`${level}: ${message} ${JSON.stringify(facts ?? {})}`);
  };
  return {
    now: () => Date.now(),
    // Unguessable is not needed here; different and the same in every run is.
    token: () => createHash('sha256').update(`token ${tokens++}`).digest('hex').slice(0, 32),
    log: { info: () => undefined, warn: log('warn'), error: log('error') },
    count: (metric, value = 1) => {
      counts.set(metric, (counts.get(metric) ?? 0) + value);
    },
    metrics: new Metrics({ namespace: 'InResponse', serviceName: 'stage', logger: SILENT }),
  };
}

/** SES reports each tag with a list of values. */
function listed(tags: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]]));
}
