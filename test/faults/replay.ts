import type { Incident } from '../../core/incident.ts';
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { TimelineEntry } from '../../core/timeline.ts';
import { chronicle, linkOf } from '../acceptance/reading.ts';
import type { Deed, Scene, Script } from '../acceptance/script.ts';
import type { ApiRequest } from '../support/api-event.ts';
import { mailOf, type SentMail } from '../support/fake-ses.ts';
import { type ApiAnswer, type FunctionName, type Stage, type StageOptions, startStage } from '../support/stage.ts';
import type { Mishap, WireCall } from '../support/wire.ts';
import { fits, type Injection, OUTAGE_MS, SERVER_ERROR, SKEW_MS, type Trouble } from './plan.ts';

/** A mail, with its incident as an index: faults leave gaps in the numbers. */
export interface Page {
  /** Milliseconds from the beginning. */
  readonly at: number;
  /** Recipient, incident and subject: two mails with the same key are the same page, or its repetition. */
  readonly key: string;
  readonly incident: number;
  readonly mail: SentMail;
}

/** What somebody asked for, tried again until it was answered. Milliseconds from the beginning. */
export interface Exchange {
  readonly request: ApiRequest;
  readonly from: number;
  readonly to: number;
  readonly tries: number;
  readonly status: number;
}

export interface Hit {
  readonly trouble: Trouble;
  readonly call: WireCall;
  readonly at: number;
}

export interface Ended {
  /** The same with faults and without, as the number is not. */
  readonly label: string;
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
}

export interface Replay {
  readonly calls: readonly WireCall[];
  readonly pages: readonly Page[];
  readonly exchanges: readonly Exchange[];
  readonly ended: readonly Ended[];
  readonly hits: readonly Hit[];
  /** Keys of pages whose outcome nobody heard, or lived to write down; each as often as that happened. */
  readonly unheard: readonly string[];
  /** Scenes that were left out, because they are about a mail that was not sent. */
  readonly withoutMail: number;
  /** When the last thing happened that is not a sweep with nothing to do; milliseconds from the beginning. */
  readonly quietFrom: number;
  /** When everything had come to rest, in milliseconds since the epoch. */
  readonly endedAt: number;
  readonly chronicle: string;
}

/** After the end of a story, everything that a fault made late still has this long. */
const REST_MS = 8 * MINUTE_MS;
const WRITES = /^(Put|Update|Send|BatchWrite|Start)/;
const TRY_AGAIN_MS = 5 * SECOND_MS;
const MOST_TRIES = 20;
/** Lambda tries an asynchronous event again after one minute and after two more. */
const DELIVER_AGAIN_MS = [MINUTE_MS, 2 * MINUTE_MS];
const LONGEST_WAIT_FOR_MAIL_MS = 5 * MINUTE_MS;

/**
 * Plays the story as patient people and senders would: what is answered 5xx is asked again every five seconds, a link is opened once its
 * mail is there. What the story expects is left aside; `reference`, the same story without trouble, says what is what.
 */
