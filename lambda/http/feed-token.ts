import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkSecret } from '../data/link-secrets.ts';

/** Whose shifts a calendar feed shows. */
export interface FeedSubject {
  readonly kind: 'schedule' | 'user';
  readonly id: string;
}

/*
 * Token = base64url(kind ‖ id ‖ mac). It does not expire, because calendar programs never ask for a new one: whoever has the address
 * may read the shifts until the link secret that signed it is removed. The same subject has the same address every time.
 */
const KINDS: readonly FeedSubject['kind'][] = ['schedule', 'user'];
/** HMAC-SHA256 cut to half its length, as RFC 4868 does: 128 bits are beyond guessing. */
const MAC_BYTES = 16;
const MAX_TOKEN_CHARS = 1_024;
/** Keeps these signatures apart from those of the links in mails, which are made with the same secrets. */
const CONTEXT = 'inresponse ical\0';
const MIN_SECRET_CHARS = 16;

function mac(secret: string, payload: Buffer): Buffer {
  return createHmac('sha256', secret).update(CONTEXT).update(payload).digest().subarray(0, MAC_BYTES);
}

/** A token for one path segment, signed with the newest secret. Throws RangeError without a usable secret; the message never holds it. */
export function signFeed({ kind, id }: FeedSubject, secrets: readonly LinkSecret[]): string {
  const [newest] = secrets;
  if (!newest || newest.secret.length < MIN_SECRET_CHARS) throw new RangeError('no secret to sign a feed with');
  if (id === '' || !id.isWellFormed()) throw new RangeError('a feed is of something with an id');
  const payload = Buffer.concat([Buffer.of(KINDS.indexOf(kind)), Buffer.from(id)]);
  const token = Buffer.concat([payload, mac(newest.secret, payload)]).toString('base64url');
  if (token.length > MAX_TOKEN_CHARS) throw new RangeError('the id is too long for a feed');
  return token;
}

/** What a token shows, if any of `secrets` has signed it. Undefined for everything else, and it does not say why. */
export function readFeed(token: string, secrets: readonly LinkSecret[]): FeedSubject | undefined {
  const bytes = token.length <= MAX_TOKEN_CHARS ? Buffer.from(token, 'base64url') : Buffer.alloc(0);
  // Node's decoder skips what it does not know and ignores spare bits: only the one canonical spelling counts.
  if (bytes.toString('base64url') !== token || bytes.length <= 1 + MAC_BYTES) return undefined;
  const payload = bytes.subarray(0, -MAC_BYTES);
  const given = bytes.subarray(-MAC_BYTES);
  const genuine = secrets.some(
    ({ secret }) => secret.length >= MIN_SECRET_CHARS && timingSafeEqual(mac(secret, payload), given),
  );
  const kind = KINDS[payload.readUInt8(0)];
  return genuine && kind ? { kind, id: payload.toString('utf8', 1) } : undefined;
}
