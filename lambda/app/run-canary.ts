import {
  CANARY_DEDUP_KEY,
  CANARY_SERVICE,
  canaryIntegration,
  canaryService,
  FRESH_MS,
  judgeArrival,
} from '../../core/canary.ts';
import { toIso } from '../../core/time.ts';
import type { SendEvent, SenderEvent } from '../channels/events.ts';
import type { IncidentStore } from '../data/incidents.ts';
import type { IntegrationStore } from '../data/integrations.ts';
import type { OwnServiceStore } from '../data/own-services.ts';
import type { Surroundings } from './ports.ts';
import { readDelivery } from './read-delivery.ts';

export interface CanaryDeps extends Surroundings {
  readonly incidents: Pick<IncidentStore, 'get'>;
  readonly integrations: Pick<IntegrationStore, 'lend'>;
  readonly services: OwnServiceStore;
  readonly sendEvent: SendEvent;
  /** Whom the canary pages; nobody needs to read it. */
  readonly address: string;
}

/**
 * Sends a canary the way of every alert: over the public address, the gateway, the ingest function, the workflow, the notifier and SES.
 * {@link takeDelivery} hears of its arrival; that nothing is heard is an alarm. Throws when an event was not taken.
 *
 * Order: the service's row; a key of a few minutes; the resolve that ends what an earlier run has left open; the trigger. Dying after any of
 * these leaves a canary that does not arrive, and the next run begins anew. Twice, or two at a time, is one canary or two, one after the other.
 */
export async function runCanary(deps: CanaryDeps): Promise<void> {
  await deps.services.put(canaryService(deps.address));
  const send = await sender(deps);
  await send({ event_action: 'resolve' });
  const timestamp = toIso(deps.now());
  await send({
    event_action: 'trigger',
    payload: { summary: `Canary of ${timestamp}`, source: CANARY_SERVICE, severity: 'info', timestamp },
  });
}

/** Takes the report that a mail has arrived: counts the canary if it is one, and in time, and resolves its incident. */
export async function takeDelivery(deps: CanaryDeps, message: string): Promise<void> {
  const delivery = readDelivery(message);
  if (!delivery) {
    deps.log.warn('event is not the delivery of a page');
    return;
  }
  const { incidentId, deliveredAt } = delivery;
  const arrival = judgeArrival(await deps.incidents.get(incidentId), deliveredAt);
  if (arrival.kind === 'of another') return;
  const { kind, seconds, open } = arrival;
  if (kind === 'arrived') {
    // Counted first, and twice when the resolving fails and this is tried again: an alarm looks for less than one.
    deps.count('CanaryArrived');
    deps.count('CanarySeconds', seconds);
    deps.log.info('canary arrived', { incidentId, seconds });
  } else deps.log.warn('canary arrived too late', { incidentId, seconds });
  if (open) await (await sender(deps))({ event_action: 'resolve' });
}

/** With a fresh key each time: nothing to keep secret, to rotate or to lose. Its hash is in the table, and it ends by itself. */
async function sender(
  deps: CanaryDeps,
): Promise<(event: Omit<SenderEvent, 'routing_key' | 'dedup_key'>) => Promise<void>> {
  const now = deps.now();
  const key = deps.token();
  await deps.integrations.lend(key, canaryIntegration(now), now, now + FRESH_MS);
  return (event) => deps.sendEvent({ ...event, routing_key: key, dedup_key: CANARY_DEDUP_KEY });
}