export async function replay(
  options: StageOptions,
  script: Script,
  plan: readonly Injection[] = [],
  reference?: Replay,
): Promise<Replay> {
  const stage = await startStage(options);
  const exchanges: Exchange[] = [];
  const since = () => Date.now() - stage.startedAt;
  const firstCall = stage.wire.calls.length;
  const hits = makeTrouble(stage, plan);
  const deeds = deedsOf(script);
  let withoutMail = 0;
  try {
    for (const [index, { at, deed }] of deeds.entries()) {
      await stage.clock.advanceTo(stage.startedAt + at);
      await perform(deed, index);
    }
    await stage.clock.advanceTo(
      stage.startedAt + Math.min(reference?.quietFrom ?? Number.POSITIVE_INFINITY, lastWanted(script)) + REST_MS,
    );
    // Before anything else is asked: what is looked at now is no part of the story.
    const calls = stage.wire.calls.slice(firstCall);
    stage.wire.heal();
    const incidents = await incidentsOf(stage);
    const ids = incidents.map(({ id }) => id);
    const ended: Ended[] = [];
    for (const { id, label } of incidents) {
      const incident = await stage.incident(id);
      ended.push({ label, incident, timeline: await stage.timeline(incident) });
    }
    const pages = stage.mails.map((mail) => pageOf(mail, ids, stage.startedAt));
    const unheard = calls
      .filter((call) => call.service === 'ses' && (call.invocation?.dead || hits.some((hit) => hides(hit, call))))
      .map((call) => keyOf(mailOf(call), ids));
    const busy = calls.filter(
      ({ invocation, operation }) => invocation?.functionName !== 'reconciler' || WRITES.test(operation),
    );
    const last = Math.max(0, ...busy.map(({ at }) => at - stage.startedAt));
    const quietFrom = Math.max(last, deeds.at(-1)?.at ?? 0);
    const endedAt = Date.now();
    return {
      calls,
      pages,
      exchanges,
      ended,
      hits,
      unheard,
      withoutMail,
      quietFrom,
      endedAt,
      chronicle: chronicle(stage),
    };
  } finally {
    await stage.stop();
  }

  async function perform(deed: Deed, index: number): Promise<void> {
    switch (deed.kind) {
      case 'request':
        return ask(await translated(keyed(deed.request, index)), (request) => stage.request(request));
      case 'ingest':
        return ask(deed.request, (request) => stage.ingest(request));
      case 'link': {
        const mail = await mailLike(deed.mail);
        if (!mail) return leftOut();
        const path = linkOf(mail, deed.label);
        return ask({ method: deed.method, path }, (request) => stage.request(request));
      }
      case 'report':
        return report(await mailLike(deed.mail), deed.event);
      default:
        throw new Error(`a story with a scene of kind ${deed.kind} makes its own trouble`);
    }
  }

  /** What is about a mail cannot happen when somebody acknowledged before the mail, late by a fault, was sent. */
  function leftOut(): void {
    withoutMail += 1;
  }

  async function ask(request: ApiRequest, send: (request: ApiRequest) => Promise<ApiAnswer>): Promise<void> {
    const from = since();
    for (let tries = 1; ; tries++) {
      const { status } = await send(request);
      if ((status < 500 && status !== 429) || tries === MOST_TRIES) {
        exchanges.push({ request, from, to: since(), tries, status });
        return;
      }
      await stage.clock.advanceTo(Date.now() + TRY_AGAIN_MS);
    }
  }

  async function report(mail: SentMail | undefined, event: Record<string, unknown>): Promise<void> {
    if (!mail) return leftOut();
    for (const wait of [...DELIVER_AGAIN_MS, undefined]) {
      const taken = await stage.mailEvent(mail, event).then(
        () => true,
        () => false,
      );
      if (taken || wait === undefined) return;
      await stage.clock.advanceTo(Date.now() + wait);
    }
  }

  /** The mail that is to this run what number `index` is to the reference; waits for it a while. */
  async function mailLike(index: number): Promise<SentMail | undefined> {
    if (!reference) return stage.mails[index];
    const wanted = reference.pages[index]?.key;
    const limit = Date.now() + LONGEST_WAIT_FOR_MAIL_MS;
    for (;;) {
      const ids = (await incidentsOf(stage)).map(({ id }) => id);
      const found = stage.mails.find((mail) => pageOf(mail, ids, 0).key === wanted);
      if (found || Date.now() >= limit) return found;
      await stage.clock.advanceTo(Date.now() + TRY_AGAIN_MS);
    }
  }

  /** Numbers of incidents, as the story knows them, become those of this run. */
  async function translated(request: ApiRequest): Promise<ApiRequest> {
    const { path, body } = request;
    if (!reference || !/\b1\d{4}\b/.test(`${path} ${JSON.stringify(body)}`)) return request;
    const here = await incidentsOf(stage);
    const swap = (text: string) =>
      text.replace(/\b1\d{4}\b/g, (number) => {
        const label = reference.ended.find(({ incident }) => String(incident.incidentId) === number)?.label;
        return String(here.find((one) => one.label === label)?.id ?? number);
      });
    return {
      ...request,
      path: swap(path),
      ...(body === undefined ? {} : { body: JSON.parse(swap(JSON.stringify(body))) }),
    };
  }
}

