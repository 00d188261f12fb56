import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../statistics.ts';
import { ALERTMANAGER, alertmanagerVersion, startAlertmanager } from './alertmanager.ts';
import { acceptance, distinctEvents, type Send, type Sent } from './event.ts';
import { watchInbox } from './inbox.ts';
import { ONCALL, SERVICES, startInResponse } from './inresponse.ts';
import type { Part, Run } from './report.ts';
import { clock, steady, storm } from './senders.ts';
import { type Findings, verify } from './verify.ts';

export interface SteadyLoad {
  readonly directory: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
}

const WARM_UP_EVENTS = 100;
/** After the last turn, for the senders: a backlog is worked off, not given up. */
const PATIENCE_MS = 600_000;
/** Alertmanager's own default of `group_wait`. */
const DEFAULT_GROUP_WAIT_S = 30;
const CAUGHT_UP_MS = 1_000;

/** Steadily so many a second, killed in the middle and started again on the same data; senders send again until they are answered. */
export async function steadyWithKill(load: SteadyLoad): Promise<Part> {
  const runs = [await inResponse(load)];
  if (ALERTMANAGER) {
    runs.push(await alertmanager(load, 0));
    runs.push(
      await alertmanager({ ...load, seconds: Math.min(load.seconds, 2 * DEFAULT_GROUP_WAIT_S) }, DEFAULT_GROUP_WAIT_S),
    );
  }
  return { title: `${load.ratePerSecond} a second for ${load.seconds} s, \`kill -9\` and restart in the middle`, runs };
}

async function inResponse({ directory, ratePerSecond, seconds }: SteadyLoad): Promise<Run> {
  const runtime = await startInResponse(join(directory, `steady-${ratePerSecond}`));
  const inbox = watchInbox(runtime);
  const send = runtime.send(SERVICES.quiet);
  const before = await storm(distinctEvents('warm-up', WARM_UP_EVENTS), 1, send);
  const events = distinctEvents('steady', ratePerSecond * seconds);
  const sending = steady(events, { ratePerSecond, patienceMs: PATIENCE_MS }, send);
  const outage = await killInTheMiddle(runtime, seconds);
  const sent = await sending;
  const findings = await verify(runtime, inbox, [...before, ...sent], [ONCALL]);
  inbox.stop();
  await runtime.stop();

  const { killedAt } = outage;
  const byTheKill = findings.twice.filter(
    ({ at }) => at.length === 2 && (at[0] ?? 0) < killedAt && (at[1] ?? 0) > killedAt,
  );
  const pagedAt = sent.flatMap(({ event, dueAt }) => dueAt + (findings.pageDelays.get(event.key) ?? Number.NaN));
  const firstPage = Math.min(...pagedAt.filter((at) => at > killedAt));
  const repeated = sent.filter(({ attempts }) => attempts.length > 1).length;
  const errors = [...runtime.errors].map(([kind, count]) => `logged ${count} times: ${kind}`);
  const unexplained = findings.twice.filter((each) => !byTheKill.includes(each));
  return {
    subject: 'InResponse',
    sent,
    findings,
    notes: [
      ...gap(sent, outage),
      `first page ${inSeconds(firstPage - killedAt)} after the kill.`,
      `${repeated} events were sent more than once; ${findings.duplicates} of the repeats were counted on an incident that was there already, none made a second one.`,
      `${byTheKill.length} pages went out twice because the process died between sending and writing down.`,
      ...errors,
    ],
    broken: [
      ...findings.lost.map((key) => `lost: ${key}`),
      ...unexplained.map(({ key, at }) => `${key} was paged ${at.length} times, not because of the kill`),
      ...findings.faults,
    ],
  };
}

async function alertmanager({ directory, ratePerSecond, seconds }: SteadyLoad, groupWait: number): Promise<Run> {
  const server = await startAlertmanager(join(directory, `steady-am-${groupWait}`), groupWait);
  await storm(distinctEvents('warm-up', WARM_UP_EVENTS), 1, server.send);
  const events = distinctEvents('steady', ratePerSecond * seconds);
  const sending = steady(events, { ratePerSecond, patienceMs: PATIENCE_MS }, server.send);
  const outage = await killInTheMiddle(server, seconds);
  const sent = await sending;
  const findings = await server.verify(sent);
  const known = await server.known();
  await server.stop();
  const early = sent.filter((each) => (acceptance(each)?.endedAt ?? Number.POSITIVE_INFINITY) < outage.killedAt);
  const forgotten = early.filter(({ event }) => !known.has(event.key));
  return {
    subject: `Alertmanager ${alertmanagerVersion()}, group_wait ${groupWait}s`,
    sent,
    findings,
    notes: [
      ...gap(sent, outage),
      `${forgotten.length} of the ${early.length} alerts accepted before the kill are forgotten after it; ${findings.lost.length} accepted alerts were never notified. (A Prometheus sends again what still fires, about every minute; a sender that was answered once does not.)`,
    ],
    broken: [],
  };
}

