import { occasionOf, settle, upcomingStep } from './escalation.ts';
import type { Incident, Priority } from './incident.ts';
import { rerun, resolve } from './lifecycle.ts';
import { type Directory, reachPerson } from './oncall.ts';
import type { EscalationPolicy } from './policy.ts';
import { addDeliveries } from './run.ts';
import { type EpochMs, toIso } from './time.ts';
import { record } from './timeline.ts';
import { acknowledge, type ChangeDecision, changed } from './transitions.ts';

/** What can be done to an incident besides changing its state: each is one transition, one timeline entry. */
export type Action =
  /** Acknowledged until then; pages anew afterwards. */
  | { readonly kind: 'snooze'; readonly until: EpochMs }
  /** A new run of another policy; `to` says in words whose. */
  | { readonly kind: 'assign'; readonly policy: EscalationPolicy; readonly to: string }
  /** The next step of the policy at once; an acknowledged incident opens again for it. */
  | { readonly kind: 'escalate' }
  /** These people are paged as well, until the incident is resolved. */
  | { readonly kind: 'add responders'; readonly users: readonly string[] }
  | { readonly kind: 'prioritize'; readonly priority: Priority }
  /** Goes on in incident `into`, and is resolved here. */
  | { readonly kind: 'merge'; readonly into: number };

export interface ActionRequest {
  readonly by: string;
  readonly ifVersion?: number;
}

/** Which actions are legal, and what each does. A resolved incident takes none but a new priority. */
export function applyAction(
  incident: Incident,
  action: Action,
  { by, ifVersion }: ActionRequest,
  directory: Directory,
  now: EpochMs,
): ChangeDecision {
  if (ifVersion !== undefined && ifVersion !== incident.version)
    return { kind: 'refused', reason: 'stale version', incident };
  if (action.kind === 'prioritize') return prioritize(incident, action.priority, by, now);
  if (action.kind === 'merge' && incident.mergedInto === action.into) return { kind: 'unchanged', incident };
  if (incident.state === 'RESOLVED') return { kind: 'refused', reason: 'already resolved', incident };
  switch (action.kind) {
    case 'snooze': {
      if (incident.snoozedUntil === action.until) return { kind: 'unchanged', incident };
      const held = incident.state === 'OPEN' ? acknowledge(incident, by, now) : incident;
      const text = `Snoozed by ${by} until ${toIso(action.until)}.`;
      return changed(incident, record({ ...held, snoozedUntil: action.until }, now, { kind: 'snoozed', by, text }));
    }
    case 'assign':
      return assign(incident, action, by, now);
    case 'escalate':
      return escalate(incident, by, now);
    case 'add responders':
      return addResponders(incident, action.users, by, directory, now);
    case 'merge':
      return merge(incident, action.into, by, now);
  }
}

function prioritize(incident: Incident, priority: Priority, by: string, now: EpochMs): ChangeDecision {
  if (incident.priority === priority) return { kind: 'unchanged', incident };
  const text = `Priority set to ${priority} by ${by}${incident.priority ? ` (was ${incident.priority})` : ''}.`;
  return changed(incident, record({ ...incident, priority }, now, { kind: 'priority_changed', by, text }));
}

function assign(
  incident: Incident,
  { policy, to }: Extract<Action, { kind: 'assign' }>,
  by: string,
  now: EpochMs,
): ChangeDecision {
  const escalation = { ...incident.escalation, policy };
  const assigned = { ...incident, escalation, assignedTo: to };
  return changed(incident, rerun(assigned, 'assigned', by, now, `Assigned to ${to} by ${by}.`));
}

function escalate(incident: Incident, by: string, now: EpochMs): ChangeDecision {
  const { claimedAt: _at, claimedBy: _by, snoozedUntil: _until, ...rest } = incident;
  const open: Incident = { ...rest, state: 'OPEN' };
  const step = upcomingStep(open);
  if (!step) return { kind: 'refused', reason: 'nothing to escalate to', incident };
  // The steps after it keep their distance: neither later than wanted nor, after a long acknowledgement, all at once.
  const startedAt = open.escalation.startedAt + now - step.at;
  const next = { ...open, escalation: { ...open.escalation, startedAt } };
  return changed(
    incident,
    record(next, now, { kind: 'escalated', by, step: step.index, text: `Escalated to the next step by ${by}.` }),
  );
}

