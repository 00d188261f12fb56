import { setTimeout as pause } from 'node:timers/promises';
import { acceptance, isAccepted, isRefusal, type Sent } from './event.ts';
import type { Inbox, Page } from './inbox.ts';
import type { InResponse } from './inresponse.ts';
import { clock } from './senders.ts';

/** What became of what was sent. Everything in `lost` and `faults` breaks a promise; `twice` does unless a kill explains it. */
export interface Findings {
  /** Things to be told of: incidents, or what Alertmanager makes of them. */
  readonly things: number;
  /** Keys of accepted events that are not there, or were never paged. */
  readonly lost: readonly string[];
  readonly twice: readonly Twice[];
  /** Wrong counts, second incidents, incidents of refused events. */
  readonly faults: readonly string[];
  /** Events that were counted on what was there already. */
  readonly duplicates: number;
  /** By key, from the turn of its first event to its first page, in milliseconds. */
  readonly pageDelays: ReadonlyMap<string, number>;
}

/** One person, paged more than once about one thing; instants of the pages. */
export interface Twice {
  readonly key: string;
  readonly at: readonly number[];
}

interface Incident {
  readonly incidentId: number;
  readonly dedupKey: string | null;
  readonly count: number;
  readonly escalation: { readonly pages: readonly { readonly status: string }[] };
}

/** A delivery that a crash left is sent again 75 s after it was claimed; the reconciler may add a minute and a half. */
const PATIENCE_MS = 180_000;
const LOOK_EVERY_MS = 500;

/** Waits until everybody owed a page has it, and nothing is under way; then compares what was sent with what is there. */
export async function verify(
  runtime: Pick<InResponse, 'read'>,
  inbox: Inbox,
  sent: readonly Sent[],
  recipients: readonly string[],
): Promise<Findings> {
  await untilPaged(inbox, sent, recipients.length);
  const stored = await settled(runtime);
  await inbox.refresh();
  return compare(sent, stored, inbox.byIncident(), recipients);
}

/** Returns early when for a long time no page has come: then some are lost. */
async function untilPaged(inbox: Inbox, sent: readonly Sent[], pagesEach: number): Promise<void> {
  const owed = new Set(sent.map((each) => acceptance(each)?.answer?.incidentId).filter((id) => id !== undefined));
  const missing = () => {
    const paged = inbox.byIncident();
    return [...owed].filter((incidentId) => (paged.get(incidentId)?.length ?? 0) < pagesEach).length;
  };
  let least = Number.POSITIVE_INFINITY;
  for (let lastProgress = clock(); clock() - lastProgress < PATIENCE_MS; await pause(LOOK_EVERY_MS)) {
    await inbox.refresh();
    const left = missing();
    if (left === 0) return;
    if (left < least) lastProgress = clock();
    least = Math.min(least, left);
  }
}

/** All incidents, once no page of any is planned for now, or being sent. */
async function settled(runtime: Pick<InResponse, 'read'>): Promise<Incident[]> {
  const incidents = await listIncidents(runtime);
  const underWay = ({ escalation }: Incident) => escalation.pages.some(({ status }) => /pending|claimed/.test(status));
  const final: Incident[] = [];
  const giveUpAt = clock() + PATIENCE_MS;
  for (const listed of incidents) {
    let incident = listed;
    while (underWay(incident) && clock() < giveUpAt) {
      await pause(LOOK_EVERY_MS);
      incident = (await runtime.read(`/incidents/${incident.incidentId}`)) as Incident;
    }
    final.push(incident);
  }
  return final;
}

async function listIncidents(runtime: Pick<InResponse, 'read'>): Promise<Incident[]> {
  const found: Incident[] = [];
  let cursor = '';
  do {
    const page = (await runtime.read(`/incidents?limit=100${cursor}`)) as {
      readonly incidents: readonly Incident[];
      readonly next: string | null;
    };
    found.push(...page.incidents);
    cursor = page.next === null ? '' : `&cursor=${page.next}`;
  } while (cursor !== '');
  return found;
}

/** Exported for its test: the rules, without the waiting. */
export function compare(
  sent: readonly Sent[],
  stored: readonly Incident[],
  pages: ReadonlyMap<number, readonly Page[]>,
  recipients: readonly string[],
): Findings {
  const lost: string[] = [];
  const twice: Twice[] = [];
  const faults: string[] = [];
  const pageDelays = new Map<string, number>();
  let duplicates = 0;
  const byKey = Map.groupBy(stored, ({ dedupKey }) => dedupKey ?? '');
  const sentByKey = Map.groupBy(sent, ({ event }) => event.key);
  for (const key of byKey.keys())
    if (!sentByKey.has(key)) faults.push(`there is an incident of ${key}, which nobody sent`);

  for (const [key, events] of sentByKey) {
    const attempts = events.flatMap((each) => each.attempts);
    const accepted = attempts.filter(isAccepted);
    const mayHaveCounted = attempts.filter((attempt) => !isRefusal(attempt)).length;
    const [incident, ...more] = byKey.get(key) ?? [];
    if (more.length > 0) faults.push(`${key} has ${more.length + 1} incidents`);
    if (incident === undefined) {
      if (accepted.length > 0) lost.push(key);
      continue;
    }
    const { incidentId, count } = incident;
    duplicates += count - 1;
    if (mayHaveCounted === 0) faults.push(`${key} was refused, and there is incident ${incidentId}`);
    if (count < accepted.length || count > mayHaveCounted) {
      faults.push(`${key}: count ${count}, ${accepted.length} accepted, ${mayHaveCounted} not refused`);
    }
    const answered = new Set(accepted.map(({ answer }) => answer?.incidentId));
    if (answered.size > 1 || (answered.size === 1 && !answered.has(incidentId))) {
      faults.push(`${key} is incident ${incidentId}, answered as ${[...answered].join(', ')}`);
    }
    const mails = pages.get(incidentId) ?? [];
    const byPerson = Map.groupBy(mails, ({ to }) => to);
    const missing = recipients.filter((person) => !byPerson.has(person));
    if (missing.length > 0 && accepted.length > 0) lost.push(`${key} (${missing.join(', ')} not paged)`);
    for (const [person, theirs] of byPerson) {
      if (!recipients.includes(person)) faults.push(`${key}: ${person} was paged, and should not have been`);
      if (theirs.length > 1) twice.push({ key, at: theirs.map(({ sentAt }) => sentAt) });
    }
    const [first] = mails;
    if (first)
      pageDelays.set(key, first.sentAt - events.reduce((least, { dueAt }) => Math.min(least, dueAt), Infinity));
  }
  return { things: stored.length, lost, twice, faults, duplicates, pageDelays };
}
