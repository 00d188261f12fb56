import { cancelPending, settle, startRun } from './escalation.ts';
import type { Incident, IncidentState, Link, Severity } from './incident.ts';
import { policyOf, type Service } from './service.ts';
import type { EpochMs } from './time.ts';
import { record } from './timeline.ts';

/** An accepted request for a new incident, already validated. */
export interface NewIncident {
  readonly service: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly source?: string;
  readonly dedupKey?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly links?: readonly Link[];
  readonly detectedAt?: EpochMs;
}

/** A new incident: OPEN, its first step due, version 1. */
export function openIncident(
  request: NewIncident,
  service: Service,
  incidentId: number,
  by: string,
  now: EpochMs,
): Incident {
  const { detectedAt = now, ...facts } = request;
  const bare: Incident = {
    ...facts,
    ...(service.team ? { team: service.team } : {}),
    incidentId,
    version: 1,
    state: 'OPEN',
    detectedAt,
    createdAt: now,
    updatedAt: now,
    count: 1,
    lastSeenAt: now,
    absorbUntil: 0,
    escalation: startRun(policyOf(service), service.timeZone, 1, now),
    generation: 1,
    timeline: [],
    timelineSeq: 0,
    timelineMoved: 0,
  };
  const source = request.source ? ` by ${request.source}` : '';
  return settle(
    record(bare, now, {
      kind: 'created',
      by,
      text: `Incident ${incidentId} raised${source} for service ${request.service}.`,
    }),
  );
}

/** A request to change an incident: a new state, a note, or both. */
export interface Change {
  readonly state?: IncidentState;
  readonly note?: string;
  readonly by: string;
  /** When given, the change holds only for this version. */
  readonly ifVersion?: number;
}

export type ChangeDecision =
  | { readonly kind: 'changed'; readonly incident: Incident; readonly wake: boolean }
  | { readonly kind: 'unchanged'; readonly incident: Incident }
  | { readonly kind: 'refused'; readonly reason: 'stale version' | 'already resolved'; readonly incident: Incident };

/**
 * Which changes are legal. The same state twice is `unchanged`, whoever asks; a resolved incident cannot be acknowledged, only
 * re-opened; re-opening, from either state, starts a new run of the policy and pages anew.
 */
export function applyChange(incident: Incident, change: Change, now: EpochMs): ChangeDecision {
  if (change.ifVersion !== undefined && change.ifVersion !== incident.version) {
    return { kind: 'refused', reason: 'stale version', incident };
  }
  if (change.state === 'CLAIMED' && incident.state === 'RESOLVED') {
    return { kind: 'refused', reason: 'already resolved', incident };
  }
  const moves = change.state !== undefined && change.state !== incident.state;
  if (!moves && change.note === undefined) return { kind: 'unchanged', incident };
  const moved = moves ? enter(incident, change.state, change.by, now) : incident;
  const noted =
    change.note === undefined ? moved : record(moved, now, { kind: 'noted', by: change.by, text: change.note });
  return { kind: 'changed', incident: settle(noted), wake: moves && change.state === 'OPEN' };
}

function enter(incident: Incident, state: IncidentState, by: string, now: EpochMs): Incident {
  switch (state) {
    case 'CLAIMED': {
      const claimed = {
        ...incident,
        state,
        claimedAt: now,
        claimedBy: by,
        firstClaimedAt: incident.firstClaimedAt ?? now,
      };
      return record(cancelPending(claimed), now, { kind: 'acknowledged', by, text: `Acknowledged by ${by}.` });
    }
    case 'RESOLVED': {
      const resolved = { ...incident, state, resolvedAt: now, resolvedBy: by };
      return record(cancelPending(resolved), now, { kind: 'resolved', by, text: `Resolved by ${by}.` });
    }
    case 'OPEN':
      return reopen(incident, by, now);
  }
}

function reopen(incident: Incident, by: string, now: EpochMs): Incident {
  const { claimedAt: _a, claimedBy: _b, resolvedAt: _c, resolvedBy: _d, ...rest } = incident;
  const { policy, timeZone, run, deliverySeq } = incident.escalation;
  const opened: Incident = {
    ...rest,
    state: 'OPEN',
    escalation: startRun(policy, timeZone, run + 1, now, deliverySeq),
    generation: incident.generation + 1,
  };
  return record(opened, now, { kind: 'reopened', by, text: `Re-opened by ${by}; paging starts anew.` });
}