function addResponders(
  incident: Incident,
  users: readonly string[],
  by: string,
  directory: Directory,
  now: EpochMs,
): ChangeDecision {
  const occasion = occasionOf(incident, now);
  const asked = [...new Set(users)];
  const reached = asked.flatMap((user) => reachPerson(user, `asked to help by ${by}`, occasion, directory));
  const { nextStep } = incident.escalation;
  const next = addDeliveries(incident, nextStep, reached, now, { stopsWhen: 'resolved', asked: true });
  const text = `${by} asked ${asked.join(', ')} to help.`;
  return changed(incident, record(next, now, { kind: 'responders_added', by, text }));
}

function merge(incident: Incident, into: number, by: string, now: EpochMs): ChangeDecision {
  if (into === incident.incidentId) return { kind: 'refused', reason: 'itself', incident };
  const text = `Merged by ${by} into incident ${into}, where it goes on.`;
  const merged = record({ ...incident, mergedInto: into, mergeOwed: true }, now, { kind: 'merged', by, text });
  return changed(incident, resolve(merged, by, now, `Resolved by merging into incident ${into}.`));
}

/** The receiving side of a merge. Idempotent: answers undefined when it knows already. */
export function takeMerge(target: Incident, source: Incident, now: EpochMs): Incident | undefined {
  const known = target.mergedFrom ?? [];
  if (known.includes(source.incidentId)) return undefined;
  const text = `Incident ${source.incidentId} (${source.title}) was merged into this one.`;
  const next = { ...target, mergedFrom: [...known, source.incidentId] };
  return settle(record(next, now, { kind: 'merged', by: source.resolvedBy ?? 'inresponse', text }));
}

/** Clocks of two processes may differ by so much. */
const CLOCKS_DIFFER_MS = 20_000;

/**
 * True when there is nothing left for `source` to go on in: the other one is gone, or was resolved before it took this one in. One that
 * took it in once before, and was resolved before `source` was merged into it again, is over too; what came first within 20 s is
 * anybody's guess, and then rather one page too many.
 */
export function mergeIsVoid(target: Incident | undefined, source: Incident): boolean {
  if (target === undefined) return true;
  if (target.state !== 'RESOLVED') return false;
  const known = target.mergedFrom?.includes(source.incidentId) ?? false;
  return !known || (target.resolvedAt ?? 0) <= (source.resolvedAt ?? 0) + CLOCKS_DIFFER_MS;
}

/**
 * The merged incident, when the one that it was to go on in has been resolved before it was told: two that are merged into each other
 * in one instant must not both be over. Pages anew.
 */
export function undoMerge(source: Incident, now: EpochMs): Incident {
  const text = `Incident ${source.mergedInto} was resolved before it could take this one in; paging starts anew here.`;
  return settle(rerun(source, 'reopened', 'inresponse', now, text));
}

/** The merged incident, once the other one knows. */
export function mergeTold(source: Incident): Incident {
  const { mergeOwed: _owed, ...rest } = source;
  return settle(rest);
}

/**
 * A repeated event on an unresolved incident that does not simply count it any more: its pages, or its acknowledgement, are too old.
 * Pages anew. Answers undefined when the event is only to be counted after all.
 */
export function repeat(incident: Incident, now: EpochMs): Incident | undefined {
  if (incident.state === 'RESOLVED' || incident.absorbUntil > now) return undefined;
  const since =
    incident.state === 'CLAIMED' ? 'the acknowledgement is old' : 'nobody has acknowledged and nobody was being paged';
  const again = rerun(incident, 'repeated', 'inresponse', now, `It happened again, and ${since}: paging starts anew.`);
  return settle({ ...again, generation: incident.generation + 1 });
}
