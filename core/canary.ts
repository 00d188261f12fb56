import type { Incident } from './incident.ts';
import type { Integration } from './integration.ts';
import { DEFAULT_SETTINGS, type Service } from './service.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from './time.ts';

/** The service of the canary's incidents. Kept for it: no configuration may have a service of this id. */
export const CANARY_SERVICE = 'inresponse-canary';

/**
 * One for all runs, so that nothing has to be remembered between them: a run ends whatever is open under it, then opens its own. Two
 * runs at once meet at its lock as any two events do.
 */
export const CANARY_DEDUP_KEY = 'canary';

/** A page that takes longer than this to arrive is as good as lost; that is what the alarm is for. */
export const FRESH_MS = 5 * MINUTE_MS;

/** Pages the one address, once, and nobody else whatever happens: neither at its end nor in place of a mail that fails. */
export function canaryService(address: string): Service {
  return {
    serviceId: CANARY_SERVICE,
    timeZone: 'UTC',
    pageAfterSeconds: 0,
    escalateAfterSeconds: 0,
    policy: {
      id: 'canary',
      steps: [{ afterMs: 0, targets: [{ kind: 'address', address, name: 'canary' }] }],
      passMs: 0,
      atEnd: 'give up',
      noFallback: true,
    },
    settings: DEFAULT_SETTINGS,
    grouping: { by: 'dedupKey' },
    urgency: { CRIT: 'low', ERR: 'low', WARN: 'low' },
    lowUrgencyOutsideHours: 'page',
    maintenance: [],
  };
}

/** As which it sends: it may bring events of its own service, and do nothing else. */
export function canaryIntegration(now: EpochMs): Integration {
  return {
    integrationId: 'canary',
    name: 'Canary',
    kind: 'pagerduty',
    service: CANARY_SERVICE,
    scopes: ['events'],
    ratePerMinute: 10,
    createdAt: now,
  };
}

/** What a mail's delivery says about the canary. `seconds` are those from the event's sending to the mail's arrival. */
export type Arrival =
  | { readonly kind: 'arrived' | 'late'; readonly seconds: number; readonly open: boolean }
  | { readonly kind: 'of another' };

/** Judges the arrival of a mail about `incident`. The same arrival judged twice is the same. */
export function judgeArrival(incident: Incident | undefined, arrivedAt: EpochMs): Arrival {
  if (incident?.service !== CANARY_SERVICE) return { kind: 'of another' };
  const tookMs = Math.max(0, arrivedAt - incident.detectedAt);
  return {
    kind: tookMs < FRESH_MS ? 'arrived' : 'late',
    seconds: Math.round(tookMs / 100) / (SECOND_MS / 100),
    open: incident.state !== 'RESOLVED',
  };
}
