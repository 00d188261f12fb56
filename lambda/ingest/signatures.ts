/**
 * Signatures over raw request bodies. Always over the bytes as received, before anything is parsed. Every check takes several
 * secrets, so that a secret can be rotated, and compares in constant time.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type EpochMs, SECOND_MS } from '../../core/time.ts';
import { sha256 } from './shape.ts';

type Bytes = Buffer | string;

function hmacHex(secret: string, ...parts: readonly Bytes[]): string {
  const hmac = createHmac('sha256', secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}

function sameText(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function matchesAny(given: readonly string[], expected: readonly string[]): boolean {
  return expected.some((one) => given.some((other) => sameText(other, one)));
}

const MAX_AGE_MS = 300 * SECOND_MS;

export interface SlackSigned {
  readonly rawBody: Buffer;
  /** `X-Slack-Request-Timestamp`, epoch seconds. */
  readonly timestamp: string | undefined;
  /** `X-Slack-Signature`. */
  readonly signature: string | undefined;
}

/** Slack's v0 signature. Refuses a timestamp more than 300 s away from `now`, in either direction. Follows api.slack.com "Verifying requests". */
export function isFromSlack(
  { rawBody, timestamp, signature }: SlackSigned,
  secrets: readonly string[],
  now: EpochMs,
): boolean {
  if (!signature || !timestamp || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp) * SECOND_MS) > MAX_AGE_MS) return false;
  return matchesAny(
    [signature],
    secrets.map((secret) => `v0=${hmacHex(secret, `v0:${timestamp}:`, rawBody)}`),
  );
}

/** The value of `X-PagerDuty-Signature`: one part per secret, no space after the comma (receivers do not trim). */
export function signPagerDuty(body: Bytes, secrets: readonly string[]): string {
  return secrets.map((secret) => `v1=${hmacHex(secret, body)}`).join(',');
}

/** True when any part of the header was made with any of the secrets. Follows PagerDuty/developer-docs docs/webhooks/04-Signatures. */
export function isSignedByPagerDuty(rawBody: Buffer, header: string | undefined, secrets: readonly string[]): boolean {
  const given = (header ?? '').split(',').map((part) => part.trim());
  return matchesAny(
    given,
    secrets.map((secret) => `v1=${hmacHex(secret, rawBody)}`),
  );
}

export interface GrafanaSigned {
  readonly rawBody: Buffer;
  /** `X-Grafana-Alerting-Signature`, or whatever header the contact point names: hex without a prefix. */
  readonly signature: string | undefined;
  /** The value of the contact point's timestamp header. Absent when it has none; the signature is then over the body alone. */
  readonly timestamp?: string;
}

/**
 * Grafana's webhook signature, with or without a timestamp header. With one, a timestamp more than 300 s away from `now` is refused.
 * Whoever requires the timestamp form must refuse a request without the header before calling. Follows grafana/alerting
 * receivers/webhook.
 */
export function isFromGrafana(
  { rawBody, signature, timestamp }: GrafanaSigned,
  secrets: readonly string[],
  now: EpochMs,
): boolean {
  if (!signature) return false;
  if (timestamp !== undefined) {
    if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * SECOND_MS) > MAX_AGE_MS) return false;
  }
  const prefix = timestamp === undefined ? [] : [`${timestamp}:`];
  return matchesAny(
    [signature.toLowerCase()],
    secrets.map((secret) => hmacHex(secret, ...prefix, rawBody)),
  );
}

/** The dedup key (PagerDuty) or alias (Opsgenie) that Alertmanager and Grafana make of a group key. */
export function groupDedupKey(groupKey: string): string {
  return sha256(groupKey);
}
