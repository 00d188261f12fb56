import type { InboundEvent } from '../../core/event.ts';
import type { PayloadStore } from '../data/payloads.ts';
import type { Surroundings } from './ports.ts';

/** Above this, an event does not go into the item: each of the half dozen writes of an incident would carry it. */
const MOST_BYTES = 64_000;
/** Of each part that is kept of a larger one. */
const KEPT_BYTES = 8_000;
const KEPT_CHARACTERS = 2_000;

export interface FitDeps extends Pick<Surroundings, 'now' | 'token'> {
  readonly payloads: Pick<PayloadStore, 'put'>;
  /** Without a slash at the end. */
  readonly publicUrl: string;
}

/**
 * The event as it is, or when it is too large for an item: an excerpt, with a link to the whole, which is then stored. The link is an
 * unguessable address: whoever has the mail has it, as with the incident itself.
 */
export async function fitEvent(deps: FitDeps, event: InboundEvent): Promise<InboundEvent> {
  const text = JSON.stringify(event);
  const bytes = Buffer.byteLength(text);
  if (bytes <= MOST_BYTES) return event;
  const payloadId = deps.token();
  await deps.payloads.put(payloadId, text, deps.now());
  const kilobytes = Math.ceil(bytes / 1_024);
  const full = { href: `${deps.publicUrl}/payloads/${payloadId}`, text: `Full event (${kilobytes} KB)` };
  return {
    ...event,
    message: excerpt(event.message),
    ...(event.note === undefined ? {} : { note: excerpt(event.note) }),
    ...(event.details === undefined ? {} : { details: within(event.details, kilobytes) }),
    links: [full, ...first(event.links)],
    images: first(event.images),
  };
}

function excerpt(text: string): string {
  const characters = [...text];
  return characters.length <= KEPT_CHARACTERS
    ? text
    : `${characters.slice(0, KEPT_CHARACTERS).join('')}… (cut; see the full event)`;
}

/** The small members, in their order, as long as there is room. */
function within(details: Readonly<Record<string, unknown>>, kilobytes: number): Record<string, unknown> {
  let room = KEPT_BYTES;
  const kept = Object.entries(details).filter(([name, value]) => {
    const size = Buffer.byteLength(JSON.stringify([name, value]));
    if (size > room) return false;
    room -= size;
    return true;
  });
  const left = Object.keys(details).length - kept.length;
  return left === 0
    ? details
    : { ...Object.fromEntries(kept), 'left out': `${left} of the details; the whole event has ${kilobytes} KB` };
}

function first<T>(list: readonly T[]): T[] {
  let room = KEPT_BYTES;
  return list.filter((item) => {
    room -= Buffer.byteLength(JSON.stringify(item));
    return room >= 0;
  });
}
