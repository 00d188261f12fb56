import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import { SKEW_MS } from './plan.ts';
import type { Ended, Page, Replay } from './replay.ts';

/**
 * How late one fault may make a page: the lease of a sender that died (75 s), what the reconciler waits (30 s) and its period (60 s), and
 * fifteen seconds for a sender to ask again.
 */
export const LATE_MS = 3 * MINUTE_MS;
/** After an acknowledgement was answered, a page that was claimed before may leave: ten seconds after its claim, and SES has eleven to take it. */
export const AFTER_ACKNOWLEDGEMENT_MS = 25 * SECOND_MS;

const HEARTBEAT = /heartbeat\//;
const ASKS = /\/(responders|escalate|assign)$/;
const NOTICE = /^(On|Off) call /;
/** How paging went, which pages() looks at; everything else of a timeline is the same with faults and without. */
const OF_PAGING = ['repaired', 'notify_failed', 'notified', 'escalated', 'escalation_finished'];

/**
 * Holds a run with faults against the same story without, and answers every promise of docs/guarantees.md that it breaks. `faults`
 * is how many there were: each may make things late, and each may cost one page twice, where the provider's answer was not heard.
 */
export function broken(reference: Replay, run: Replay, faults: number): string[] {
  return [
    ...unanswered(reference, run),
    ...pages(reference, run, faults * LATE_MS),
    ...(run.withoutMail > 0 ? [] : states(reference, run)),
    ...run.ended.flatMap(timelineFaults),
    ...(run.withoutMail > 0 ? [] : changesNotWrittenDown(reference, run)),
    ...owed(run, faults * LATE_MS),
    ...sharedKeys(run),
  ];
}

/** (a) What was accepted without faults is accepted with them, if the sender keeps asking. */
function unanswered(reference: Replay, run: Replay): string[] {
  return run.exchanges.flatMap(({ request, status, tries }, index) => {
    const wanted = reference.exchanges[index]?.status ?? 0;
    return status >= 500 || (wanted < 300 && status >= 300 && tries === 1)
      ? [`${request.method} ${request.path}: ${status} after ${tries} tries, and ${wanted} without faults`]
      : [];
  });
}

/** (a), (b), (c): everybody who is paged without faults is paged, nobody else, and nobody more often than the answers lost explain. */
function pages(reference: Replay, run: Replay, late: number): string[] {
  const early = SECOND_MS + (run.hits.some(({ trouble }) => trouble.startsWith('clock')) ? SKEW_MS : 0);
  const left = [...run.pages];
  const missing = reference.pages.filter((page) => {
    const found = left.findIndex(({ key, at }) => key === page.key && at >= page.at - early && at <= page.at + late);
    if (found >= 0) left.splice(found, 1);
    return found < 0 && !calledOff(page, run, late) && !NOTICE.test(page.mail.subject);
  });
  const twice = [...run.unheard, ...askedAgain(reference, run)];
  const extra = left.filter((page) => {
    const known = twice.indexOf(page.key);
    if (known >= 0) twice.splice(known, 1);
    return known < 0 && !causedByDelay(page, run);
  });
  return [
    ...missing.map((page) => `not paged: ${page.key}, due at ${page.at / SECOND_MS} s`),
    ...extra.map((page) => `paged without need: ${page.key}, at ${page.at / SECOND_MS} s`),
  ];
}

/** Who asks a second time, because there was no answer, for a page that the first time brought about already, gets it a second time. */
function askedAgain(reference: Replay, run: Replay): string[] {
  const again = run.exchanges.filter(({ request, tries }) => tries > 1 && ASKS.test(request.path));
  return again.flatMap(({ from, tries }) =>
    reference.pages.filter(({ at }) => at >= from).flatMap(({ key }) => Array.from({ length: tries - 1 }, () => key)),
  );
}

/** A page that a fault delayed is not sent any more when somebody does something about the incident meanwhile. */
function calledOff(page: Page, run: Replay, late: number): boolean {
  return run.exchanges.some(
    ({ request, from, to }) => request.method !== 'GET' && to >= page.at && from <= page.at + late && from > 0,
  );
}

