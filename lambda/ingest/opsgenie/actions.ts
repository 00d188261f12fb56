/**
 * Everything that the Alert API does to an alert that exists. Bodies may be null, empty or absent where they carry only optional
 * fields. Follows opsgenie/opsgenie-oas.
 */
import { EVENT_LIMITS, type InboundEvent, type Priority, readPriority } from '../../../core/event.ts';
import type { EpochMs } from '../../../core/time.ts';
import { parseInstant } from '../../../core/time.ts';
import { makeEvent, present } from '../make-event.ts';
import { cut, isObject, type JsonObject, listOf, objectOf, textOf } from '../shape.ts';
import { type Refused, refused } from '../translation.ts';
import { ALERT_LIMITS, type Responder, readDetails, readResponders, readTags } from './create.ts';
import type { AlertOperation } from './path.ts';
import { opsgenieError, type Trace } from './replies.ts';

/** Who or what is meant: at least one of the three is there. */
export type Named = Pick<Responder, 'id' | 'name' | 'username'>;

/** What is to be done to an alert. */
export type AlertChange =
  | { readonly kind: 'close' | 'acknowledge' | 'unacknowledge' | 'delete' }
  | { readonly kind: 'snooze'; readonly until: EpochMs }
  | { readonly kind: 'escalate'; readonly escalation: Named }
  | { readonly kind: 'assign'; readonly owner: Named }
  | { readonly kind: 'addResponder'; readonly responder: Responder }
  | { readonly kind: 'addNote' }
  | { readonly kind: 'addTags' | 'removeTags'; readonly tags: readonly string[] }
  | { readonly kind: 'addDetails'; readonly details: Readonly<Record<string, string>> }
  | { readonly kind: 'removeDetails'; readonly keys: readonly string[] }
  | { readonly kind: 'setPriority'; readonly priority: Priority }
  | { readonly kind: 'setMessage' | 'setDescription'; readonly text: string }
  | { readonly kind: 'custom'; readonly name: string };

export interface AlertCommand {
  readonly kind: 'command';
  readonly change: AlertChange;
  readonly user?: string;
  readonly source?: string;
  readonly note?: string;
}

export interface ActionRequest {
  readonly operation: AlertOperation;
  readonly body: unknown;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly actionName?: string | undefined;
}

/** The command of a write on one alert, or Opsgenie's 422 naming the field at fault. Undefined for operations that are no such write. */
export function translateAction(request: ActionRequest, trace: Trace): AlertCommand | Refused | undefined {
  // DELETE has no body: its optional fields come in the query.
  const body: JsonObject = isObject(request.body) ? request.body : request.query;
  const change = readChange(request, body);
  if (change === undefined) return undefined;
  if (typeof change === 'string') {
    return refused(
      'invalid',
      opsgenieError(422, 'Request body is not processable', trace, { [change]: 'may not be empty' }),
    );
  }
  return {
    kind: 'command',
    change,
    ...present({
      user: cutText(body.user, ALERT_LIMITS.user),
      source: cutText(body.source, ALERT_LIMITS.source),
      note: cutText(body.note, ALERT_LIMITS.note),
    }),
  };
}

/** The change, or the name of the field that is missing or unusable. */
function readChange(
  { operation, query, actionName }: ActionRequest,
  body: JsonObject,
): AlertChange | string | undefined {
  switch (operation) {
    case 'closeAlert':
      return { kind: 'close' };
    case 'acknowledgeAlert':
      return { kind: 'acknowledge' };
    case 'unacknowledgeAlert':
      return { kind: 'unacknowledge' };
    case 'deleteAlert':
      return { kind: 'delete' };
    case 'snoozeAlert':
      return snooze(body.endTime);
    case 'escalateAlert':
      return named(body.escalation, 'escalation', (escalation) => ({ kind: 'escalate', escalation }));
    case 'assignAlert':
      return named(body.owner, 'owner', (owner) => ({ kind: 'assign', owner }));
    case 'addResponder':
      return responder(body.responder, 'responder');
    case 'addTeam':
      return responder({ ...objectOf(body.team), type: 'team' }, 'team');
    case 'addNote':
      return textOf(body.note) === undefined ? 'note' : { kind: 'addNote' };
    case 'addTags':
      return tags('addTags', body.tags);
    case 'removeTags':
      return tags('removeTags', query.tags ?? body.tags);
    case 'addDetails':
      return isObject(body.details) ? { kind: 'addDetails', details: readDetails(body.details) } : 'details';
    case 'removeDetails':
      return keys(query.keys ?? body.keys);
    case 'setPriority':
      return priority(body.priority);
    case 'setMessage':
      return text('setMessage', body.message, 'message', ALERT_LIMITS.message);
    case 'setDescription':
      return text('setDescription', body.description, 'description', ALERT_LIMITS.description);
    case 'customAction':
      return { kind: 'custom', name: cut(actionName ?? '', ALERT_LIMITS.action) };
    default:
      return undefined;
  }
}

function snooze(endTime: unknown): AlertChange | string {
  const until = typeof endTime === 'string' ? parseInstant(endTime) : undefined;
  return until === undefined ? 'endTime' : { kind: 'snooze', until };
}

function named(value: unknown, field: string, make: (named: Named) => AlertChange): AlertChange | string {
  const [found] = readResponders([objectOf(value)]);
  if (found === undefined) return field;
  const { type: _, ...rest } = found;
  return make(rest);
}

function responder(value: unknown, field: string): AlertChange | string {
  const [found] = readResponders([value]);
  return found === undefined ? field : { kind: 'addResponder', responder: found };
}

function tags(kind: 'addTags' | 'removeTags', value: unknown): AlertChange | string {
  const found = readTags(value);
  return found.length === 0 ? 'tags' : { kind, tags: found };
}

function keys(value: unknown): AlertChange | string {
  const given = typeof value === 'string' ? value.split(',') : listOf(value);
  const found = given.flatMap((key) => textOf(key)?.trim() ?? []);
  return found.length === 0 ? 'keys' : { kind: 'removeDetails', keys: found.slice(0, 100) };
}

function priority(value: unknown): AlertChange | string {
  const found = readPriority(textOf(value) ?? '');
  return found === undefined ? 'priority' : { kind: 'setPriority', priority: found };
}

function text(
  kind: 'setMessage' | 'setDescription',
  value: unknown,
  field: string,
  limit: number,
): AlertChange | string {
  const found = cutText(value, limit);
  // A description may be emptied, a message may not.
  if (found === undefined) return kind === 'setDescription' && value === '' ? { kind, text: '' } : field;
  return { kind, text: found };
}

/** Acknowledge and close as an event, for whoever takes events alone; undefined for everything else. `alias` is the alert's, as stored. */
export function eventOfCommand(
  { change, user, source, note }: AlertCommand,
  alias: string,
  receivedAt: EpochMs,
): InboundEvent | undefined {
  if (change.kind !== 'close' && change.kind !== 'acknowledge') return undefined;
  const action = change.kind === 'close' ? 'resolve' : 'acknowledge';
  return makeEvent({ action, dedupKey: alias, by: user, source, note, detectedAt: receivedAt }, EVENT_LIMITS.alias);
}

function cutText(value: unknown, length: number): string | undefined {
  const found = textOf(value);
  return found === undefined ? undefined : cut(found, length);
}
