import type { AlertFacts } from './alert.ts';
import type { Delivery } from './delivery.ts';
import type { EscalationPolicy, Urgency } from './policy.ts';
import type { ServiceSettings } from './service.ts';
import type { EpochMs } from './time.ts';
import type { TimelineEntry } from './timeline.ts';

export const SEVERITIES = ['CRIT', 'ERR', 'WARN'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STATES = ['OPEN', 'CLAIMED', 'RESOLVED'] as const;
/** OPEN pages; CLAIMED is acknowledged, somebody works on it; RESOLVED is over. */
export type IncidentState = (typeof STATES)[number];

export const PRIORITIES = ['P1', 'P2', 'P3', 'P4', 'P5'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Link {
  readonly href: string;
  readonly text?: string;
}

/** How far the paging of an incident has come. The policy is the one in force when the run started. */
export interface Escalation {
  readonly policy: EscalationPolicy;
  /** The team's zone, frozen with the policy: the on-call day is the day in this zone. */
  readonly timeZone: string;
  /** Counts the times paging has begun: 1 at creation, one more at each re-opening. */
  readonly run: number;
  /** When the run began; later than what caused it when paging was held back. */
  readonly beganAt: EpochMs;
  /** Steps count from here. Differs from `beganAt` once somebody has escalated by hand, before the next step was due or long after. */
  readonly startedAt: EpochMs;
  /** Index, over all passes, of the first step whose deliveries have not been planned yet. */
  readonly nextStep: number;
  /** Every notification of this run, planned to finished. Persisted before it is sent. */
  readonly deliveries: readonly Delivery[];
  /** Numbers deliveries within the incident; never reused, so a late report always finds its own. */
  readonly deliverySeq: number;
}

/**
 * The unit of atomicity. One item; every change of it is one conditional write on `version`, except `count` and `lastSeenAt`,
 * which duplicates raise without touching the version, so that a storm cannot starve an acknowledgement.
 */
export interface Incident {
  readonly incidentId: number;
  /** Raised by one at every conditional write; 1 at creation. */
  readonly version: number;
  readonly service: string;
  /** The owner at the time; absent when the service has none, and then the fallback contact is paged. */
  readonly team?: string;
  readonly severity: Severity;
  readonly urgency: Urgency;
  readonly priority?: Priority;
  readonly state: IncidentState;
  readonly title: string;
  readonly message: string;
  readonly source?: string;
  readonly dedupKey?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly links?: readonly Link[];
  readonly detectedAt: EpochMs;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  /** Events taken in for this incident, the first included. */
  readonly count: number;
  readonly lastSeenAt: EpochMs;
  /** Until when a repeated event is only counted. 0 when it needs a decision first (resolved, or nobody is being paged). */
  readonly absorbUntil: EpochMs;
  readonly claimedAt?: EpochMs;
  readonly claimedBy?: string;
  /** The first acknowledgement ever; survives re-opening, for the time-to-acknowledge figures. */
  readonly firstClaimedAt?: EpochMs;
  readonly resolvedAt?: EpochMs;
  readonly resolvedBy?: string;
  /** Acknowledged until then; afterwards it pages again. */
  readonly snoozedUntil?: EpochMs;
  /** Whom it was re-assigned to, in words; absent while the service's own policy is in charge. */
  readonly assignedTo?: string;
  /** Resolved because it goes on in another incident. */
  readonly mergedInto?: number;
  /** The other incident has not been told yet. */
  readonly mergeOwed?: boolean;
  readonly mergedFrom?: readonly number[];
  /** What the Opsgenie API knows of it beyond the rest; absent until that API says something. */
  readonly opsgenie?: AlertFacts;
  readonly settings: ServiceSettings;
  readonly escalation: Escalation;
  /** Names the workflow execution in charge: `incident-<incidentId>-<generation>`. A workflow of an older generation ends. */
  readonly generation: number;
  /** When something must happen next; absent when nothing is owed. Overdue means that the workflow failed us. */
  readonly dueAt?: EpochMs;
  /** The newest entries; older ones have been moved to the timeline table. */
  readonly timeline: readonly TimelineEntry[];
  readonly timelineSeq: number;
  /** Number of entries moved out, so a reader knows whether to look. */
  readonly timelineMoved: number;
}

/** For a store that takes a number for "for ever": the year 9999. */
export const FOR_EVER: EpochMs = 253_402_300_799_000;
