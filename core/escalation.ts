import { type Delivery, dueTime, isDue, LEASE_MS } from './delivery.ts';
import { type Escalation, FOR_EVER, type Incident } from './incident.ts';
import { type Directory, fallback, type Reached, reach } from './oncall.ts';
import { type EscalationPolicy, stepDueAt } from './policy.ts';
import { type EpochMs, spokenDuration } from './time.ts';
import { type NewEntry, record } from './timeline.ts';

/** The beginning of a run: nothing planned, nobody paged. */
export function startRun(policy: EscalationPolicy, timeZone: string, run: number, now: EpochMs, seq = 0): Escalation {
  return { policy, timeZone, run, startedAt: now, nextStep: 0, deliveries: [], deliverySeq: seq };
}

/** When something must happen next; undefined when nothing is owed. Derived, never decided anywhere else. */
export function nextDue(incident: Incident): EpochMs | undefined {
  if (incident.state !== 'OPEN') return undefined;
  const { policy, nextStep, startedAt, deliveries } = incident.escalation;
  const times = [stepDueAt(policy, nextStep, startedAt), ...deliveries.map(dueTime)].filter((t) => t !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** Brings the derived attributes in line with the state. The last stroke of every transition. */
export function settle(incident: Incident): Incident {
  const { dueAt: _old, ...rest } = incident;
  const dueAt = nextDue(incident);
  const absorbUntil = incident.state === 'RESOLVED' ? 0 : FOR_EVER;
  return { ...rest, absorbUntil, ...(dueAt === undefined ? {} : { dueAt }) };
}

/** What the workflow should do now, and why. */
export type Decision =
  | { readonly kind: 'done'; readonly reason: 'superseded' | 'acknowledged' | 'resolved' | 'policy finished' }
  | { readonly kind: 'wait'; readonly until: EpochMs; readonly reason: 'next step not due' | 'being sent by another' }
  | {
      readonly kind: 'send';
      readonly incident: Incident;
      readonly deliveries: readonly Delivery[];
      readonly reason: 'due';
    };

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
  if (incident.state === 'CLAIMED') return { kind: 'done', reason: 'acknowledged' };
  if (incident.state === 'RESOLVED') return { kind: 'done', reason: 'resolved' };
  const planned = planSteps(incident, directory, now);
  const due = planned.escalation.deliveries.filter((delivery) => isDue(delivery, now));
  if (due.length > 0) {
    const claimed = due.map((d) => claimDelivery(d, claim, now));
    return { kind: 'send', incident: settle(withDeliveries(planned, claimed)), deliveries: claimed, reason: 'due' };
  }
  const until = nextDue(planned);
  if (until === undefined) return { kind: 'done', reason: 'policy finished' };
  const sending = planned.escalation.deliveries.some((d) => d.status === 'claimed' && d.leaseUntil === until);
  return { kind: 'wait', until, reason: sending ? 'being sent by another' : 'next step not due' };
}

function claimDelivery(delivery: Delivery, claim: string, now: EpochMs): Delivery {
  return { ...delivery, status: 'claimed', claim, leaseUntil: now + LEASE_MS, attempts: delivery.attempts + 1 };
}

/** Plans the deliveries of every step that has fallen due, and says so in the timeline when that is an escalation. */
function planSteps(incident: Incident, directory: Directory, now: EpochMs): Incident {
  let next = incident;
  for (;;) {
    const { policy, nextStep, startedAt, timeZone } = next.escalation;
    const at = stepDueAt(policy, nextStep, startedAt);
    const step = policy.steps[nextStep];
    if (at === undefined || step === undefined || at > now) return next;
    const reached = distinct(step.targets.map((target) => reach(target, now, next.team, timeZone, directory)));
    if (nextStep > 0) next = record(next, now, escalatedEntry(nextStep, at - startedAt, reached));
    next = addDeliveries(
      { ...next, escalation: { ...next.escalation, nextStep: nextStep + 1 } },
      nextStep,
      reached,
      now,
    );
  }
}

function escalatedEntry(step: number, afterMs: number, reached: readonly Reached[]): NewEntry {
  const who = reached.map((r) => r.to.address).join(', ');
  const after = afterMs > 0 ? ` after ${spokenDuration(afterMs)}` : '';
  return { kind: 'escalated', step, by: 'inresponse', text: `Not acknowledged${after}: escalating to ${who}.` };
}

function distinct(reached: readonly Reached[]): Reached[] {
  const byAddress = new Map(reached.map((r) => [r.to.address.toLowerCase(), r]));
  return [...byAddress.values()];
}

/** Adds planned deliveries to the run, due at `notBefore`. */
export function addDeliveries(
  incident: Incident,
  step: number,
  reached: readonly Reached[],
  notBefore: EpochMs,
): Incident {
  const { escalation } = incident;
  const planned = reached.map(
    (r, i): Delivery => ({
      ...r,
      id: escalation.deliverySeq + i + 1,
      run: escalation.run,
      step,
      status: 'pending',
      notBefore,
      attempts: 0,
    }),
  );
  const deliveries = [...escalation.deliveries, ...planned];
  return {
    ...incident,
    escalation: { ...escalation, deliveries, deliverySeq: escalation.deliverySeq + planned.length },
  };
}

/** Replaces deliveries by id; ids that are gone (an earlier run) are left out. */
export function withDeliveries(incident: Incident, changed: readonly Delivery[]): Incident {
  const byId = new Map(changed.map((d) => [d.id, d]));
  const deliveries = incident.escalation.deliveries.map((d) => byId.get(d.id) ?? d);
  return { ...incident, escalation: { ...incident.escalation, deliveries } };
}

/** Everything not sent yet is off: somebody has acknowledged or resolved. What is in flight reports back by itself. */
export function cancelPending(incident: Incident): Incident {
  const off = incident.escalation.deliveries
    .filter((d) => d.status === 'pending')
    .map((d): Delivery => ({ ...d, status: 'cancelled' }));
  return withDeliveries(incident, off);
}

/** A page to the deployment's fallback contact, due at once, because of `why`. */
export function addFallback(
  incident: Incident,
  step: number,
  directory: Pick<Directory, 'fallback'>,
  why: string,
  now: EpochMs,
): Incident {
  return addDeliveries(incident, step, [fallback(directory, why)], now);
}
