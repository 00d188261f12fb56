import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { ENV } from '../lambda/env.ts';
import { type ApiRequest, apiEvent } from '../test/support/api-event.ts';
import { type Call, startAws } from './aws.ts';
import { cost, PRICED, total, type Usage } from './prices.ts';

/**
 * Counts the AWS calls, DynamoDB request units and state transitions of each operation, and what a thousand incidents cost by them.
 * The handlers are the real ones; their clients are led to `aws.ts` by the SDK's own endpoint variable. `node bench/calls.ts`
 */
const CALL_BUDGET = { 'until the first page': 6, duplicate: 2, acknowledge: 2 };
const PRICE_BUDGET = 0.5;
/** Of one invocation at 512 MB on AWS: assumed, not measured. It is a hundredth of the sum. */
const ASSUMED_SECONDS = 0.2;
const MEMORY_GB = 0.5;
const MINUTES_A_MONTH = 43_800;

/** Moves ahead where a workflow would wait. */
let ahead = 0;
const realNow = Date.now;
Date.now = () => realNow() + ahead;

const aws = await startAws();
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: aws.url,
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
  [ENV.incidentTable]: 'Incident',
  [ENV.serviceTable]: 'Service',
  [ENV.oncallCalendarTable]: 'OncallCalendar',
  [ENV.configTable]: 'Config',
  [ENV.timelineTable]: 'Timeline',
  [ENV.dedupTable]: 'Dedup',
  [ENV.integrationTable]: 'Integration',
  [ENV.payloadTable]: 'Payload',
  [ENV.heartbeatTable]: 'Heartbeat',
  [ENV.adminKeyId]: 'admin-key',
  [ENV.sendKeyId]: 'send-key',
  [ENV.readKeyId]: 'read-key',
  [ENV.stateMachineArn]: 'arn:aws:states:us-east-1:000000000000:stateMachine:escalation',
  [ENV.senderEmail]: 'pager@example.org',
  [ENV.fallbackEmail]: 'fallback@example.org',
  [ENV.configurationSet]: 'pages',
  [ENV.publicUrl]: 'https://inresponse.example.org',
});
const processor = await import('../lambda/handlers/incident-processor.ts');
const notifier = await import('../lambda/handlers/notifier.ts');
const reconciler = await import('../lambda/handlers/reconciler.ts');

type Json = Parameters<StateMachine['run']>[0];
const definition = readFileSync(new URL('../statemachine/escalation.asl.json', import.meta.url), 'utf8');
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:notifier';
const machine = new StateMachine(JSON.parse(definition.replace(/\$\{\w+\}/g, arn)) as StateMachineDefinition);

interface Run {
  /** The calls of each turn of the notifier. */
  readonly turns: readonly Call[][];
  readonly transitions: number;
}

async function request(asked: ApiRequest): Promise<{ calls: Call[]; text: string }> {
  const { statusCode, body } = (await processor.handler(apiEvent(asked), {} as Context)) as {
    statusCode: number;
    body: string;
  };
  if (statusCode >= 300) throw new Error(`${asked.method} ${asked.path}: ${statusCode} ${body}`);
  return { calls: aws.take(), text: body };
}

function raise(service: string, extra: object = {}) {
  const body = {
    service,
    severity: 'CRIT',
    title: '5xx error rate above 5% in payment service',
    message: 'The rate has been above 5% for five minutes; it was 0.2% an hour ago.',
    source: 'prometheus',
    details: { instance: 'athens-7', region: 'eu-central-1', value: 0.0731, threshold: 0.05 },
    ...extra,
  };
  return request({ method: 'PUT', path: '/incidents', body });
}

/** Lets the processor know a service, as in the ten seconds after another incident. */
const others: (string | undefined)[] = [];
async function warm(service: string): Promise<void> {
  await raise(service);
  others.push(aws.started.at(-1));
}

const nothing = async () => undefined;

/** Runs a workflow to its end: the one started last, unless told otherwise. `meanwhile` happens while it waits for the first time. */
async function escalate(meanwhile: () => Promise<unknown> = nothing, input = aws.started.at(-1)): Promise<Run> {
  const turns: Call[][] = [];
  let waited = false;
  const advance = async (task: Json): Promise<Json> => {
    const result = await notifier.handler(task as never, {} as Context);
    turns.push(aws.take());
    if (result.status === 'wait') {
      if (!waited) await meanwhile();
      waited = true;
      ahead += Math.max(0, Date.parse(result.until) - Date.now());
    }
    return structuredClone(result) as never;
  };
  const run = machine.run(JSON.parse(input ?? 'null'), {
    overrides: { taskResourceLocalHandlers: { Advance: advance }, waitTimeOverrides: { WaitUntil: 0 } },
  });
  let transitions = 0;
  const counted = (async () => {
    for await (const { type } of run.eventLogs)
      if (type === 'StateEntered' || type === 'StateRetried') transitions += 1;
  })();
  await run.result;
  await counted;
  return { turns, transitions };
}

/** Up to and with the mail, and what comes after it. */
function cutAtMail(calls: readonly Call[]): [Call[], Call[]] {
  const at = calls.findIndex(({ service }) => service === 'SES') + 1;
  return [calls.slice(0, at), calls.slice(at)];
}

