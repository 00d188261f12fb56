import { createHash } from 'node:crypto';
import { type EpochMs, HOUR_MS, parseInstant } from '../../core/time.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one when it is anything else. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A member by a name that may come from outside: inherited members such as `constructor` are not there. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Text that says something. Numbers and booleans count, because senders write `"dedup_key": 1`; blank text does not. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** The first of the values that is text and not blank. */
export function firstText(...values: readonly unknown[]): string | undefined {
  for (const value of values) {
    const text = textOf(value);
    if (text !== undefined) return text;
  }
  return undefined;
}

export function isLongerThan(text: string, codePoints: number): boolean {
  if (text.length <= codePoints) return false;
  return text.length > 2 * codePoints || [...text].length > codePoints;
}

/** The first `codePoints` characters; never half of one. */
export function cut(text: string, codePoints: number): string {
  if (!isLongerThan(text, codePoints)) return text;
  return [...text.slice(0, 2 * codePoints)].slice(0, codePoints).join('');
}

const KEY_BYTES = 1_024;

/**
 * A dedup key that fits: itself when it is short enough, else its beginning and its SHA-256, so that two long keys that differ only
 * at the end stay two. The same input gives the same key on trigger and resolve, and a folded key is left as it is. The byte limit
 * keeps service and key within the 2,048 bytes of a DynamoDB partition key.
 */
export function foldKey(key: string, codePoints: number): string {
  if (!isLongerThan(key, codePoints) && Buffer.byteLength(key) <= KEY_BYTES) return key;
  const readable = cut(key, Math.min(codePoints, KEY_BYTES / 4) - 65);
  return `${readable}~${sha256(key)}`;
}

/** Lower-case hex SHA-256 of the text's UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** JSON of a value; `{}`-like text never fails, nesting too deep to write out is said in words. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '"(nested too deep)"';
  }
}

const CLOCK_SKEW_MS = 24 * HOUR_MS;

/**
 * An instant as senders write it: RFC 3339 text, epoch seconds or epoch milliseconds. Undefined when it is none of these, lies before
 * 1970 (Go's zero time is the year 1) or more than a day ahead of `receivedAt`.
 */
export function instantOf(value: unknown, receivedAt: EpochMs): EpochMs | undefined {
  const at = typeof value === 'string' ? (parseInstant(value) ?? epochOf(Number(value.trim() || NaN))) : epochOf(value);
  return at !== undefined && at > 0 && at <= receivedAt + CLOCK_SKEW_MS ? at : undefined;
}

/** Ten digits are seconds until the year 2286, thirteen are milliseconds since 2001. */
function epochOf(value: unknown): EpochMs | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return Math.trunc(value < 1e11 ? value * 1_000 : value);
}