/** When the last thing is done, or the last mail is expected: the end of a story may be a week later, to show that nothing follows. */
function lastWanted(script: Script): number {
  const moments = [...deedsOf(script).map(({ at }) => at), ...script.expected.map(({ to }) => to)];
  return Math.min(script.end, Math.max(0, ...moments));
}

function deedsOf({ scenes }: Script): Scene[] {
  return scenes.filter(({ deed }) => deed.kind !== 'check');
}

/** A sender that repeats what was not answered must say that it is the same event: with a dedup key. */
function keyed(request: ApiRequest, index: number): ApiRequest {
  if (request.method !== 'PUT' || request.path !== '/incidents') return request;
  return { ...request, body: { dedupKey: `event-${index}`, ...(request.body as object) } };
}

/** Each with its dedup key, and which one of that key it is: what it is called with faults and without. In the order of these labels. */
async function incidentsOf(stage: Stage): Promise<{ readonly id: number; readonly label: string }[]> {
  const { Incident: rows } = await stage.dump();
  const all = (rows as { incidentId: { N: string }; dedupKey?: { S: string } }[])
    .map(({ incidentId, dedupKey }) => ({ id: Number(incidentId.N), key: dedupKey?.S ?? '' }))
    .sort((a, b) => a.id - b.id);
  return all
    .map(({ id, key }, index) => ({
      id,
      label: `${key}/${all.slice(0, index).filter((one) => one.key === key).length}`,
    }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}

function pageOf(mail: SentMail, ids: readonly number[], startedAt: number): Page {
  const incident = ids.indexOf(Number(mail.tags.incidentId));
  return { at: mail.at - startedAt, key: keyOf(mail, ids), incident, mail };
}

function keyOf({ to, subject, tags }: Pick<SentMail, 'to' | 'subject' | 'tags'>, ids: readonly number[]): string {
  return `${to} ${ids.indexOf(Number(tags.incidentId))} ${subject.replace(/#\d+/, '#')}`;
}

/** True when the fault keeps what became of this mail from being known, or from being written down. */
function hides({ trouble, call }: Hit, send: WireCall): boolean {
  if (trouble === 'outage') return send.at >= call.at - OUTAGE_MS && send.at <= call.at + OUTAGE_MS;
  return call === send && (trouble === 'lose answer' || trouble === 'straggle' || trouble === 'twice');
}

/** Arranges for the troubles of the plan; what of it came to pass is in the answer, which grows. */
function makeTrouble(stage: Stage, plan: readonly Injection[]): readonly Hit[] {
  const hits: Hit[] = [];
  let count = 0;
  stage.wire.fault({
    mishap: SERVER_ERROR,
    when() {
      count += 1;
      return false;
    },
  });
  for (const { call: wanted, trouble } of plan) {
    let over = 0;
    let service = '';
    stage.wire.fault({
      times: Number.POSITIVE_INFINITY,
      mishap: mishapOf(trouble),
      when(call) {
        if (count !== wanted) return call.service === service && Date.now() < over;
        // An earlier trouble may have moved the numbers.
        if (!fits(trouble, call)) return false;
        hits.push({ trouble, call, at: Date.now() - stage.startedAt });
        if (trouble === 'outage') {
          over = Date.now() + OUTAGE_MS;
          service = call.service;
        }
        return makesMishap(stage, trouble, call);
      },
    });
  }
  return hits;
}

function mishapOf(trouble: Trouble): Mishap {
  switch (trouble) {
    case 'server error':
    case 'outage':
    case 'clock ahead':
    case 'clock behind':
    case 'called twice':
      return SERVER_ERROR;
    default:
      return trouble;
  }
}

/** Does what is not a mishap of the call itself; false lets the call go through. */
function makesMishap(stage: Stage, trouble: Trouble, { invocation }: WireCall): boolean {
  const functionName = invocation?.functionName as FunctionName;
  switch (trouble) {
    case 'clock ahead':
      stage.skew(functionName, SKEW_MS);
      return false;
    case 'clock behind':
      stage.skew(functionName, -SKEW_MS);
      return false;
    case 'called twice':
      stage.again(functionName);
      return false;
    default:
      return true;
  }
}