const units = (calls: readonly Call[], kind: 'readUnits' | 'writeUnits') =>
  calls.reduce((sum, call) => sum + call[kind], 0);

function report(name: string, calls: readonly Call[], budget?: number): void {
  const verdict =
    budget === undefined ? '' : calls.length <= budget ? `, budget ${budget}` : `, OVER the budget of ${budget}`;
  console.log(
    `\n${name}: ${calls.length} calls${verdict}; ${units(calls, 'writeUnits')} write units, ${units(calls, 'readUnits')} read units`,
  );
  for (const { service, operation, tables, ...call } of calls) {
    const taken = call.writeUnits > 0 ? `${call.writeUnits} write` : call.readUnits > 0 ? `${call.readUnits} read` : '';
    console.log(`  ${[service, operation, tables].filter(Boolean).join(' ').padEnd(64)}${taken}`);
  }
}

async function untilPaged(name: string, raised: readonly Call[], budget?: number): Promise<Run> {
  const run = await escalate();
  const [first, after] = cutAtMail(run.turns[0] ?? []);
  report(`${name}, until its first page`, [...raised, ...first], budget);
  report('  and then', after);
  return run;
}

const team = {
  id: 'payments',
  timeZone: 'Europe/Berlin',
  calendar: [{ day: 'default', oncall: 'ada@example.org', escalation: 'grace@example.org' }],
};
const services = ['athens', 'berlin'].map((id) => ({ id, team: 'payments' }));
await request({ method: 'PUT', path: '/config', body: { teams: [team], services } });

const budget = CALL_BUDGET['until the first page'];
await untilPaged('the first incident of a deployment', (await raise('athens')).calls);
const cold = await raise('berlin');
await untilPaged('a new incident, its service not known to the processor yet', cold.calls, budget);
await warm('athens');
const raised = await raise('athens');
const run = await untilPaged('a new incident, its service known', raised.calls, budget);
await warm('athens');
const keyed = await raise('athens', { dedupKey: 'athens-5xx' });
const [first] = cutAtMail(
  (
    await escalate(async () => {
      report('a duplicate', (await raise('athens', { dedupKey: 'athens-5xx' })).calls, CALL_BUDGET.duplicate);
    })
  ).turns[0] ?? [],
);
report('a new incident with a dedup key, its service known, until its first page', [...keyed.calls, ...first], budget);

report('an escalation step (the second page)', run.turns[1] ?? []);
console.log(`  states entered in a whole run with two pages: ${run.transitions}`);

const { incidentId } = JSON.parse((await raise('athens')).text);
const acknowledged = await escalate(async () => {
  const change = { method: 'POST', path: `/incidents/${incidentId}`, body: { state: 'CLAIMED' } };
  report('acknowledge by the API', (await request(change)).calls, CALL_BUDGET.acknowledge);
});
report('the waiting workflow of an acknowledged incident wakes', acknowledged.turns[1] ?? []);
console.log(`  states entered in the whole run: ${acknowledged.transitions}`);

await raise('athens');
await escalate(async () => {
  const [, token] = /\/ack\/(\S+)/.exec(aws.mails.at(-1) ?? '') ?? [];
  const path = `/ack/${token}`;
  report('open the page of the acknowledge link', (await request({ method: 'GET', path })).calls);
  report('press its button', (await request({ method: 'POST', path })).calls, CALL_BUDGET.acknowledge);
});

for (const input of others) await escalate(nothing, input);
await reconciler.handler(undefined as never, {} as Context);
const idle = aws.take();
report('the reconciler with nothing to do', idle);

const all = [...raised.calls, ...run.turns.flat()];
const usage: Usage = {
  writeUnits: units(all, 'writeUnits'),
  readUnits: units(all, 'readUnits'),
  transitions: run.transitions,
  mails: all.filter(({ service }) => service === 'SES').length,
  apiRequests: 1,
  invocations: 1 + run.turns.length,
  gigabyteSeconds: (1 + run.turns.length) * ASSUMED_SECONDS * MEMORY_GB,
};
const costs = cost(usage, 1_000);
console.log('\nlist price of 1,000 incidents with two pages each, us-east-1:');
for (const name of PRICED)
  console.log(
    `  ${name.padEnd(16)} ${String(Number(usage[name].toFixed(3))).padStart(5)} each  $${costs[name].toFixed(4)}`,
  );
console.log(
  `  together $${total(costs).toFixed(3)}, ${total(costs) <= PRICE_BUDGET ? '' : 'OVER the '}budget $${PRICE_BUDGET.toFixed(2)}`,
);
const none = { writeUnits: 0, transitions: 0, mails: 0, apiRequests: 0 };
const sweep = {
  ...none,
  readUnits: units(idle, 'readUnits'),
  invocations: 1,
  gigabyteSeconds: ASSUMED_SECONDS * MEMORY_GB,
};
console.log(`idle, the reconciler every minute for a month: $${total(cost(sweep, MINUTES_A_MONTH)).toFixed(3)}`);
console.log(
  `\nthe units of dynalite, of the tables alone, differ in ${aws.disagreements.length} calls (theirs and ours)`,
);
for (const disagreement of aws.disagreements) console.log(`  ${disagreement}`);
aws.stop();
