import type { InboundEvent } from '../../core/event.ts';

/**
 * Events without the key that they came with. Where any JSON is taken, a sender's `routing_key` would be one more detail, and the
 * address that a mail was sent to is one; whoever may read the incident must not be able to send in the sender's name.
 */
export function withoutKey(events: readonly InboundEvent[], key: string): readonly InboundEvent[] {
  const text = JSON.stringify(events);
  // A key is letters, digits and hyphens, so it stands in JSON as it is.
  if (!/^[\w-]{8,}$/.test(key) || !text.toLowerCase().includes(key.toLowerCase())) return events;
  return (JSON.parse(text.replace(new RegExp(key, 'gi'), '…')) as InboundEvent[]).map(unrouted);
}

/** A mail to the key's own address names no service. */
function unrouted(event: InboundEvent): InboundEvent {
  if (event.service !== '…') return event;
  const { service: _key, ...rest } = event;
  return rest;
}
