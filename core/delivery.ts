import type { StopsWhen } from './policy.ts';
import type { EpochMs } from './time.ts';

export const CONTACT_KINDS = ['email', 'sms', 'voice', 'slack', 'webhook'] as const;

/** A way to reach somebody. */
export interface Contact {
  readonly kind: (typeof CONTACT_KINDS)[number];
  readonly address: string;
  readonly name?: string;
}

/** In which capacity somebody is paged. */
export type DeliveryRole = 'oncall' | 'escalation' | 'fallback' | 'responder';

export type DeliveryStatus =
  /** Planned, to be sent at `notBefore`. */
  | 'pending'
  /** Somebody is sending it; nobody else may until `leaseUntil`. */
  | 'claimed'
  /** The provider took it. */
  | 'sent'
  /** Given up; the fallback contact has been planned instead. */
  | 'failed'
  /** Not needed any more: acknowledged, resolved, re-opened. */
  | 'cancelled';

/** One notification to one contact. Claimed by a conditional write before it is sent: that is what makes a page exactly one. */
export interface Delivery {
  readonly id: number;
  readonly run: number;
  readonly step: number;
  readonly role: DeliveryRole;
  readonly to: Contact;
  /** A sentence for people: why this person is paged. */
  readonly reason: string;
  readonly status: DeliveryStatus;
  readonly notBefore: EpochMs;
  readonly stopsWhen?: StopsWhen;
  /** Somebody asked for it by hand: it belongs to no step, so a new run does not call it off. */
  readonly asked?: true;
  readonly attempts: number;
  readonly claim?: string;
  readonly leaseUntil?: EpochMs;
  readonly sentAt?: EpochMs;
  readonly messageId?: string;
  readonly error?: string;
}

/** What a channel answers. `retryable` is tried again later, `permanent` goes to the fallback contact at once. */
export type ChannelOutcome =
  | { readonly kind: 'ok'; readonly messageId: string }
  | { readonly kind: 'retryable'; readonly error: string }
  | { readonly kind: 'permanent'; readonly error: string };

/** Longer than any sender of a claim can live (the reconciler's 50 s), so a lapsed lease means that its holder is gone. */
export const LEASE_MS = 75_000;

/** A claim that was not sent on within this time is not sent on at all, but claimed anew: somebody may have acknowledged meanwhile. */
export const SEND_WITHIN_MS = 10_000;

/** False when too much time has passed since `delivery` was claimed for it to be sent on that claim. */
export function mayStillSend({ leaseUntil = Number.POSITIVE_INFINITY }: Delivery, now: EpochMs): boolean {
  return now <= leaseUntil - LEASE_MS + SEND_WITHIN_MS;
}

const RETRY_AFTER_MS = [15_000, 30_000, 60_000, 120_000, 240_000] as const;
/** The fallback is the last resort: it is tried for a day, for as long as a provider's outage may well last. */
const FALLBACK_RETRIES = 115;
const PATIENT_AFTER_ATTEMPTS = 20;
const LONG_RETRY_MS = 240_000;
const LONGEST_RETRY_MS = 900_000;

/** When a delivery that failed `attempts` times is tried again; undefined when it is given up. */
export function retryAt(role: DeliveryRole, attempts: number, now: EpochMs): EpochMs | undefined {
  const delay = RETRY_AFTER_MS[attempts - 1];
  if (delay !== undefined) return now + delay;
  if (role !== 'fallback' || attempts > FALLBACK_RETRIES) return undefined;
  return now + (attempts > PATIENT_AFTER_ATTEMPTS ? LONGEST_RETRY_MS : LONG_RETRY_MS);
}

/** True when `delivery` may be sent at `now`: planned and due, or claimed by somebody who did not live to report. */
export function isDue(delivery: Delivery, now: EpochMs): boolean {
  const at = dueTime(delivery);
  return at !== undefined && at <= now;
}

/** When a delivery needs somebody's attention next; undefined when it is finished. */
export function dueTime(delivery: Delivery): EpochMs | undefined {
  if (delivery.status === 'pending') return delivery.notBefore;
  if (delivery.status === 'claimed') return delivery.leaseUntil;
  return undefined;
}
