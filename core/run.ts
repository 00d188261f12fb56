import { type Delivery, dueTime } from './delivery.ts';
import type { Escalation, Incident } from './incident.ts';
import { type Directory, fallback, type Reached } from './oncall.ts';
import type { EscalationPolicy } from './policy.ts';
import type { EpochMs } from './time.ts';

/** The beginning of a run: nothing planned, nobody paged. */
export function startRun(policy: EscalationPolicy, timeZone: string, run: number, now: EpochMs, seq = 0): Escalation {
  return { policy, timeZone, run, beganAt: now, startedAt: now, nextStep: 0, deliveries: [], deliverySeq: seq };
}

/** False for a page that the incident's state has made needless: somebody has it, or it is over. */
export function isWanted(incident: Incident, delivery: Delivery): boolean {
  return incident.state === 'OPEN' || (incident.state === 'CLAIMED' && delivery.stopsWhen === 'resolved');
}

/** Finished pages that an incident remembers. The timeline keeps them all; an item must stay far below DynamoDB's 400 KB. */
const FINISHED_KEPT = 100;

function withoutOldest(deliveries: readonly Delivery[]): readonly Delivery[] {
  const finished = deliveries.filter((delivery) => dueTime(delivery) === undefined);
  const forgotten = new Set(finished.slice(0, -FINISHED_KEPT).map((delivery) => delivery.id));
  return forgotten.size === 0 ? deliveries : deliveries.filter((delivery) => !forgotten.has(delivery.id));
}

/** Adds planned deliveries to the run, due `delayMs` after `notBefore` each. The one way in, so a policy without a fallback has none. */
export function addDeliveries(
  incident: Incident,
  step: number,
  reached: readonly Reached[],
  notBefore: EpochMs,
  {
    stopsWhen,
    asked,
  }: { readonly stopsWhen?: Delivery['stopsWhen'] | undefined; readonly asked?: true | undefined } = {},
): Incident {
  const { escalation } = incident;
  const wanted = escalation.policy.noFallback ? reached.filter(({ role }) => role !== 'fallback') : reached;
  const planned = wanted.map(
    ({ delayMs, ...who }, i): Delivery => ({
      ...who,
      id: escalation.deliverySeq + i + 1,
      run: escalation.run,
      step,
      status: 'pending',
      notBefore: notBefore + delayMs,
      ...(stopsWhen === undefined ? {} : { stopsWhen }),
      ...(asked === undefined ? {} : { asked }),
      attempts: 0,
    }),
  );
  const deliveries = [...withoutOldest(escalation.deliveries), ...planned];
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

/** Calls off what has not been sent yet and is not wanted in the incident's state. What is in flight reports back by itself. */
export function cancelPending(incident: Incident): Incident {
  const off = incident.escalation.deliveries
    .filter((d) => d.status === 'pending' && !isWanted(incident, d))
    .map((d): Delivery => ({ ...d, status: 'cancelled' }));
  return withDeliveries(incident, off);
}

/** A page to the deployment's fallback contact, due at once, in place of a page that could not be delivered. Wanted as long as that one. */
export function addFallback(
  incident: Incident,
  instead: Delivery,
  directory: Pick<Directory, 'fallback'>,
  why: string,
  now: EpochMs,
): Incident {
  return addDeliveries(incident, instead.step, [fallback(directory, why)], now, instead);
}
