import { calendarPolicy, type EscalationPolicy } from './policy.ts';
import { SECOND_MS } from './time.ts';

/** A service as it is looked up when an event names it: its owner and how its incidents escalate. */
export interface Service {
  readonly serviceId: string;
  /** Absent: nobody owns it, and the fallback contact is paged. */
  readonly team?: string;
  readonly timeZone: string;
  /** Delay of the on-call engineer's page, in seconds from the incident. */
  readonly pageAfterSeconds: number;
  /** Delay of the escalation contact's page, in seconds from the incident. */
  readonly escalateAfterSeconds: number;
}

export const DEFAULT_PAGE_AFTER_SECONDS = 0;
export const DEFAULT_ESCALATE_AFTER_SECONDS = 600;

/** The policy that is frozen into a new incident of the service. */
export function policyOf(service: Service): EscalationPolicy {
  return calendarPolicy(service.pageAfterSeconds * SECOND_MS, service.escalateAfterSeconds * SECOND_MS);
}
