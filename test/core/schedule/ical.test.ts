import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toICalendar } from '../../../core/schedule/ical.ts';
import type { Shift } from '../../../core/schedule/schedule.ts';
import { at } from './build.ts';

const options = {
  name: 'Primary',
  productId: '-//Example//On-call//EN',
  now: at('2026-11-01T12:00Z'),
  domain: 'oncall.example.com',
  id: 'primary',
};
const shift = (...users: string[]): Shift => ({
  from: at('2026-11-02T08:00Z'),
  to: at('2026-11-09T08:00Z'),
  onCall: users.map((user) => ({ user, reason: { kind: 'day', day: '2026-11-02' } })),
});
const unfolded = (text: string) => text.replaceAll('\r\n ', '').split('\r\n');
const field = (text: string, name: string) =>
  unfolded(text)
    .filter((line) => line.startsWith(`${name}:`))
    .map((line) => line.slice(name.length + 1));

describe('the calendar of shifts', () => {
  it('has an event for each person, in UTC', () => {
    expect(
      toICalendar([shift('ada', 'grace@example.com')], { ...options, displayName: (user) => user.toUpperCase() }).split(
        '\r\n',
      ),
    ).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Example//On-call//EN',
      'CALSCALE:GREGORIAN',
      'METHOD:PUBLISH',
      'X-WR-CALNAME:Primary',
      'BEGIN:VEVENT',
      'UID:20261102T080000Z-ada-primary@oncall.example.com',
      'DTSTAMP:20261101T120000Z',
      'DTSTART:20261102T080000Z',
      'DTEND:20261109T080000Z',
      'SUMMARY:On call: ADA',
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:20261102T080000Z-grace%40example.com-primary@oncall.example.com',
      'DTSTAMP:20261101T120000Z',
      'DTSTART:20261102T080000Z',
      'DTEND:20261109T080000Z',
      'SUMMARY:On call: GRACE@EXAMPLE.COM',
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ]);
  });

  it('keeps the identifier of an event when it is made again, or ends at another time', () => {
    const ids = (each: Shift, now: number) => field(toICalendar([each], { ...options, now }), 'UID');
    expect(ids({ ...shift('ada'), to: at('2026-11-03T08:00Z') }, 0)).toEqual(ids(shift('ada'), options.now));
    expect(ids(shift('ada'), 0)).not.toEqual(ids(shift('grace'), 0));
  });

  it('escapes what would end a field, and lets no line in', () => {
    const text = toICalendar([shift('a\r\nATTENDEE:mailto:x@example.com\n;,\\\u0000\u007f')], options);
    expect(field(text, 'SUMMARY')).toEqual(['On call: a\\nATTENDEE:mailto:x@example.com\\n\\;\\,\\\\']);
    expect(field(text, 'ATTENDEE')).toEqual([]);
  });

  it('whatever the names are, has lines of 75 octets at most and the same number of them', () => {
    const hostile = fc.string({
      unit: fc.constantFrom(
        'a',
        'ü',
        '漢',
        '🔥',
        '\ud800',
        '\r',
        '\n',
        ';',
        ',',
        '\\',
        ':',
        '\u2028',
        'BEGIN:VEVENT',
        ' ',
      ),
      maxLength: 80,
    });
    fc.assert(
      fc.property(hostile, hostile, hostile, (user, name, domain) => {
        const text = toICalendar([shift(user)], { ...options, name, productId: name, id: name, domain });
        const lines = text.split('\r\n');
        expect(lines.filter((line) => Buffer.byteLength(line) > 75 || /[\r\n]/.test(line))).toEqual([]);
        expect(unfolded(text)).toHaveLength(16);
        const raw = field(text, 'SUMMARY')[0]?.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
        expect(raw).toBe(`On call: ${user}`.toWellFormed().replace(/\r\n|[\r\u2028]/g, '\n'));
      }),
      { numRuns: 500 },
    );
  });
});
