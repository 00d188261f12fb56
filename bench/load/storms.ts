import { join } from 'node:path';
import { ALERTMANAGER, alertmanagerVersion, startAlertmanager } from './alertmanager.ts';
import { acceptance, distinctEvents, type Event, repeatedEvents, type Sent } from './event.ts';
import { watchInbox } from './inbox.ts';
import {
  DEFAULT_THROTTLE,
  ESCALATES_AFTER_S,
  ESCALATION,
  type InResponse,
  ONCALL,
  SERVICES,
  startInResponse,
} from './inresponse.ts';
import type { Part, Run } from './report.ts';
import { storm } from './senders.ts';
import { type Findings, verify } from './verify.ts';

export interface StormOptions {
  readonly directory: string;
  readonly events: number;
  readonly senders: number;
}

const WARM_UP_EVENTS = 100;
/**
 * Writes that a storm of one key may cost beyond one an event: every sender may come before the incident is there, take a number, and
 * lose the race for the lock; the incident is created, paged twice and written down; the reconciler sweeps.
 */
const extraWrites = (senders: number) => 3 * senders + 100;

/** One key, again and again: one incident, an exact count, one write an event, and the pages of one incident. */
export async function sameKeyStorm({ directory, events, senders }: StormOptions): Promise<Part> {
  const runtime = await startInResponse(join(directory, 'same-key'));
  const inbox = watchInbox(runtime);
  const send = runtime.send(SERVICES.escalating);
  // The one that comes alone shows what pages one incident is owed.
  const before = await storm([...repeatedEvents('warm-up', WARM_UP_EVENTS), { id: 'alone', key: 'alone' }], 1, send);
  const calls = await writesSoFar(runtime);
  const sent = await storm(repeatedEvents('storm', events), senders, send);
  const findings = await verify(runtime, inbox, [...before, ...sent], [ONCALL, ESCALATION]);
  const writes = (await writesSoFar(runtime)) - calls;
  const accepted = sent.filter(acceptance).length;
  const bound = accepted + extraWrites(senders);
  const run = await concluded(runtime, inbox, sent, findings, [
    `${findings.things - 2} incident with a count of ${findings.duplicates - (WARM_UP_EVENTS - 1) + 1}; ${ONCALL} paged at once and ${ESCALATION} after ${ESCALATES_AFTER_S} s, as for an incident of a single event.`,
    `${writes} DynamoDB writes for ${accepted} events: ${(writes / accepted).toFixed(3)} an event.`,
  ]);
  const unbounded = writes > bound ? [`${writes} writes, at most ${bound} expected`] : [];
  const runs: Run[] = [{ ...run, broken: [...run.broken, ...unbounded] }];
  if (ALERTMANAGER)
    runs.push(await againstAlertmanager(join(directory, 'same-key-am'), repeatedEvents('storm', events), senders));
  return { title: `One dedup key, ${events.toLocaleString('en')} events, ${senders} senders`, runs };
}

/** As many incidents as are taken in: each is there, and paged once. */
export async function distinctStorm({ directory, events, senders }: StormOptions): Promise<Part> {
  const runtime = await startInResponse(join(directory, 'distinct'));
  const inbox = watchInbox(runtime);
  const send = runtime.send(SERVICES.quiet);
  const before = await storm(distinctEvents('warm-up', WARM_UP_EVENTS), 1, send);
  const calls = await writesSoFar(runtime);
  const sent = await storm(distinctEvents('storm', events), senders, send);
  const findings = await verify(runtime, inbox, [...before, ...sent], [ONCALL]);
  const writes = (await writesSoFar(runtime)) - calls;
  const note = `${(writes / sent.length).toFixed(2)} DynamoDB writes an incident, its page included.`;
  const runs = [await concluded(runtime, inbox, sent, findings, [note])];
  if (ALERTMANAGER)
    runs.push(await againstAlertmanager(join(directory, 'distinct-am'), distinctEvents('storm', events), senders));
  return { title: `Distinct incidents, ${events.toLocaleString('en')} events, ${senders} senders`, runs };
}

/** The same, against the throttle that a deployment has by default: what is refused is refused clearly, and is not there. */
export async function throttledStorm({ directory, events }: Omit<StormOptions, 'senders'>): Promise<Part> {
  const { rate, burst } = DEFAULT_THROTTLE;
  const runtime = await startInResponse(join(directory, 'throttled'), DEFAULT_THROTTLE);
  const inbox = watchInbox(runtime);
  const sent = await storm(distinctEvents('storm', events), events, runtime.send(SERVICES.quiet));
  const findings = await verify(runtime, inbox, sent, [ONCALL]);
  const note = `nobody sends again what is refused; there are ${findings.things} incidents, none of a refused event.`;
  const run = await concluded(runtime, inbox, sent, findings, [note]);
  const title = `Distinct incidents, ${events.toLocaleString('en')} events at once, with the default throttle (${rate} a second, ${burst} at once)`;
  return { title, runs: [run] };
}

async function writesSoFar(runtime: InResponse): Promise<number> {
  const calls = await runtime.calls();
  return ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'].reduce(
    (sum, operation) => sum + (calls[`DynamoDB.${operation}`] ?? 0),
    0,
  );
}

async function concluded(
  runtime: InResponse,
  inbox: { stop(): void },
  sent: readonly Sent[],
  findings: Findings,
  notes: readonly string[],
): Promise<Run> {
  inbox.stop();
  await runtime.stop();
  const twice = findings.twice.map(({ key, at }) => `${key} was paged ${at.length} times to one person`);
  const lost = findings.lost.map((key) => `lost: ${key}`);
  const errors = [...runtime.errors].map(([kind, count]) => `logged ${count} times: ${kind}`);
  return {
    subject: 'InResponse',
    sent,
    findings,
    notes: [...notes, ...errors],
    broken: [...lost, ...twice, ...findings.faults],
  };
}

async function againstAlertmanager(directory: string, events: readonly Event[], senders: number): Promise<Run> {
  const alertmanager = await startAlertmanager(directory, 0);
  await storm(distinctEvents('warm-up', WARM_UP_EVENTS), 1, alertmanager.send);
  const sent = await storm(events, senders, alertmanager.send);
  const findings = await alertmanager.verify(sent);
  await alertmanager.stop();
  const note = `${findings.things} notified; nothing of it is on the disk, and nothing is counted.`;
  return { subject: `Alertmanager ${alertmanagerVersion()}`, sent, findings, notes: [note], broken: [] };
}
