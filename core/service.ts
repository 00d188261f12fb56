import { type Hours, openingAt, within } from './hours.ts';
import type { Severity } from './incident.ts';
import { type MaintenanceWindow, maintenanceAt } from './maintenance.ts';
import { calendarPolicy, type EscalationPolicy, type Urgency } from './policy.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from './time.ts';

/** Which events go to one incident, besides those of the same dedup key. */
export type Grouping =
  | { readonly by: 'dedupKey' }
  /** All events of the service until none has come for `windowMs`. */
  | { readonly by: 'time'; readonly windowMs: number }
  /** Events that agree in these fields (`severity`, `source`, `title`, `details.<name>`) until none has come for `windowMs`. */
  | { readonly by: 'fields'; readonly fields: readonly string[]; readonly windowMs: number };

/** How a service's incidents live. Frozen into each of them. */
export interface ServiceSettings {
  /** After this long acknowledged, an incident pages again. Absent: never. */
  readonly acknowledgementTimeoutMs?: number;
  /** After this long unresolved, an incident resolves itself. Absent: never. */
  readonly autoResolveMs?: number;
  /** A repeated event pages again when the last page is older than this and nobody is being paged. */
  readonly repageAfterMs: number;
  /** A repeated event pages again when the acknowledgement is older than this. */
  readonly repageAfterAcknowledgedMs: number;
}

export const DEFAULT_SETTINGS: ServiceSettings = {
  repageAfterMs: 30 * MINUTE_MS,
  repageAfterAcknowledgedMs: 24 * HOUR_MS,
};

/** A service as it is looked up when an event names it: its owner, and how its incidents escalate and live. */
export interface Service {
  readonly serviceId: string;
  /** Absent: nobody owns it, and the fallback contact is paged. */
  readonly team?: string;
  readonly timeZone: string;
  /** Delay of the on-call engineer's page, in seconds from the incident; with the calendar policy. */
  readonly pageAfterSeconds: number;
  /** Delay of the escalation contact's page, in seconds from the incident; with the calendar policy. */
  readonly escalateAfterSeconds: number;
  /** Absent: the on-call calendar of the team. */
  readonly policy?: EscalationPolicy;
  readonly settings: ServiceSettings;
  readonly grouping: Grouping;
  readonly urgency: Readonly<Record<Severity, Urgency>>;
  /** When somebody is at work. Absent: always. */
  readonly supportHours?: Hours;
  /** What becomes of low urgency outside support hours: it waits for them, or it is paged as usual. */
  readonly lowUrgencyOutsideHours: 'wait' | 'page';
  readonly maintenance: readonly MaintenanceWindow[];
}

export const DEFAULT_PAGE_AFTER_SECONDS = 0;
export const DEFAULT_ESCALATE_AFTER_SECONDS = 600;
export const DEFAULT_URGENCY: Readonly<Record<Severity, Urgency>> = { CRIT: 'high', ERR: 'high', WARN: 'low' };

/** The policy that is frozen into a new incident of the service. */
export function policyOf(service: Service): EscalationPolicy {
  const { policy, pageAfterSeconds, escalateAfterSeconds } = service;
  return policy ?? calendarPolicy(pageAfterSeconds * SECOND_MS, escalateAfterSeconds * SECOND_MS);
}

/** When paging for a new incident begins, and why not at once if it does not. */
export interface PagingStart {
  readonly at: EpochMs;
  readonly held?: { readonly by: 'maintenance' | 'support hours'; readonly reason: string };
}

/** The two may take turns; after this many paging begins, whatever they say. */
const MOST_HOLDS = 30;

/**
 * Paging begins now, unless a maintenance window or (for low urgency) the service's support hours hold it back. What ends inside the
 * other is held on by it.
 */
export function pagingStart(service: Service, urgency: Urgency, now: EpochMs): PagingStart {
  let start: PagingStart = { at: now };
  for (let holds = 0; holds < MOST_HOLDS; holds++) {
    const next = holdAt(service, urgency, start.at);
    if (!next) break;
    start = { at: next.at, held: start.held ?? next.held };
  }
  return start;
}

function holdAt(service: Service, urgency: Urgency, now: EpochMs): Required<PagingStart> | undefined {
  const window = maintenanceAt(service.maintenance, now);
  if (window) return { at: window.until, held: { by: 'maintenance', reason: `maintenance window ${window.id}` } };
  const { supportHours, lowUrgencyOutsideHours } = service;
  if (urgency === 'high' || !supportHours || lowUrgencyOutsideHours === 'page' || within(supportHours, now))
    return undefined;
  const at = openingAt(supportHours, now)?.from ?? now;
  const held = { by: 'support hours', reason: 'low urgency outside support hours' } as const;
  return at > now ? { at, held } : undefined;
}
