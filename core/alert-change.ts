import { applyAction } from './actions.ts';
import { type AlertResponder, alertFacts, withFacts } from './alert.ts';
import { occasionOf } from './escalation.ts';
import type { Incident, Priority } from './incident.ts';
import { type Directory, reachStep } from './oncall.ts';
import type { EscalationPolicy, Target } from './policy.ts';
import { addDeliveries } from './run.ts';
import type { EpochMs } from './time.ts';
import { record } from './timeline.ts';
import { applyChange, type ChangeDecision, changed, type Refusal } from './transitions.ts';

/** What can be done to an incident as an alert, with everybody in it looked up. Each is one conditional write. */
export type AlertAction =
  | { readonly kind: 'close' | 'acknowledge' | 'unacknowledge' | 'delete' | 'note' | 'next step' }
  | { readonly kind: 'snooze'; readonly until: EpochMs }
  /** Another policy takes over; with `owner`, it is that person's from now on. */
  | { readonly kind: 'assign'; readonly policy: EscalationPolicy; readonly to: string; readonly owner?: string }
  /** `targets` are paged as well, until the incident is resolved. */
  | { readonly kind: 'add responder'; readonly responder: AlertResponder; readonly targets: readonly Target[] }
  | { readonly kind: 'add tags' | 'remove tags'; readonly tags: readonly string[] }
  | { readonly kind: 'add details'; readonly details: Readonly<Record<string, string>> }
  | { readonly kind: 'remove details'; readonly keys: readonly string[] }
  | { readonly kind: 'set priority'; readonly priority: Priority }
  | { readonly kind: 'set message' | 'set description'; readonly text: string }
  /** An action of the sender's own: only written down. */
  | { readonly kind: 'custom'; readonly name: string };

export type AlertDecision =
  | Exclude<ChangeDecision, { kind: 'refused' }>
  | { readonly kind: 'refused'; readonly reason: Refusal | 'details are full'; readonly incident: Incident };

export interface AlertRequest {
  readonly by: string;
  /** Written down along with the change; lost with a change that is refused. */
  readonly note?: string;
}

/** Opsgenie's limit of tags, and what details may come to in all; an incident must stay one item of a store. */
const MOST_TAGS = 20;
const MOST_DETAIL_CHARS = 64_000;

/** What a change of an alert does to its incident, or why it is not possible in its state. */
export function applyAlertAction(
  incident: Incident,
  action: AlertAction,
  { by, note }: AlertRequest,
  directory: Directory,
  now: EpochMs,
): AlertDecision {
  const decision = decide(incident, action, by, directory, now);
  if (decision.kind === 'refused' || note === undefined) return decision;
  const noted = record(decision.incident, now, { kind: 'noted', by, text: note });
  return changed(incident, noted);
}

function decide(
  incident: Incident,
  action: AlertAction,
  by: string,
  directory: Directory,
  now: EpochMs,
): AlertDecision {
  const { opsgenie } = incident;
  switch (action.kind) {
    case 'close':
      return applyChange(incident, { state: 'RESOLVED', by }, now);
    case 'acknowledge':
      return applyChange(incident, { state: 'CLAIMED', by }, now);
    case 'unacknowledge':
      // A closed alert stays closed: re-opening is not what was asked for.
      if (incident.state === 'RESOLVED') return { kind: 'refused', reason: 'already resolved', incident };
      return applyChange(incident, { state: 'OPEN', by }, now);
    case 'delete': {
      if (opsgenie?.deleted) return { kind: 'unchanged', incident };
      const gone = withFacts(incident, { deleted: true });
      const closed = applyChange(gone, { state: 'RESOLVED', by }, now);
      return edited(incident, closed.incident, by, now, `Deleted by ${by} through the Opsgenie API.`);
    }
    case 'note':
      return { kind: 'unchanged', incident };
    case 'next step':
      return applyAction(incident, { kind: 'escalate' }, { by }, directory, now);
    case 'snooze':
      return applyAction(incident, action, { by }, directory, now);
    case 'set priority':
      return applyAction(incident, { kind: 'prioritize', priority: action.priority }, { by }, directory, now);
    case 'assign': {
      const owned = action.owner === undefined ? incident : withFacts(incident, { owner: action.owner });
      const decision = applyAction(owned, action, { by }, directory, now);
      return decision.kind === 'changed' ? changed(incident, decision.incident) : { ...decision, incident };
    }
    case 'add responder':
      return addResponder(incident, action, by, directory, now);
    case 'custom':
      return edited(incident, incident, by, now, `${by} ran the action ${action.name}.`);
    default:
      return edit(incident, action, by, now);
  }
}

