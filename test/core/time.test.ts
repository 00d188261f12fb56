import { describe, expect, it } from '@jest/globals';
import { isTimeZone, localClock, localDay, parseInstant, spokenDuration, toIso } from '../../core/time.ts';

describe('parseInstant', () => {
  it.each([
    ['with Z', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['with milliseconds', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z'],
    ['with microseconds (PDaltagent)', '2026-01-02T03:04:05.678901Z', '2026-01-02T03:04:05.678Z'],
    ['with nanoseconds (Alertmanager)', '2026-01-02T03:04:05.678901234Z', '2026-01-02T03:04:05.678Z'],
    ['with an offset', '2026-01-02T03:04:05+02:00', '2026-01-02T01:04:05.000Z'],
    ['with a western offset', '2026-01-02T03:04:05-05:30', '2026-01-02T08:34:05.000Z'],
    ['with an offset without a colon (CloudWatch)', '2026-01-02T03:04:05.678+0000', '2026-01-02T03:04:05.678Z'],
    ['with an offset of zero, negative', '2026-01-02T03:04:05-00:00', '2026-01-02T03:04:05.000Z'],
    ['without a zone, which is UTC (netdata)', '2026-11-21T07:04:53.000', '2026-11-21T07:04:53.000Z'],
    ['without a zone and fraction', '2026-11-21T07:04:53', '2026-11-21T07:04:53.000Z'],
    ['without seconds', '2026-11-21T07:04Z', '2026-11-21T07:04:00.000Z'],
    ['with a space', '2026-11-21 07:04:53', '2026-11-21T07:04:53.000Z'],
    ['in lower case', '2026-11-21t07:04:53z', '2026-11-21T07:04:53.000Z'],
    ['with blanks around', ' 2026-11-21T07:04:53Z\n', '2026-11-21T07:04:53.000Z'],
    ['on a leap day', '2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['before 1970', '1969-12-31T23:59:59Z', '1969-12-31T23:59:59.000Z'],
  ])('reads %s', (_what, text, expected) => {
    const at = parseInstant(text);
    expect(at === undefined ? at : toIso(at)).toBe(expected);
  });

  it.each([
    '',
    'now',
    '2026',
    '2026-01-02',
    '1767323045',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-02T25:00:00Z',
    '2026-01-02T03:61:00Z',
    '2026-01-02T03:04:05+25:00',
    '2026-01-02T03:04:05 CET',
    '2026-01-02T03:04:05.1234567890Z',
    '2026-01-02T03:04:05Z[Europe/Berlin]',
    '02.01.2026 03:04',
    `2026-01-02T03:04:05Z${'0'.repeat(50_000)}`,
  ])('answers undefined for %.40s', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

describe('localDay', () => {
  it.each([
    ['a minute before midnight in Berlin, winter', '2026-12-23T22:59:59.999Z', 'Europe/Berlin', '2026-12-23'],
    ['midnight in Berlin, winter', '2026-12-23T23:00:00Z', 'Europe/Berlin', '2026-12-24'],
    ['midnight in Berlin, summer', '2026-06-23T22:00:00Z', 'Europe/Berlin', '2026-06-24'],
    ['before the clocks go forward', '2026-03-28T22:59:59Z', 'Europe/Berlin', '2026-03-28'],
    ['the end of the 23-hour day', '2026-03-29T21:59:59Z', 'Europe/Berlin', '2026-03-29'],
    ['the end of the 25-hour day', '2026-10-25T22:59:59Z', 'Europe/Berlin', '2026-10-25'],
    ['after the 25-hour day', '2026-10-25T23:00:00Z', 'Europe/Berlin', '2026-10-26'],
    ['a day ahead in Kiritimati', '2026-11-21T10:00:00Z', 'Pacific/Kiritimati', '2026-11-22'],
    ['a day behind in Honolulu', '2026-11-21T09:59:59Z', 'Pacific/Honolulu', '2026-11-20'],
    ['quarter-hour zones', '2026-11-21T18:15:00Z', 'Asia/Kathmandu', '2026-11-22'],
    ['the day that Apia never had', '2011-12-30T10:00:00Z', 'Pacific/Apia', '2011-12-31'],
    ['a midnight that Santiago skipped', '2026-09-06T04:00:00Z', 'America/Santiago', '2026-09-06'],
    ['UTC', '2026-11-21T23:59:59.999Z', 'UTC', '2026-11-21'],
  ])('%s', (_what, at, zone, day) => {
    expect(localDay(Date.parse(at), zone)).toBe(day);
  });

  it('refuses a zone that does not exist', () => {
    expect(() => localDay(0, 'Europe/Atlantis')).toThrow(RangeError);
  });
});

describe('localClock', () => {
  it.each([
    ['2026-07-01T01:04:59Z', 'Europe/Berlin', '2026-07-01 03:04 Europe/Berlin'],
    ['2026-12-31T23:30:00Z', 'Asia/Kolkata', '2027-01-01 05:00 Asia/Kolkata'],
  ])('%s in %s', (at, zone, text) => expect(localClock(Date.parse(at), zone)).toBe(text));
});

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'])('knows %s', (name) =>
    expect(isTimeZone(name)).toBe(true),
  );
  it.each(['', 'Berlin', 'Europe/Atlantis', 'Europe/Berlin; rm'])('does not know %p', (name) =>
    expect(isTimeZone(name)).toBe(false),
  );
});

describe('spokenDuration', () => {
  it.each([
    [0, '0 s'],
    [45_000, '45 s'],
    [600_000, '10 min'],
    [3_600_000, '60 min'],
    [5_400_000, '1 h 30 min'],
    [7_200_000, '2 h'],
    [604_800_000, '168 h'],
  ])('%d ms', (ms, text) => expect(spokenDuration(ms)).toBe(text));
});
