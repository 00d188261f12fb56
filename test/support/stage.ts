import { createHash } from 'node:crypto';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Incident } from '../../core/incident.ts';
import type { IntegrationKind, Scope } from '../../core/integration.ts';
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { TimelineEntry } from '../../core/timeline.ts';
import type { Advanced } from '../../lambda/app/advance.ts';
import type { Surroundings } from '../../lambda/app/ports.ts';
import { readTimeline } from '../../lambda/app/read-timeline.ts';
import { createIntegrationStore } from '../../lambda/data/integrations.ts';
import type { TableName } from '../../lambda/data/keys.ts';
import type { WorkflowInput } from '../../lambda/data/workflow.ts';
import { incidentStores } from '../../lambda/deps.ts';
import type { HttpResponse } from '../../lambda/http/problem.ts';
import { HANDLERS } from '../../lib/handlers.ts';
import { type ApiRequest, apiEvent } from './api-event.ts';
import { type Dump, startFakeDynamo } from './fake-dynamo.ts';
import { createFakeSes, type SentMail } from './fake-ses.ts';
import { createFakeStepFunctions, type FakeStepFunctions } from './fake-step-functions.ts';
import { currentInvocation, endAllInvocations, invoke as invokeFunction } from './invocations.ts';
import { ENV, FALLBACK, PUBLIC_URL, startProcesses } from './processes.ts';
import { warmUpSdk } from './sdk-warm-up.ts';
import { startVirtualClock, type VirtualClock } from './virtual-clock.ts';
import { createWire, SDK_IDENTITY, type Wire } from './wire.ts';

export { FALLBACK, PUBLIC_URL };
export const ADA = 'ada@example.org';
export const GRACE = 'grace@example.org';

/** One team, on call every day, one service. */
export const DEFAULT_CONFIG = {
  teams: [{ id: 'core', calendar: [{ day: 'default', oncall: ADA, escalation: GRACE }] }],
  services: [{ id: 'checkout', team: 'core' }],
};

const SILENT = { debug() {}, info() {}, warn() {}, error() {}, trace() {} };

/** The functions, by the names that the stories use. */
const FUNCTIONS = {
  api: HANDLERS.processor,
  ingest: HANDLERS.ingest,
  notifier: HANDLERS.notifier,
  reconciler: HANDLERS.reconciler,
  mailEvents: HANDLERS.mailEvents,
};
export type FunctionName = keyof typeof FUNCTIONS;

/** A key of a sender, issued before the story begins. */
export interface IssuedKey {
  readonly key: string;
  readonly kind: IntegrationKind;
  readonly scopes?: readonly Scope[];
}

export interface StageOptions {
  /** Keys of senders of service `checkout`. */
  readonly keys?: readonly IssuedKey[];
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
  /** A request of a sender in its own protocol, to the ingest function. */
  ingest(request: ApiRequest): Promise<ApiAnswer>;
  /** Several requests in the same instant. */
  together(...requests: ApiRequest[]): Promise<ApiAnswer[]>;
  /** One turn of the notifier, as the state machine would ask for it. */
  notify(input: WorkflowInput): Promise<Advanced>;
  sweep(): Promise<unknown>;
  /** Switched on, it runs 20 s later for the first time. */
  setReconciler(on: boolean): void;
  mailEvent(mail: SentMail, event: Record<string, unknown>): Promise<void>;
  incident(incidentId: number): Promise<Incident>;
  timeline(incident: Incident): Promise<readonly TimelineEntry[]>;
  dump(): Promise<Dump>;
  /** Writes a row by hand, as somebody with a console would: `{ name: { S: 'text' } }`. */
  putRow(table: TableName, item: object): Promise<void>;
  counted(metric: string): number;
  /** From now on the clock of this function is off by so much. */
  skew(functionName: FunctionName, ms: number): void;
  /** Calls a function once more as it was called last, and leaves the answer alone. */
  again(functionName: FunctionName): void;
  /** All processes and workflows are gone; what is stored stays, and new processes take over. */
  cutPower(): void;
  stop(): Promise<void>;
}

