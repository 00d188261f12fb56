import { type ChannelOutcome, type Delivery, retryAt } from './delivery.ts';
import { pagingDue, settle, wake } from './escalation.ts';
import type { Incident } from './incident.ts';
import type { Directory } from './oncall.ts';
import { addFallback, isWanted, withDeliveries } from './run.ts';
import type { EpochMs } from './time.ts';
import { type NewEntry, record } from './timeline.ts';

export interface Report {
  readonly delivery: Delivery;
  readonly outcome: ChannelOutcome;
}

type Fallback = Pick<Directory, 'fallback'>;

/**
 * Writes down what became of claimed deliveries. Safe to apply to a later state than the one they were claimed in: a report whose
 * claim is not current any more (the lease lapsed and somebody else took over) still enters the timeline, because a page that
 * happened is never hidden, but it changes no delivery that has moved on.
 */
export function recordOutcomes(
  incident: Incident,
  reports: readonly Report[],
  now: EpochMs,
  directory: Fallback,
): Incident {
  const wasDue = pagingDue(incident) !== undefined;
  let next = incident;
  for (const report of reports) next = recordOutcome(next, report, now, directory);
  const exhausted = next.state === 'OPEN' && wasDue && pagingDue(next) === undefined;
  return settle(exhausted ? record(next, now, FINISHED) : next);
}

const FINISHED: NewEntry = {
  kind: 'escalation_finished',
  by: 'inresponse',
  text: 'Everybody in the escalation policy has been paged; nobody has acknowledged yet.',
};

function recordOutcome(incident: Incident, { delivery, outcome }: Report, now: EpochMs, directory: Fallback): Incident {
  const current = incident.escalation.deliveries.find((d) => d.id === delivery.id);
  const ours = current?.claim === delivery.claim ? current : undefined;
  const about = { by: 'inresponse', to: delivery.to.address, step: delivery.step };
  if (outcome.kind === 'ok') {
    const text = `Paged ${delivery.to.address} by ${delivery.to.kind} (${delivery.reason}).`;
    const noted = record(incident, now, { ...about, kind: 'notified', messageId: outcome.messageId, text });
    return ours
      ? withDeliveries(noted, [{ ...ended(ours, 'sent'), sentAt: now, messageId: outcome.messageId }])
      : noted;
  }
  const again = outcome.kind === 'retryable' ? retryAt(delivery.role, delivery.attempts, now) : undefined;
  const wanted = isWanted(incident, delivery);
  const text = `Could not page ${delivery.to.address}, attempt ${delivery.attempts}: ${outcome.error}. ${ours ? sequel(again, wanted, delivery, incident) : 'A newer attempt has taken its place.'}`;
  const noted = record(incident, now, { ...about, kind: 'notify_failed', text });
  if (!ours) return noted;
  if (!wanted) return withDeliveries(noted, [{ ...ended(ours, 'cancelled'), error: outcome.error }]);
  if (again !== undefined) {
    return withDeliveries(noted, [{ ...ended(ours, 'pending'), notBefore: again, error: outcome.error }]);
  }
  const failed = withDeliveries(noted, [{ ...ended(ours, 'failed'), error: outcome.error }]);
  if (delivery.role === 'fallback') return failed;
  return addFallback(failed, ours, directory, `${delivery.to.address} could not be reached (${outcome.error})`, now);
}

function sequel(again: EpochMs | undefined, wanted: boolean, delivery: Delivery, { escalation }: Incident): string {
  if (!wanted) return 'Nobody needs to be paged any more.';
  if (again !== undefined) return 'It is tried again.';
  return delivery.role === 'fallback' || escalation.policy.noFallback
    ? 'Given up.'
    : 'The fallback contact is paged instead.';
}

/** The delivery without its claim. */
function ended(delivery: Delivery, status: Delivery['status']): Delivery {
  const { claim: _claim, leaseUntil: _lease, ...rest } = delivery;
  return { ...rest, status };
}

/**
 * The provider took the message and reported later that it did not arrive. Pages the fallback contact when the incident still waits
 * for somebody. Answers undefined when there is nothing to change (an unknown delivery, or reported before).
 */
export function recordBounce(
  incident: Incident,
  deliveryId: number,
  bounce: { readonly permanent: boolean; readonly text: string },
  now: EpochMs,
  directory: Fallback,
): Incident | undefined {
  const delivery = incident.escalation.deliveries.find((d) => d.id === deliveryId);
  if (!delivery || delivery.status === 'failed') return undefined;
  const about = { by: 'inresponse', to: delivery.to.address, step: delivery.step };
  const text = `Mail to ${delivery.to.address} did not arrive: ${bounce.text}`;
  const told = incident.timeline.some((entry) => entry.delivery === deliveryId && entry.text === text);
  if (!bounce.permanent && told) return undefined;
  const noted = record(incident, now, { ...about, kind: 'bounced', delivery: deliveryId, text });
  if (!bounce.permanent) return noted;
  const failed = withDeliveries(noted, [{ ...ended(delivery, 'failed'), error: bounce.text }]);
  if (!isWanted(incident, delivery) || delivery.role === 'fallback') return settle(failed);
  const why = `mail to ${delivery.to.address} did not arrive`;
  const paged = addFallback(failed, delivery, directory, why, now);
  return wake(incident, paged);
}
