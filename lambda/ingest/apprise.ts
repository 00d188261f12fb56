/** Apprise's `json://` notification. Follows caronc/apprise plugins/custom_json.py. */
import type { EventSeverity } from '../../core/event.ts';
import { makeEvent } from './make-event.ts';
import { firstText, isObject, listOf, sha256, textOf } from './shape.ts';
import { type Arrival, accepted, refused, type Translation } from './translation.ts';
import { webhookAccepted, webhookRefused } from './webhook-replies.ts';

const TYPES: ReadonlyMap<unknown, EventSeverity> = new Map([
  ['info', 'info'],
  ['success', 'info'],
  ['warning', 'warning'],
  ['failure', 'critical'],
]);

export interface AppriseOptions {
  /**
   * What a `success` does. `trigger` by default: Apprise says nothing about which failure it ends. With `resolve`, notifications of the
   * same title belong together, and a success resolves.
   */
  readonly success?: 'trigger' | 'resolve';
}

export function isApprise(body: unknown): boolean {
  return isObject(body) && TYPES.has(body.type) && typeof body.version === 'string' && typeof body.message === 'string';
}

export function translateApprise(
  body: unknown,
  { receivedAt, newKey }: Arrival,
  options: AppriseOptions = {},
): Translation {
  if (!isObject(body)) return refused('unreadable', webhookRefused(['The body is not a JSON object']));
  const title = firstText(body.title, body.message);
  if (title === undefined) return refused('invalid', webhookRefused(["'title' and 'message' are missing or blank"]));
  const byTitle = options.success === 'resolve';
  const names = listOf(body.attachments)
    .filter(isObject)
    .flatMap((attachment) => textOf(attachment.filename) ?? []);
  const event = makeEvent({
    action: byTitle && body.type === 'success' ? 'resolve' : 'trigger',
    dedupKey: byTitle ? sha256(title) : newKey(),
    severity: TYPES.get(body.type) ?? 'error',
    title,
    message: textOf(body.message),
    details: { type: textOf(body.type) ?? null, ...(names.length === 0 ? {} : { attachments: names }) },
    client: 'Apprise',
    detectedAt: receivedAt,
  });
  return accepted([event], webhookAccepted(1, 200));
}
