import type { InboundEvent } from '../../../core/event.ts';
import type { Reply } from '../../../lambda/ingest/reply.ts';
import type { Arrival, Translation } from '../../../lambda/ingest/translation.ts';

export const RECEIVED_AT = Date.UTC(2026, 10, 21, 7, 5, 0);
export const NEW_KEY = '0123456789abcdef'.repeat(2);
export const ROUTING_KEY = 'a'.repeat(32);
export const arrival: Arrival = { receivedAt: RECEIVED_AT, newKey: () => NEW_KEY };
export const trace = { requestId: '11111111-2222-3333-4444-555555555555', tookSeconds: 0.012 };

export function bodyOf(reply: Reply): unknown {
  return JSON.parse(reply.body);
}

/** The events of a translation that must have been accepted. */
export function eventsOf(translation: Translation): readonly InboundEvent[] {
  if (translation.kind === 'refused') throw new Error(`refused: ${translation.reply.body}`);
  return translation.events;
}

/** The only event of a translation. */
export function eventOf(translation: Translation): InboundEvent {
  const [event, ...others] = eventsOf(translation);
  if (event === undefined || others.length > 0)
    throw new Error(`expected one event, found ${others.length + (event ? 1 : 0)}`);
  return event;
}

/** Status and error texts of a translation that must have been refused. */
export function errorsOf(translation: Translation): { status: number; reason: string; errors: unknown } {
  if (translation.kind === 'accepted') throw new Error('accepted');
  const body = bodyOf(translation.reply) as { errors?: unknown };
  return { status: translation.reply.status, reason: translation.reason, errors: body.errors };
}
