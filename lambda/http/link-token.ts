import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EpochMs } from '../../core/time.ts';
import type { LinkSecret } from '../data/link-secrets.ts';

export type { LinkSecret };

/** `view` opens the page of an incident; `ack` may acknowledge it. */
export type LinkPurpose = 'view' | 'ack';

/** What a link permits: one person, one incident, one purpose, until `expiresAt` (that instant itself is too late). */
export interface LinkGrant {
  readonly purpose: LinkPurpose;
  readonly incidentId: number;
  /** The address of the person whom the link was sent to. */
  readonly person: string;
  readonly expiresAt: EpochMs;
}

export type LinkRefusal = 'malformed' | 'bad-signature' | 'expired' | 'wrong-purpose';

export type LinkReading =
  | { readonly ok: true; readonly incidentId: number; readonly person: string }
  | { readonly ok: false; readonly reason: LinkRefusal };

/*
 * The id of the secret travels along, so it must say nothing about the secret.
 *
 * Token = base64url(head ‖ person ‖ mac), head = version(1) purpose(1) incidentId(6) expiresAt(6) keyIdLength(1) keyId, numbers big-endian.
 * Binary, because the URL stands in full in the text part of a mail. The mac covers everything before it.
 */
const VERSION = 1;
const PURPOSES: readonly LinkPurpose[] = ['view', 'ack'];
const FIXED_BYTES = 15;
/** HMAC-SHA256 cut to half its length, as RFC 4868 does: 128 bits are beyond guessing. */
const MAC_BYTES = 16;
const MAX_TOKEN_CHARS = 1_024;
const MAX_UINT48 = 2 ** 48 - 1;
/** Keeps these signatures apart from whatever else might one day be signed with the same secret. */
const CONTEXT = 'inresponse link\0';
const MIN_SECRET_CHARS = 16;

function mac(secret: string, payload: Buffer): Buffer {
  return createHmac('sha256', secret).update(CONTEXT).update(payload).digest().subarray(0, MAC_BYTES);
}

/**
 * A token for one path segment (`A-Z a-z 0-9 - _`), signed with the first of `secrets`: newest first. Throws RangeError when
 * there is no usable secret or a value does not fit; the message never holds a secret.
 */
export function signLink(grant: LinkGrant, secrets: readonly LinkSecret[]): string {
  const [newest] = secrets;
  if (!newest) throw new RangeError('no secret to sign links with');
  const keyId = Buffer.from(newest.id);
  if (keyId.length === 0 || keyId.length > 255) throw new RangeError('the id of a link secret has 1 to 255 bytes');
  if (newest.secret.length < MIN_SECRET_CHARS) throw new RangeError(`link secret "${newest.id}" is too short`);
  if (!grant.person.isWellFormed() || grant.person === '')
    throw new RangeError('a link is for a person with an address');
  for (const value of [grant.incidentId, grant.expiresAt]) {
    if (!Number.isInteger(value) || value < 0 || value > MAX_UINT48)
      throw new RangeError(`a link cannot hold the number ${value}`);
  }
  const head = Buffer.alloc(FIXED_BYTES);
  head.writeUInt8(VERSION, 0);
  head.writeUInt8(PURPOSES.indexOf(grant.purpose), 1);
  head.writeUIntBE(grant.incidentId, 2, 6);
  head.writeUIntBE(grant.expiresAt, 8, 6);
  head.writeUInt8(keyId.length, 14);
  const payload = Buffer.concat([head, keyId, Buffer.from(grant.person)]);
  const token = Buffer.concat([payload, mac(newest.secret, payload)]).toString('base64url');
  if (token.length > MAX_TOKEN_CHARS) throw new RangeError('the address is too long for a link');
  return token;
}

/**
 * Whom and what a token is for, if it is genuine, made for `purpose` and still good at `now`. Any of `secrets` verifies. What a
 * token says is believed only after its signature: `expired` and `wrong-purpose` are said of genuine links alone.
 */
export function readLink(
  token: string,
  purpose: LinkPurpose,
  secrets: readonly LinkSecret[],
  now: EpochMs,
): LinkReading {
  const bytes = token.length <= MAX_TOKEN_CHARS ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
  // Node's decoder skips what it does not know and ignores spare bits: only the one canonical spelling counts.
  if (bytes.toString('base64url') !== token || bytes.length <= FIXED_BYTES + MAC_BYTES) return refuse('malformed');
  const payload = bytes.subarray(0, -MAC_BYTES);
  const personStart = FIXED_BYTES + payload.readUInt8(14);
  if (payload.readUInt8(0) !== VERSION || personStart >= payload.length) return refuse('malformed');

  const keyId = payload.toString('utf8', FIXED_BYTES, personStart);
  const given = bytes.subarray(-MAC_BYTES);
  const genuine = secrets.some(
    ({ id, secret }) =>
      id === keyId && secret.length >= MIN_SECRET_CHARS && timingSafeEqual(mac(secret, payload), given),
  );
  if (!genuine) return refuse('bad-signature');
  if (PURPOSES[payload.readUInt8(1)] !== purpose) return refuse('wrong-purpose');
  if (now >= payload.readUIntBE(8, 6)) return refuse('expired');
  return { ok: true, incidentId: payload.readUIntBE(2, 6), person: payload.toString('utf8', personStart) };
}

function refuse(reason: LinkRefusal): LinkReading {
  return { ok: false, reason };
}
