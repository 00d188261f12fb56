import { type Delivery, dueTime, isDue, LEASE_MS } from './delivery.ts';
import { FOR_EVER, type Incident } from './incident.ts';
import { expire, timers } from './lifecycle.ts';
import { type Directory, type Occasion, type Reached, reachStep } from './oncall.ts';
import { type DueStep, nextStep } from './policy.ts';
import { addDeliveries, isWanted, withDeliveries } from './run.ts';
import { type EpochMs, spokenDuration } from './time.ts';
import { type NewEntry, record } from './timeline.ts';

/** The step that comes next in the incident's situation; undefined when the policy has nothing more for it. */
export function upcomingStep(incident: Incident): DueStep | undefined {
  if (incident.state === 'RESOLVED') return undefined;
  const { policy, nextStep: index, startedAt } = incident.escalation;
  return nextStep(policy, index, startedAt, { acknowledged: incident.state === 'CLAIMED', urgency: incident.urgency });
}

/** When something must happen next; undefined when nothing is owed. Derived, never decided anywhere else. */
export function nextDue(incident: Incident): EpochMs | undefined {
  const times = [...timers(incident).map((timer) => timer.at), pagingDue(incident)].filter((at) => at !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** When somebody is to be paged next; undefined when nobody is. */
export function pagingDue(incident: Incident): EpochMs | undefined {
  if (incident.state === 'RESOLVED') return undefined;
  const wanted = incident.escalation.deliveries.filter((delivery) => isWanted(incident, delivery));
  const times = [upcomingStep(incident)?.at, ...wanted.map(dueTime)].filter((at) => at !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** Brings the derived attributes in line with the state. The last stroke of every transition. */
export function settle(incident: Incident): Incident {
  const { dueAt: _old, ...rest } = incident;
  const dueAt = nextDue(incident);
  return { ...rest, absorbUntil: absorbUntil(incident), ...(dueAt === undefined ? {} : { dueAt }) };
}

/**
 * Until when a repeated event is only counted. While somebody is being paged: as long as that lasts. Afterwards a repeated event
 * pages again once the last page, or the acknowledgement, is too old: nothing is swallowed silently.
 */
function absorbUntil(incident: Incident): EpochMs {
  const { settings, state, snoozedUntil } = incident;
  if (state === 'RESOLVED') return 0;
  if (state === 'OPEN' && pagingDue(incident) !== undefined) return FOR_EVER;
  if (snoozedUntil !== undefined) return snoozedUntil;
  if (state === 'CLAIMED') return (incident.claimedAt ?? 0) + settings.repageAfterAcknowledgedMs;
  const pagedAt = Math.max(incident.escalation.startedAt, ...incident.escalation.deliveries.map((d) => d.sentAt ?? 0));
  return pagedAt + settings.repageAfterMs;
}

/** The incident after a change, with a new generation if it must be woken earlier than its workflow would wake by itself. */
export function wake(before: Incident, after: Incident): Incident {
  const settled = settle(after);
  const earlier = settled.dueAt !== undefined && (before.dueAt === undefined || settled.dueAt < before.dueAt);
  return earlier && settled.generation === before.generation
    ? { ...settled, generation: before.generation + 1 }
    : settled;
}

/** What the workflow should do now, and why. */
export type Decision =
  | { readonly kind: 'done'; readonly reason: 'superseded' | 'acknowledged' | 'resolved' | 'policy finished' }
  | { readonly kind: 'wait'; readonly until: EpochMs; readonly reason: 'next step not due' | 'being sent by another' }
  /** A time limit has passed: write `incident`, then decide again. */
  | { readonly kind: 'change'; readonly incident: Incident; readonly reason: string }
  | {
      readonly kind: 'send';
      readonly incident: Incident;
      readonly deliveries: readonly Delivery[];
      readonly reason: 'due';
    }
  /** The incident was merged away, and the one that it went into is to be told. */
  | { readonly kind: 'tell merge'; readonly into: number };

/**
 * The one decision of the escalation. `send` carries the incident with the deliveries claimed for `claim`: it must be written, on
 * condition that nothing changed, before a single message leaves.
 */
export function decide(
  incident: Incident,
  generation: number,
  directory: Directory,
  now: EpochMs,
  claim: string,
): Decision {
  if (incident.generation !== generation) return { kind: 'done', reason: 'superseded' };
  if (incident.mergeOwed && incident.mergedInto !== undefined) return { kind: 'tell merge', into: incident.mergedInto };
  const expired = expire(incident, now);
  if (expired) return { kind: 'change', incident: settle(expired.incident), reason: expired.reason };
  const planned = planSteps(incident, directory, now);
  const due = planned.escalation.deliveries.filter((delivery) => isWanted(planned, delivery) && isDue(delivery, now));
  if (due.length > 0) {
    const claimed = due.map((d) => claimDelivery(d, claim, now));
    return { kind: 'send', incident: settle(withDeliveries(planned, claimed)), deliveries: claimed, reason: 'due' };
  }
  if (planned !== incident) return { kind: 'change', incident: settle(planned), reason: 'planned' };
  const until = nextDue(planned);
  if (until !== undefined) {
    const sending = planned.escalation.deliveries.some((d) => d.status === 'claimed' && d.leaseUntil === until);
    return { kind: 'wait', until, reason: sending ? 'being sent by another' : 'next step not due' };
  }
  if (incident.state === 'OPEN') return { kind: 'done', reason: 'policy finished' };
  return { kind: 'done', reason: incident.state === 'CLAIMED' ? 'acknowledged' : 'resolved' };
}

function claimDelivery(delivery: Delivery, claim: string, now: EpochMs): Delivery {
  return { ...delivery, status: 'claimed', claim, leaseUntil: now + LEASE_MS, attempts: delivery.attempts + 1 };
}

export function occasionOf(incident: Incident, at: EpochMs): Occasion {
  const { incidentId, team, urgency, escalation } = incident;
  return { at, incidentId, ...(team ? { team } : {}), timeZone: escalation.timeZone, urgency };
}

/** Plans the deliveries of every step that has fallen due, and says so in the timeline when that is an escalation. */
function planSteps(incident: Incident, directory: Directory, now: EpochMs): Incident {
  let next = incident;
  for (;;) {
    const due = upcomingStep(next);
    if (!due || due.at > now) return next;
    const reached = reachStep(due, occasionOf(next, now), directory);
    const { nextStep: planned, beganAt } = next.escalation;
    if (planned > 0) next = record(next, now, escalatedEntry(due, beganAt, reached));
    const stopsWhen = due.step === 'fallback' ? undefined : due.step.stopsWhen;
    next = { ...next, escalation: { ...next.escalation, nextStep: due.index + 1 } };
    next = addDeliveries(next, due.index, reached, now, { stopsWhen });
  }
}

function escalatedEntry(due: DueStep, beganAt: EpochMs, reached: readonly Reached[]): NewEntry {
  const late = due.at - beganAt;
  const who = [...new Set(reached.map((r) => r.to.address))].join(', ');
  const after = late > 0 ? ` after ${spokenDuration(late)}` : '';
  const pass = due.pass > 0 && due.step !== 'fallback' ? ` (pass ${due.pass + 1})` : '';
  return {
    kind: 'escalated',
    step: due.index,
    by: 'inresponse',
    text: `Not acknowledged${after}: escalating to ${who}${pass}.`,
  };
}
