/**
 * What PagerDuty's Events API answers, to the letter: clients print and parse these.
 * Follows PagerDuty/developer-docs docs/events-API-v2 and docs/events-API-v1, and the fixtures of go-pagerduty.
 */
import { jsonReply, type Reply, retryAfter, textReply } from '../reply.ts';
import type { Translation } from '../translation.ts';

export const eventAccepted = (dedupKey: string): Reply =>
  jsonReply(202, { status: 'success', message: 'Event processed', dedup_key: dedupKey });

export const changeAccepted = (): Reply => jsonReply(202, { status: 'success', message: 'Change event processed' });

/** Events v1 answers 200, and netdata insists on it. */
export const v1Accepted = (incidentKey: string): Reply =>
  jsonReply(200, { status: 'success', message: 'Event processed', incident_key: incidentKey });

/** The answer of pd-event-handler's `POST /`: the event as received, and the key it goes to. */
export const handlerAccepted = (event: unknown, routingKey: string): Reply =>
  jsonReply(202, { status: 'enqueued', data: event, target_routing_key: routingKey });

export const invalidEvent = (errors: readonly string[]): Reply =>
  jsonReply(400, { status: 'invalid event', message: 'Event object is invalid', errors });

/** The body is not JSON, or not an object. */
export const unreadableEvent = (): Reply =>
  jsonReply(400, {
    status: 'Unrecognized object',
    message: 'Event object format is unrecognized',
    errors: ['JSON parse error'],
  });

export const invalidRoutingKey = (): Reply => invalidEvent(['Invalid routing key']);

export const invalidServiceKey = (): Reply => invalidEvent(['Service key is invalid']);

export const eventTooLarge = (): Reply =>
  jsonReply(413, {
    status: 'invalid event',
    message: 'Event object is invalid',
    errors: ['Event is too large (maximum is 524288 bytes)'],
  });

/** A fault of ours. Clients send a 5xx again. */
export const eventNotStored = (): Reply =>
  jsonReply(
    503,
    { status: 'error', message: 'The event could not be stored. Please retry.', errors: [] },
    retryAfter(5),
  );

const THROTTLED = {
  status: 'throttle exceeded',
  message: 'Requests for this service are arriving too quickly.  Please retry later.',
  errors: ['Enhance Your Calm.'],
};

/**
 * 429 of Events v2. JSON by default, because pdjs fails on an empty body; `emptyBody` is for pd-event-handler, which queues an event
 * again only when the body of the 429 is not JSON.
 */
export function throttled(retryAfterSeconds: number, emptyBody = false): Reply {
  const headers = retryAfter(retryAfterSeconds);
  return emptyBody ? { status: 429, headers, body: '' } : jsonReply(429, THROTTLED, headers);
}

/** Events v1 throttles with 403 and plain text; pdagent backs off on it and never drops the event. */
export const v1Throttled = (retryAfterSeconds: number): Reply =>
  textReply(403, JSON.stringify(THROTTLED), retryAfter(retryAfterSeconds));

const ALTAGENT_TEXT = {
  unreadable: 'Bad request\n',
  tooLarge: 'Bad request\n',
  invalid: 'Invalid PD events v2 payload\n',
  keyMissing: 'No routing key found in payload\n',
  keyInvalid: 'Invalid routing key found in payload\n',
} as const;

/** The same outcome in the words of PDaltagent's listener. Opt-in: PagerDuty's own clients cannot read it. */
export function asAltAgent(translation: Translation): Reply {
  return translation.kind === 'accepted'
    ? textReply(200, 'Message enqueued\n')
    : textReply(400, ALTAGENT_TEXT[translation.reason]);
}
