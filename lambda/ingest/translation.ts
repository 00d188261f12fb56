import type { InboundEvent } from '../../core/event.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Reply } from './reply.ts';

/** What a translation may not make up for itself. */
export interface Arrival {
  readonly receivedAt: EpochMs;
  /** A new dedup key: 32 lower-case hex digits. */
  readonly newKey: () => string;
}

export interface Accepted {
  readonly kind: 'accepted';
  /** In the order in which they must be applied. Empty when there is nothing to do; `ignored` then says why. */
  readonly events: readonly InboundEvent[];
  /** To be sent once the events are durable, not before. */
  readonly reply: Reply;
  /** The integration key, where the format carries it in the body. Not checked yet. */
  readonly key?: string;
  readonly ignored?: string;
  /** SNS asks to confirm a subscription: fetch this, after the signature has been verified, before replying. */
  readonly confirmUrl?: string;
}

export interface Refused {
  readonly kind: 'refused';
  readonly reason: 'unreadable' | 'invalid' | 'keyMissing' | 'keyInvalid' | 'tooLarge';
  readonly reply: Reply;
}

/** Either what to do and what to answer afterwards, or the protocol's own error. Translators never throw. */
export type Translation = Accepted | Refused;

export function accepted(events: readonly InboundEvent[], reply: Reply, key?: string): Accepted {
  return { kind: 'accepted', events, reply, ...(key === undefined ? {} : { key }) };
}

export function ignored(why: string, reply: Reply): Accepted {
  return { kind: 'accepted', events: [], reply, ignored: why };
}

export function refused(reason: Refused['reason'], reply: Reply): Refused {
  return { kind: 'refused', reason, reply };
}