/** The whole service in this process, on a clock that tests move. Composed as the handlers compose it. */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const { config = DEFAULT_CONFIG, keys = [], start = '2026-11-23T12:00:00Z', reconciler = 20 } = options;
  await warmUpSdk();
  const dynamo = await startFakeDynamo();
  const clock = startVirtualClock(Date.parse(start));
  const startedAt = Date.now();
  const chronicle: { at: number; text: string }[] = [];
  const tell = (text: string) => chronicle.push({ at: Date.now(), text });
  const wire = createWire(clock, tell, cutPower);
  const ses = createFakeSes((mail) => tell(`mail to ${mail.to}: ${mail.subject}`));
  const counts = new Map<string, number>();
  const skews = new Map<string, number>();
  const around = surroundings(tell, counts, skews);

  const latest = new Map<FunctionName, () => Promise<unknown>>();
  function invoke<T>(name: FunctionName, work: () => Promise<T>): Promise<T> {
    latest.set(name, work);
    return clock.watch(invokeFunction(name, FUNCTIONS[name].timeoutSeconds, work));
  }

  const sdk = { ...SDK_IDENTITY };
  const db = DynamoDBDocumentClient.from(
    new DynamoDBClient({ ...sdk, requestHandler: wire.handler('dynamodb', dynamo.serve) }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  const notify = (input: WorkflowInput) => invoke('notifier', () => processes.notifier(input));
  const workflows = createFakeStepFunctions(
    async (input) => structuredClone(await notify(input as unknown as WorkflowInput)) as never,
    tell,
  );
  const clients = {
    db,
    sfn: new SFNClient({ ...sdk, requestHandler: wire.handler('states', workflows.serve) }),
    ses: new SESv2Client({ ...sdk, maxAttempts: 1, requestHandler: wire.handler('ses', ses.serve) }),
  };
  let processes = startProcesses(clients, around);
  const { incidents, timeline } = incidentStores(db, ENV);

  function cutPower(): void {
    tell('the power is cut');
    endAllInvocations();
    workflows.abortAll();
    processes = startProcesses(clients, around);
  }

  async function answer(asked: ApiRequest, work: Promise<HttpResponse>): Promise<ApiAnswer> {
    const answered = await work
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
  const send = (asked: ApiRequest) =>
    answer(
      asked,
      invoke('api', () => processes.api(apiEvent(asked))),
    );

  async function event(asked: ApiRequest): Promise<HttpResponse> {
    const { httpMethod: method, path, queryStringParameters, headers, body } = apiEvent(asked);
    const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const { status, ...rest } = await processes.ingest({
      method,
      path,
      query: queryStringParameters ?? {},
      headers: Object.fromEntries(given),
      rawBody: Buffer.from(body ?? ''),
    });
    return { statusCode: status, ...rest };
  }

  const request = (asked: ApiRequest) => clock.finish(send(asked));

  async function sweep(): Promise<unknown> {
    const result = await invoke('reconciler', () => processes.reconciler());
    if (result.overdue > 0) tell(`reconciler: ${JSON.stringify(result)}`);
    return result;
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
    ingest: (asked) =>
      clock.finish(
        answer(
          asked,
          invoke('ingest', () => event(asked)),
        ),
      ),
    together: (...requests) => clock.finish(Promise.all(requests.map(send))),
    notify,
    sweep,
    setReconciler(on) {
      clearTimeout(reconcilerTimer);
      if (on) runReconciler(20 * SECOND_MS);
    },
    mailEvent: (about, event) =>
      clock.finish(
        invoke('mailEvents', () =>
          processes.mailEvents(
            JSON.stringify({ mail: { messageId: about.messageId, tags: listed(about.tags) }, ...event }),
          ),
        ),
      ),
    async incident(incidentId) {
      const found = await clock.finish(incidents.get(incidentId));
      if (!found) throw new Error(`there is no incident ${incidentId}`);
      return found;
    },
    timeline: (incident) => clock.finish(readTimeline({ timeline }, incident)),
    dump: () => clock.finish(clock.track(dynamo.dump())),
    putRow: (table, item) => clock.finish(clock.track(dynamo.put(table, item))),
    counted: (metric) => counts.get(metric) ?? 0,
    skew: (functionName, ms) => skews.set(functionName, ms),
    again(name) {
      const work = latest.get(name);
      if (work) invoke(name, work).catch((error) => tell(`${name}, called a second time: ${error}`));
    },
    cutPower,
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
  for (const issued of keys) await clock.finish(issue(db, issued));
  return stage;
}

function issue(db: DynamoDBDocumentClient, { key, kind, scopes = ['events'] }: IssuedKey): Promise<void> {
  const integrationId = `int-${kind}`;
  const facts = { integrationId, name: kind, kind, service: 'checkout', scopes, ratePerMinute: 1_000 };
  return createIntegrationStore(db, ENV.integrationTable).add(key, { ...facts, createdAt: Date.now() }, Date.now());
}

function surroundings(
  tell: (text: string) => void,
  counts: Map<string, number>,
  skews: ReadonlyMap<string, number>,
): Surroundings & { readonly metrics: Metrics } {
  let tokens = 0;
  const log = (level: string) => (message: string, facts?: object) => {
    tell(`${level}: ${message} ${JSON.stringify(facts ?? {})}`);
  };
  return {
    now: () => Date.now() + (skews.get(currentInvocation()?.functionName ?? '') ?? 0),
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
