/**
 * `POST /v2/alerts`. Follows opsgenie/opsgenie-oas CreateAlertPayload. Where Opsgenie refuses what is over a limit, it is cut here: a
 * page with half a message is better than none.
 */
import {
  EVENT_LIMITS,
  type InboundEvent,
  type Priority,
  readPriority,
  severityOfPriority,
} from '../../../core/event.ts';
import type { EpochMs } from '../../../core/time.ts';
import { runbookLinks } from '../labels.ts';
import { makeEvent, present } from '../make-event.ts';
import { cut, foldKey, isObject, type JsonObject, jsonText, listOf, textOf } from '../shape.ts';
import { type Refused, refused } from '../translation.ts';
import { opsgenieError, type Trace } from './replies.ts';

/** Characters and elements, as Opsgenie documents them. */
export const ALERT_LIMITS = {
  message: 130,
  alias: 512,
  description: 15_000,
  responders: 50,
  actions: 10,
  action: 50,
  tags: 20,
  tag: 50,
  details: 8_000,
  entity: 512,
  source: 100,
  user: 100,
  note: 25_000,
} as const;

export interface Responder {
  readonly type: 'team' | 'user' | 'escalation' | 'schedule';
  readonly id?: string;
  readonly name?: string;
  readonly username?: string;
}

/** A create request within the limits: what an alert needs beyond the event. */
export interface AlertDraft {
  readonly message: string;
  readonly alias?: string;
  readonly description?: string;
  readonly responders: readonly Responder[];
  readonly visibleTo: readonly Responder[];
  readonly actions: readonly string[];
  readonly tags: readonly string[];
  readonly details: Readonly<Record<string, string>>;
  readonly entity?: string;
  readonly source?: string;
  readonly priority: Priority;
  readonly user?: string;
  readonly note?: string;
}

export interface CreateRequest {
  readonly kind: 'create';
  readonly alert: AlertDraft;
  /** Without alias there is no dedup key: the alert's id becomes its alias when it is stored. */
  readonly event: InboundEvent;
}

/** The alert and its event, or Opsgenie's 422. */
export function translateCreate(body: unknown, receivedAt: EpochMs, trace: Trace): CreateRequest | Refused {
  if (!isObject(body)) return refused('unreadable', opsgenieError(400, 'Request body is not a JSON object', trace));
  const message = textOf(body.message);
  if (message === undefined) {
    return refused(
      'invalid',
      opsgenieError(422, 'Request body is not processable', trace, { message: 'may not be empty' }),
    );
  }
  const alert = readAlert(body, message);
  return { kind: 'create', alert, event: eventOf(alert, message, receivedAt) };
}

function readAlert(body: JsonObject, message: string): AlertDraft {
  const teams = listOf(body.teams)
    .filter(isObject)
    .map((team) => ({ ...team, type: 'team' }));
  return {
    message: cut(message, ALERT_LIMITS.message),
    responders: readResponders([...listOf(body.responders), ...teams]),
    visibleTo: readResponders(listOf(body.visibleTo)),
    actions: readWords(body.actions, ALERT_LIMITS.actions, ALERT_LIMITS.action),
    tags: readTags(body.tags),
    details: readDetails(body.details),
    priority: readPriority(textOf(body.priority) ?? '') ?? 'P3',
    ...present({
      alias: aliasOf(body.alias),
      description: cutText(body.description, ALERT_LIMITS.description),
      entity: cutText(body.entity, ALERT_LIMITS.entity),
      source: cutText(body.source, ALERT_LIMITS.source),
      user: cutText(body.user, ALERT_LIMITS.user),
      note: cutText(body.note, ALERT_LIMITS.note),
    }),
  };
}

function eventOf(alert: AlertDraft, wholeMessage: string, receivedAt: EpochMs): InboundEvent {
  return makeEvent(
    {
      action: 'trigger',
      dedupKey: alert.alias,
      priority: alert.priority,
      severity: severityOfPriority(alert.priority),
      title: alert.message,
      message: alert.description ?? wholeMessage,
      details: alert.details,
      links: runbookLinks(alert.details),
      service: textOf(alert.details.service),
      team: alert.responders.find(({ type }) => type === 'team')?.name,
      source: alert.source,
      component: alert.entity,
      by: alert.user,
      note: alert.note,
      detectedAt: receivedAt,
    },
    EVENT_LIMITS.alias,
  );
}

/** The alias that an alert is kept under: a longer one than 512 characters is folded, the same way wherever it is named. */
export function aliasOf(value: unknown): string | undefined {
  const alias = textOf(value);
  return alias === undefined ? undefined : foldKey(alias, EVENT_LIMITS.alias);
}

const RESPONDER_TYPES = ['team', 'user', 'escalation', 'schedule'] as const;

/** The responders that say whom they mean. */
export function readResponders(values: readonly unknown[]): Responder[] {
  return values
    .filter(isObject)
    .flatMap((value) => {
      const type =
        RESPONDER_TYPES.find((known) => known === textOf(value.type)?.toLowerCase()) ??
        (value.username ? 'user' : 'team');
      const names = present({ id: nameOf(value.id), name: nameOf(value.name), username: nameOf(value.username) });
      return Object.keys(names).length === 0 ? [] : [{ type, ...names }];
    })
    .slice(0, ALERT_LIMITS.responders);
}

const nameOf = (value: unknown) => cutText(value, EVENT_LIMITS.name);

/** A list, or text with commas. */
export function readTags(value: unknown): string[] {
  return readWords(typeof value === 'string' ? value.split(',') : value, ALERT_LIMITS.tags, ALERT_LIMITS.tag);
}

function readWords(value: unknown, count: number, length: number): string[] {
  const words = listOf(value).flatMap((word) => cutText(word, length)?.trim() ?? []);
  return [...new Set(words)].slice(0, count);
}

/** Values become text; null becomes empty text. What goes beyond 8,000 characters in all is cut off. */
export function readDetails(value: unknown): Record<string, string> {
  const given = isObject(value)
    ? value
    : textOf(value) === undefined && listOf(value).length === 0
      ? {}
      : { details: value };
  let room: number = ALERT_LIMITS.details;
  const entries: [string, string][] = [];
  for (const [name, member] of Object.entries(given)) {
    const text = cut(detailText(member), Math.max(0, room - name.length));
    room -= name.length + text.length;
    if (room < 0) break;
    entries.push([name, text]);
  }
  return Object.fromEntries(entries);
}

function detailText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : jsonText(value);
}

function cutText(value: unknown, length: number): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : cut(text, length);
}
