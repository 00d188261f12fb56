/**
 * PagerDuty Events API v2: `POST /v2/enqueue`, and pd-event-handler's `POST /`, which takes the same events without checking them.
 * Follows PagerDuty/developer-docs docs/events-API-v2 and the PD-CEF field list.
 */
import {
  EVENT_LIMITS,
  EVENT_SEVERITIES,
  type EventSeverity,
  type InboundEvent,
  readSeverity,
} from '../../../core/event.ts';
import { makeEvent, readImages, readLinks } from '../make-event.ts';
import { instantOf, isLongerThan, isObject, type JsonObject, jsonText, listOf, objectOf, textOf } from '../shape.ts';
import { type Arrival, accepted, type Refused, refused, type Translation } from '../translation.ts';
import { eventAccepted, invalidEvent, unreadableEvent } from './replies.ts';

const ACTIONS = ['trigger', 'acknowledge', 'resolve'] as const;
type V2Action = (typeof ACTIONS)[number];

export function readAction(value: unknown): V2Action | undefined {
  return ACTIONS.find((action) => action === value);
}

/** Says "this is an Events v2 event": it names an action. Alertmanager's v1 events carry an empty one. */
export function isV2(body: unknown): boolean {
  return isObject(body) && textOf(body.event_action) !== undefined;
}

/**
 * One event, or PagerDuty's error with every fault listed. `pathKey` is the key of `/integration/<key>/enqueue`; it stands in for
 * the body's own `routing_key`, which is then not looked at.
 */
export function translateV2(body: unknown, arrival: Arrival, pathKey?: string): Translation {
  if (!isObject(body)) return refused('unreadable', unreadableEvent());
  const keyErrors = pathKey === undefined ? routingKeyErrors(body.routing_key) : [];
  const errors = [...keyErrors, ...v2Errors(body)];
  if (errors.length > 0) return refused(refusalOf(body, keyErrors), invalidEvent(errors));
  const key = pathKey ?? textOf(body.routing_key);
  const event = readV2(body, arrival);
  return accepted([event], eventAccepted(event.dedupKey ?? ''), key);
}

function refusalOf(body: JsonObject, keyErrors: readonly string[]): Refused['reason'] {
  if (textOf(body.routing_key) === undefined && keyErrors.length > 0) return 'keyMissing';
  return keyErrors.length > 0 ? 'keyInvalid' : 'invalid';
}

/** Keys are 32 hex digits (a service) or `R` and 31 upper alphanumerics (global); PagerDuty checks length and alphabet. */
export function routingKeyErrors(value: unknown): string[] {
  const key = textOf(value);
  if (key === undefined) return ["'routing_key' is missing or blank"];
  const errors: string[] = [];
  if (key.length !== 32) errors.push("Length of 'routing_key' is incorrect (should be 32 characters)");
  if (!/^[A-Za-z0-9]*$/.test(key)) errors.push("'routing_key' cannot contain non-alphanumeric characters.");
  return errors;
}

/** Everything wrong with the event itself, in PagerDuty's words. */
export function v2Errors(body: JsonObject): string[] {
  const action = textOf(body.event_action);
  if (action === undefined) return ["'event_action' is missing or blank"];
  const known = readAction(action);
  if (known === undefined) {
    return ["'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')"];
  }
  if (known === 'trigger') return payloadErrors(objectOf(body.payload));
  return textOf(body.dedup_key) === undefined ? ["'dedup_key' is missing or blank"] : [];
}

function payloadErrors(payload: JsonObject): string[] {
  const severity = textOf(payload.severity);
  return [
    ...summaryErrors(payload),
    ...(textOf(payload.source) === undefined ? ["'payload.source' is missing or blank"] : []),
    ...(severity === undefined ? ["'payload.severity' is missing or blank"] : []),
    ...(severity !== undefined && !EVENT_SEVERITIES.some((known) => known === severity)
      ? ["'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')"]
      : []),
  ];
}

/** The misspelling is PagerDuty's. */
export function summaryErrors(payload: JsonObject): string[] {
  const summary = textOf(payload.summary);
  if (summary === undefined) return ["'payload.summary' is missing or blank"];
  return isLongerThan(summary, EVENT_LIMITS.title) ? ["'summary' is too long (maiximum is 1024 characters)"] : [];
}

/**
 * Reads any object as an Events v2 event, checking nothing: no action is a trigger, an odd severity is critical, so that an intake
 * without validation still pages. Links and images are taken from both places where clients put them. An acknowledge or resolve
 * carries nothing but its key; senders repeat the whole payload there, and it means nothing.
 */
export function readV2(body: JsonObject, { receivedAt, newKey }: Arrival): InboundEvent {
  const payload = objectOf(body.payload);
  const action = readAction(body.event_action) ?? 'trigger';
  const givenKey = textOf(body.dedup_key);
  const detectedAt = instantOf(payload.timestamp, receivedAt) ?? receivedAt;
  if (action !== 'trigger') {
    return makeEvent({
      action,
      dedupKey: givenKey,
      title: textOf(payload.summary),
      client: textOf(body.client),
      detectedAt,
    });
  }
  return makeEvent({
    action,
    dedupKey: givenKey ?? newKey(),
    severity: readSeverityOf(payload.severity),
    title: textOf(payload.summary) ?? `Event without a summary: ${jsonText(body).slice(0, 200)}`,
    details: readDetails(payload.custom_details),
    links: readLinks([...listOf(body.links), ...listOf(payload.links)]),
    images: readImages([...listOf(body.images), ...listOf(payload.images)]),
    source: textOf(payload.source),
    client: textOf(body.client),
    clientUrl: textOf(body.client_url),
    component: textOf(payload.component),
    group: textOf(payload.group),
    class: textOf(payload.class),
    detectedAt,
  });
}

function readSeverityOf(value: unknown): EventSeverity {
  return readSeverity(textOf(value) ?? '') ?? 'critical';
}

/** Clients send strings and lists where an object belongs; they are kept, under one name. */
export function readDetails(value: unknown): JsonObject | undefined {
  if (isObject(value)) return Object.keys(value).length === 0 ? undefined : value;
  return value === undefined || value === null || value === '' ? undefined : { custom_details: value };
}
