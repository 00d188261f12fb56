import { type EpochMs, toIso } from '../time.ts';
import type { Shift } from './schedule.ts';

export interface CalendarOptions {
  /** Shown as the calendar's title. */
  readonly name: string;
  /** Names the software: `-//Example//On-call//EN`. */
  readonly productId: string;
  /** When the calendar is made. */
  readonly now: EpochMs;
  /** Makes the events' identifiers unique in the world. */
  readonly domain: string;
  /** Tells the events of several schedules apart; the name when absent, so give the schedule's id where names may change. */
  readonly id?: string;
  /** What a person is called; the user id when absent. */
  readonly displayName?: (user: string) => string;
}

const encoder = new TextEncoder();

/**
 * RFC 5545 section 3.3.11. Control characters are not allowed at all; a line break of any kind becomes `\n`. What overrides the
 * direction of text goes too: it can make a name read as another.
 */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\\;,]/g, '\\$&')
    .replace(/\r\n|[\n\r\u0085\u2028\u2029]/g, '\\n')
    .replace(/(?!\t)\p{Cc}|\p{Bidi_Control}/gu, '');
}

/** RFC 5545 section 3.1: at most 75 octets in a line without its break, and never a character cut in two. */
function fold(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (octets + size > 75) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

function utc(at: EpochMs): string {
  return `${toIso(at).slice(0, 19).replace(/[-:]/g, '')}Z`;
}

function uid(shift: Shift, user: string, { id, name, domain }: CalendarOptions): string {
  const part = (text: string) => encodeURIComponent(text.toWellFormed());
  return `${utc(shift.from)}-${part(user)}-${part(id ?? name)}@${domain.replace(/[^A-Za-z0-9.-]/g, '')}`;
}

/**
 * Shifts as an iCalendar document (RFC 5545) in UTC: one event for each person of a shift. An event keeps its identifier as long
 * as its person, schedule and beginning are the same, so give shifts with their true ends (`whole`).
 */
export function toICalendar(shifts: readonly Shift[], options: CalendarOptions): string {
  const { name, productId, now, displayName = (user) => user } = options;
  const events = shifts.flatMap((shift) =>
    shift.onCall.flatMap(({ user }) => [
      'BEGIN:VEVENT',
      `UID:${uid(shift, user, options)}`,
      `DTSTAMP:${utc(now)}`,
      `DTSTART:${utc(shift.from)}`,
      `DTEND:${utc(shift.to)}`,
      `SUMMARY:${escapeText(`On call: ${displayName(user)}`)}`,
      // On call is not busy: meetings may be planned.
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
  );
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:${escapeText(productId)}`,
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escapeText(name)}`,
    ...events,
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}