function addResponder(
  incident: Incident,
  { responder, targets }: Extract<AlertAction, { kind: 'add responder' }>,
  by: string,
  directory: Directory,
  now: EpochMs,
): AlertDecision {
  if (incident.state === 'RESOLVED') return { kind: 'refused', reason: 'already resolved', incident };
  const due = { index: incident.escalation.nextStep, pass: 0, at: now, step: { afterMs: 0, targets } };
  const reached = reachStep(due, occasionOf(incident, now), directory);
  const responders = [...alertFacts(incident).responders, responder];
  const next = withFacts(addDeliveries(incident, due.index, reached, now, { stopsWhen: 'resolved', asked: true }), {
    responders,
  });
  const text = `${by} asked ${responder.type} ${nameOf(responder)} to help.`;
  return changed(incident, record(next, now, { kind: 'responders_added', by, text }));
}

export function nameOf({ name, username, id }: Pick<AlertResponder, 'name' | 'username' | 'id'>): string {
  return name ?? username ?? id ?? '';
}

type Edit = Extract<
  AlertAction,
  { kind: 'add tags' | 'remove tags' | 'add details' | 'remove details' | 'set message' | 'set description' }
>;

function edit(incident: Incident, action: Edit, by: string, now: EpochMs): AlertDecision {
  const { tags } = alertFacts(incident);
  const { details = {} } = incident;
  switch (action.kind) {
    case 'add tags': {
      const more = [...new Set([...tags, ...action.tags])].slice(0, Math.max(MOST_TAGS, tags.length));
      if (more.length === tags.length) return { kind: 'unchanged', incident };
      const text = `Tags added by ${by}: ${more.slice(tags.length).join(', ')}.`;
      return edited(incident, withFacts(incident, { tags: more }), by, now, text);
    }
    case 'remove tags': {
      const fewer = tags.filter((tag) => !action.tags.includes(tag));
      if (fewer.length === tags.length) return { kind: 'unchanged', incident };
      const text = `Tags removed by ${by}: ${tags.filter((tag) => action.tags.includes(tag)).join(', ')}.`;
      return edited(incident, withFacts(incident, { tags: fewer }), by, now, text);
    }
    case 'add details': {
      const merged = { ...details, ...action.details };
      const [before, after] = [JSON.stringify(details), JSON.stringify(merged)];
      if (before === after) return { kind: 'unchanged', incident };
      if (after.length > MOST_DETAIL_CHARS && after.length > before.length)
        return { kind: 'refused', reason: 'details are full', incident };
      const text = `Details set by ${by}: ${Object.keys(action.details).join(', ')}.`;
      return edited(incident, { ...incident, details: merged }, by, now, text);
    }
    case 'remove details': {
      const left = Object.entries(details).filter(([key]) => !action.keys.includes(key));
      if (left.length === Object.keys(details).length) return { kind: 'unchanged', incident };
      const text = `Details removed by ${by}: ${action.keys.join(', ')}.`;
      return edited(incident, { ...incident, details: Object.fromEntries(left) }, by, now, text);
    }
    case 'set message': {
      if (incident.title === action.text) return { kind: 'unchanged', incident };
      // An alert without a description has its message in both places.
      const message = incident.message === incident.title ? action.text : incident.message;
      const next = { ...incident, title: action.text, message };
      return edited(incident, next, by, now, `Message changed by ${by}; it was: ${incident.title}`);
    }
    case 'set description': {
      const message = action.text || incident.title;
      if (incident.message === message) return { kind: 'unchanged', incident };
      return edited(incident, { ...incident, message }, by, now, `Description changed by ${by}.`);
    }
  }
}

function edited(before: Incident, after: Incident, by: string, now: EpochMs, text: string): AlertDecision {
  return changed(before, record(after, now, { kind: 'edited', by, text }));
}
