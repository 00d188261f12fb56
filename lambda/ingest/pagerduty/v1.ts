/**
 * PagerDuty Events API v1: `POST /generic/2010-04-15/create_event.json`. Still spoken by pdagent, netdata and Alertmanager's v1 mode.
 * Follows PagerDuty/developer-docs docs/events-API-v1.
 */
import type { InboundEvent } from '../../../core/event.ts';
import { makeEvent, readImages, readLinks } from '../make-event.ts';
import { isObject, type JsonObject, jsonText, listOf, objectOf, textOf } from '../shape.ts';
import { type Arrival, accepted, refused, type Translation } from '../translation.ts';
import { invalidEvent, unreadableEvent, v1Accepted } from './replies.ts';
import { readAction, readDetails } from './v2.ts';

/** Says "this is an Events v1 event": it names an event type that v1 knows. */
export function isV1(body: unknown): boolean {
  return isObject(body) && readAction(body.event_type) !== undefined;
}

/** One event, or PagerDuty's error with every fault listed. A description over 1,024 characters is cut, as pdagent does. */
export function translateV1(body: unknown, arrival: Arrival, pathKey?: string): Translation {
  if (!isObject(body)) return refused('unreadable', unreadableEvent());
  const key = pathKey ?? textOf(body.service_key);
  const keyErrors =
    key?.length === 32 || pathKey !== undefined ? [] : ['Service key is the wrong length (should be 32 characters)'];
  const errors = [...keyErrors, ...v1Errors(body)];
  if (errors.length > 0) {
    const reason = keyErrors.length === 0 ? 'invalid' : key === undefined ? 'keyMissing' : 'keyInvalid';
    return refused(reason, invalidEvent(errors));
  }
  const event = readV1(body, arrival);
  return accepted([event], v1Accepted(event.dedupKey ?? ''), key);
}

function v1Errors(body: JsonObject): string[] {
  const action = readAction(body.event_type);
  if (action === undefined) return ['event_type is invalid (must be one of: trigger acknowledge resolve)'];
  if (action === 'trigger') return textOf(body.description) === undefined ? ['Description is missing or blank'] : [];
  return textOf(body.incident_key) === undefined ? ['Incident key is missing or blank'] : [];
}

/** Reads any object as an Events v1 event, checking nothing. v1 knows no severity: everything it reports is critical. */
export function readV1(body: JsonObject, { receivedAt, newKey }: Arrival): InboundEvent {
  const action = readAction(body.event_type) ?? 'trigger';
  const dedupKey = textOf(body.incident_key);
  const client = textOf(body.client);
  const title = textOf(body.description);
  if (action !== 'trigger') return makeEvent({ action, dedupKey, title, client, detectedAt: receivedAt });
  const contexts = listOf(body.contexts);
  return makeEvent({
    action,
    dedupKey: dedupKey ?? newKey(),
    severity: 'critical',
    title: title ?? `Event without a description: ${jsonText(body).slice(0, 200)}`,
    details: readDetails(body.details),
    links: readLinks(contexts.filter((context) => objectOf(context).type !== 'image')),
    images: readImages(contexts.filter((context) => objectOf(context).type === 'image')),
    source: textOf(objectOf(body.agent).queued_by),
    client,
    clientUrl: textOf(body.client_url),
    detectedAt: receivedAt,
  });
}