/** What somebody did took effect later than without faults, and until then paging went on (or it took effect twice: asked twice). */
function causedByDelay({ at }: Page, run: Replay): boolean {
  return run.exchanges.some(
    ({ request, from, to, tries }) =>
      request.method !== 'GET' && tries > 1 && from > 0 && at >= from && at <= to + AFTER_ACKNOWLEDGEMENT_MS,
  );
}

/** (d) Nothing that somebody did is lost or undone: the incident ends as it does without faults. */
function states(reference: Replay, run: Replay): string[] {
  if (reference.ended.length !== run.ended.length)
    return [`${run.ended.length} incidents, and ${reference.ended.length} without faults`];
  // Who hears nothing asks again, and that is counted; so is a count that takes effect after the next one.
  const straggling = run.hits.filter(({ trouble }) => trouble === 'straggle').length;
  const asked = run.exchanges.reduce((sum, { tries }) => sum + tries - 1, straggling);
  const swept = run.hits.filter(({ call }) => call.invocation?.functionName === 'reconciler').length;
  return reference.ended.flatMap(({ incident: wanted }, index) => {
    const found = run.ended[index]?.incident;
    const facts = (of: typeof found) =>
      JSON.stringify([of?.state, of?.claimedBy, of?.resolvedBy, of?.priority, of?.assignedTo]);
    // Of heartbeats alone: the expiry that a sweep did not live to tick off is an event once more.
    const more = asked + (HEARTBEAT.test(wanted.dedupKey ?? '') ? swept : 0);
    const counts = found && found.count >= wanted.count && found.count <= wanted.count + more;
    return [
      ...(facts(found) === facts(wanted) ? [] : [`incident ${index} ends as ${facts(found)}, not ${facts(wanted)}`]),
      ...(counts ? [] : [`incident ${index} counts ${found?.count}, and ${wanted.count} without faults`]),
    ];
  });
}

/** (e) The timeline is numbered without gaps, and in order of time. */
function timelineFaults({ incident, timeline }: Ended): string[] {
  const numbers = timeline.map(({ seq }) => seq);
  const gaps = numbers.some((seq, index) => seq !== index + 1) || numbers.length !== incident.timelineSeq;
  const disorder = timeline.some(({ at }, index) => at < (timeline[index - 1]?.at ?? 0));
  return [
    ...(gaps ? [`the timeline of ${incident.incidentId} has numbers ${numbers}, of ${incident.timelineSeq}`] : []),
    ...(disorder ? [`the timeline of ${incident.incidentId} goes back in time`] : []),
  ];
}

/** (d), (e): the timeline tells what was done, once each, and every page whose outcome was heard. */
function changesNotWrittenDown(reference: Replay, run: Replay): string[] {
  const repeated = run.exchanges.some(({ tries }) => tries > 1);
  const story = ({ timeline }: Ended): string => {
    const kinds = timeline.map(({ kind }) => kind).filter((kind) => !OF_PAGING.includes(kind));
    return (repeated ? kinds.filter((kind, index) => kind !== kinds[index - 1]) : kinds).join(' ');
  };
  const told = new Set(run.ended.flatMap(({ timeline }) => timeline.map(({ messageId }) => messageId)));
  const untold = run.pages.filter(
    ({ key, mail }) => !told.has(mail.messageId) && !NOTICE.test(mail.subject) && !run.unheard.includes(key),
  );
  return [
    ...reference.ended.flatMap((wanted, index) => {
      const found = run.ended[index];
      if (!found || story(found) === story(wanted)) return [];
      return [`incident ${index} tells "${story(found)}", and "${story(wanted)}" without faults`];
    }),
    ...untold.map(({ key, at }) => `the page to ${key} at ${at / SECOND_MS} s is not in a timeline`),
  ];
}

/** (a) Nothing is left lying. */
function owed({ ended, endedAt }: Replay, late: number): string[] {
  return ended.flatMap(({ incident: { incidentId, dueAt } }) =>
    dueAt !== undefined && dueAt < endedAt - late
      ? [`incident ${incidentId} is overdue, and nobody looks after it`]
      : [],
  );
}

function sharedKeys({ ended }: Replay): string[] {
  const keys = ended
    .filter(({ incident }) => incident.state !== 'RESOLVED' && incident.dedupKey !== undefined)
    .map(({ incident }) => `${incident.service} ${incident.dedupKey}`);
  return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `two open incidents of key ${key}`);
}
