/**
 * PagerDuty change events: `POST /v2/change/enqueue`. Something was deployed or reconfigured; nobody is paged.
 * Follows PagerDuty/developer-docs docs/events-API-v2, "Send a change event".
 */
import type { InboundEvent } from '../../../core/event.ts';
import { makeEvent, readImages, readLinks } from '../make-event.ts';
import { instantOf, isObject, type JsonObject, listOf, objectOf, textOf } from '../shape.ts';
import { type Arrival, accepted, refused, type Translation } from '../translation.ts';
import { changeAccepted, invalidEvent, unreadableEvent } from './replies.ts';
import { readDetails, routingKeyErrors, summaryErrors } from './v2.ts';

/** A change event, or PagerDuty's error. Global `R` keys do not take change events. */
export function translateChange(body: unknown, { receivedAt }: Pick<Arrival, 'receivedAt'>): Translation {
  if (!isObject(body)) return refused('unreadable', unreadableEvent());
  const key = textOf(body.routing_key);
  const keyErrors = routingKeyErrors(key);
  if (keyErrors.length === 0 && key?.startsWith('R')) keyErrors.push('Invalid routing key');
  const errors = [...keyErrors, ...summaryErrors(objectOf(body.payload))];
  if (errors.length === 0) return accepted([readChange(body, receivedAt)], changeAccepted(), key);
  const reason = keyErrors.length === 0 ? 'invalid' : key === undefined ? 'keyMissing' : 'keyInvalid';
  return refused(reason, invalidEvent(errors));
}

function readChange(body: JsonObject, receivedAt: number): InboundEvent {
  const payload = objectOf(body.payload);
  return makeEvent({
    action: 'change',
    title: textOf(payload.summary),
    source: textOf(payload.source),
    details: readDetails(payload.custom_details),
    links: readLinks([...listOf(body.links), ...listOf(payload.links)]),
    images: readImages([...listOf(body.images), ...listOf(payload.images)]),
    detectedAt: instantOf(payload.timestamp, receivedAt) ?? receivedAt,
  });
}