interface Outage {
  readonly killedAt: number;
  /** From the kill until it says that it is ready. */
  readonly readyMs: number;
  /** Starts that ended by themselves, each with its last words. */
  readonly failedStarts: readonly string[];
}

const MOST_STARTS = 5;

/** Starts it again as a supervisor would: at once, and once more when it does not come up. */
async function killInTheMiddle(
  server: { kill(): Promise<void>; restart(): Promise<number> },
  seconds: number,
): Promise<Outage> {
  await pause((seconds * 1_000) / 2);
  const killedAt = clock();
  await server.kill();
  const failedStarts: string[] = [];
  for (;;) {
    try {
      await server.restart();
      return { killedAt, readyMs: clock() - killedAt, failedStarts };
    } catch (error) {
      const lastWords = String(error).trim().split('\n').at(-1) ?? '';
      failedStarts.push(`a start after the kill failed, ${inSeconds(clock() - killedAt)} after it: ${lastWords}`);
      if (failedStarts.length === MOST_STARTS) throw error;
    }
  }
}

function gap(sent: readonly Sent[], { killedAt, readyMs, failedStarts }: Outage): string[] {
  const accepted = sent.flatMap((each) => {
    const at = acceptance(each)?.endedAt;
    return at === undefined ? [] : [{ at, dueAt: each.dueAt }];
  });
  const firstAnswer = Math.min(...accepted.map(({ at }) => at).filter((at) => at > killedAt));
  const late = accepted.filter(({ at, dueAt }) => dueAt > killedAt && at - dueAt > CAUGHT_UP_MS);
  const lastLate = late.reduce((latest, { dueAt }) => Math.max(latest, dueAt), killedAt);
  const end = sent.at(-1)?.dueAt ?? killedAt;
  const caughtUp =
    lastLate >= end - CAUGHT_UP_MS
      ? 'answers were still more than 1 s late when the last event was sent'
      : `answers were within 1 s again for events from ${inSeconds(lastLate - killedAt)} after the kill on`;
  return [
    ...failedStarts,
    `ready ${inSeconds(readyMs)} after the kill, first answer after ${inSeconds(firstAnswer - killedAt)}; ${caughtUp}.`,
  ];
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** Seconds of each try. */
const TRY_S = 20;
const STEP = 5;
const HIGHEST = 150;
/** Sustained: of the second half's events, 99 of 100 were paged so soon after their turn. */
const SUSTAINED_P99_MS = 1_000;

/** The highest multiple of 5 a second at which pages do not fall behind, each rate tried on a process of its own. */
export async function highestRate({ directory }: { readonly directory: string }): Promise<string> {
  const tries: string[] = [];
  let low = 0;
  let high = HIGHEST + STEP;
  while (high - low > STEP) {
    const ratePerSecond = Math.round((low + high) / 2 / STEP) * STEP;
    const p99 = await tryRate(join(directory, `rate-${ratePerSecond}`), ratePerSecond);
    const sustained = p99 <= SUSTAINED_P99_MS;
    tries.push(`${ratePerSecond} a second: ${Math.round(p99).toLocaleString('en')} ms`);
    if (sustained) low = ratePerSecond;
    else high = ratePerSecond;
  }
  return `Sustained without a kill: **${low} a second** (p99 of event to page, in the second half of ${TRY_S} s, at most ${SUSTAINED_P99_MS} ms; ${tries.join(', ')}).`;
}

async function tryRate(directory: string, ratePerSecond: number): Promise<number> {
  const runtime = await startInResponse(directory);
  const inbox = watchInbox(runtime);
  const send: Send = runtime.send(SERVICES.quiet);
  const before = await storm(distinctEvents('warm-up', WARM_UP_EVENTS), 1, send);
  const events = distinctEvents('steady', ratePerSecond * TRY_S);
  const sent = await steady(events, { ratePerSecond, patienceMs: PATIENCE_MS }, send);
  const findings: Findings = await verify(runtime, inbox, [...before, ...sent], [ONCALL]);
  inbox.stop();
  await runtime.stop();
  if (findings.lost.length > 0) throw new Error(`lost at ${ratePerSecond} a second: ${findings.lost.join(', ')}`);
  const late = sent.slice(sent.length / 2);
  return percentile(
    late.map(({ event }) => findings.pageDelays.get(event.key) ?? Number.POSITIVE_INFINITY),
    0.99,
  );
}
