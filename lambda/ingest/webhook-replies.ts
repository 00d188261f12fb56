/**
 * Answers to senders whose protocol prescribes none but "2xx is good": Alertmanager, Grafana, CloudWatch, Apprise, generic JSON.
 */
import { jsonReply, type Reply, retryAfter } from './reply.ts';

export const webhookAccepted = (count: number, status: 200 | 202 = 202): Reply =>
  jsonReply(status, { message: count === 1 ? 'Accepted 1 event' : `Accepted ${count} events` });

/** Nothing to do, and nothing wrong: the reason is for whoever reads the sender's log. */
export const webhookIgnored = (why: string, status: 200 | 202 = 202): Reply =>
  jsonReply(status, { message: `Ignored: ${why}` });

export const webhookRefused = (errors: readonly string[]): Reply =>
  jsonReply(400, { message: 'Invalid event', errors });

export const webhookUnreadable = (): Reply => webhookRefused(['The body is not JSON']);

export const webhookTooLarge = (): Reply =>
  jsonReply(413, { message: 'Event too large', errors: ['The body is larger than 524288 bytes'] });

export const webhookUnauthorized = (): Reply =>
  jsonReply(401, { message: 'Unknown integration key' }, { 'WWW-Authenticate': 'Bearer' });

export const webhookBadSignature = (): Reply => jsonReply(401, { message: 'The signature does not match the body' });

export const webhookThrottled = (retryAfterSeconds: number): Reply =>
  jsonReply(429, { message: 'Too many events for this integration key' }, retryAfter(retryAfterSeconds));

/** Alertmanager's webhook gives up on a 429 and repeats only on 5xx: throttling it must look like a fault of ours. */
export const alertmanagerThrottled = (retryAfterSeconds: number): Reply =>
  jsonReply(503, { message: 'Too many events for this integration key' }, retryAfter(retryAfterSeconds));
