import type { AlertFacts } from './alert.ts';
import { settle, wake } from './escalation.ts';
import type { Incident, IncidentState, Link, Priority, Severity } from './incident.ts';
import { rerun, resolve } from './lifecycle.ts';
import { cancelPending, startRun } from './run.ts';
import { pagingStart, policyOf, type Service } from './service.ts';
import { type EpochMs, toIso } from './time.ts';
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
  readonly priority?: Priority;
  readonly detectedAt?: EpochMs;
  readonly opsgenie?: AlertFacts;
}

/** A new incident: OPEN, version 1, its first step due at once unless a maintenance window or the support hours hold it back. */
export function openIncident(
  request: NewIncident,
  service: Service,
  incidentId: number,
  by: string,
  now: EpochMs,
): Incident {
  const { detectedAt = now, ...facts } = request;
  const urgency = service.urgency[request.severity];
  const start = pagingStart(service, urgency, now);
  const bare: Incident = {
    ...facts,
    ...(service.team ? { team: service.team } : {}),
    incidentId,
    version: 1,
    state: 'OPEN',
    urgency,
    detectedAt,
    createdAt: now,
    updatedAt: now,
    count: 1,
    lastSeenAt: now,
    absorbUntil: 0,
    settings: service.settings,
    escalation: startRun(policyOf(service), service.timeZone, 1, start.at),
    generation: 1,
    timeline: [],
    timelineSeq: 0,
    timelineMoved: 0,
  };
  const source = request.source ? ` by ${request.source}` : '';
  const text = `Incident ${incidentId} raised${source} for service ${request.service}.`;
  const created = record(bare, now, { kind: 'created', by, text });
  if (!start.held) return settle(created);
  const held = `Nobody is paged before ${toIso(start.at)}: ${start.held.reason}.`;
  return settle(record(created, now, { kind: 'held', by: 'inresponse', text: held }));
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
  /** `wake`: a new workflow generation is to be started, because something is due earlier than the running one would look. */
  | { readonly kind: 'changed'; readonly incident: Incident; readonly wake: boolean }
  | { readonly kind: 'unchanged'; readonly incident: Incident }
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly incident: Incident };

export type Refusal = 'stale version' | 'already resolved' | 'nothing to escalate to' | 'itself';

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
  return changed(incident, noted);
}

/** The decision to write `after`, with the generation raised where the workflow must wake earlier. */
export function changed(before: Incident, after: Incident): ChangeDecision {
  const incident = wake(before, after);
  return { kind: 'changed', incident, wake: incident.generation !== before.generation };
}

function enter(incident: Incident, state: IncidentState, by: string, now: EpochMs): Incident {
  switch (state) {
    case 'CLAIMED':
      return acknowledge(incident, by, now);
    case 'RESOLVED':
      return resolve(incident, by, now);
    case 'OPEN':
      return rerun(incident, 'reopened', by, now, `Re-opened by ${by}; paging starts anew.`);
  }
}

export function acknowledge(incident: Incident, by: string, now: EpochMs): Incident {
  const firstClaimedAt = incident.firstClaimedAt ?? now;
  const claimed: Incident = { ...incident, state: 'CLAIMED', claimedAt: now, claimedBy: by, firstClaimedAt };
  return record(cancelPending(claimed), now, { kind: 'acknowledged', by, text: `Acknowledged by ${by}.` });
}
