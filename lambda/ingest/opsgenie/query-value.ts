import { readPriority } from '../../../core/event.ts';
import { type EpochMs, HOUR_MS, parseInstant } from '../../../core/time.ts';

/** First and last millisecond that a time in a query means. */
export interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/**
 * A time as a query writes it: epoch milliseconds, RFC 3339, or a day as `dd-MM-yyyy` (Opsgenie's own way) or `yyyy-MM-dd`, which means
 * all of that UTC day. Undefined for anything else.
 */
export function spanOf(text: string): Span | undefined {
  const european = /^(\d{2})-(\d{2})-(\d{4})$/.exec(text);
  const iso = european ? `${european[3]}-${european[2]}-${european[1]}` : text;
  if (/^\d{4}-\d{2}-\d{2}$/.test(iso)) {
    const day = parseInstant(`${iso}T00:00`);
    return day === undefined ? undefined : { from: day, to: day + 24 * HOUR_MS - 1 };
  }
  const instant = /^\d{1,15}$/.test(text) ? Number(text) : parseInstant(text);
  return instant === undefined ? undefined : { from: instant, to: instant };
}

const TIMES: ReadonlySet<string> = new Set(['createdAt', 'updatedAt', 'lastOccurredAt']);
const FLAGS: ReadonlySet<string> = new Set(['acknowledged', 'snoozed', 'isSeen']);

/** Whether a field can have such a value at all: a typing error must not look like "no alerts". */
export function isReadable(field: string, value: string): boolean {
  if (TIMES.has(field)) return spanOf(value) !== undefined;
  if (FLAGS.has(field)) return /^(true|false)$/i.test(value);
  if (field === 'priority') return readPriority(value) !== undefined;
  if (field === 'count') return /^\d{1,9}$/.test(value);
  return field !== 'status' || /^(open|closed)$/i.test(value);
}
