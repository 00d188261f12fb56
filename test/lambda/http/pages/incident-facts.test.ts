import { describe, expect, it } from '@jest/globals';
import {
  detailFacts,
  distance,
  incidentLinks,
  urgentFacts,
  when,
} from '../../../../lambda/http/pages/incident-facts.ts';
import { INCIDENT, NOW } from './hostile.ts';

describe('times', () => {
  it.each([
    [0, 'just now'],
    [59_999, '59 s ago'],
    [240_000, '4 min ago'],
    [3_600_000, '1 h ago'],
    [11_100_000, '3 h 5 min ago'],
    [172_800_000, '2 days ago'],
    [-600_000, 'in 10 min'],
  ])('%i ms is %s', (span, text) => {
    expect(distance(NOW - span, NOW)).toBe(text);
  });

  it('stand in the zone of the team and in UTC', () => {
    expect(when(NOW - 240_000, 'Europe/Berlin', NOW)).toBe('2026-11-21 03:04 Europe/Berlin · 02:04 UTC · 4 min ago');
  });

  it('give UTC its own day where that is another', () => {
    expect(when(Date.UTC(2026, 10, 20, 23, 30), 'Europe/Berlin', NOW)).toBe(
      '2026-11-21 00:30 Europe/Berlin · 2026-11-20 23:30 UTC · 2 h 38 min ago',
    );
  });

  it('stand in UTC once for a team in UTC, and for a zone that does not exist', () => {
    const utc = '2026-11-21 02:04 UTC · 4 min ago';
    expect(when(NOW - 240_000, 'UTC', NOW)).toBe(utc);
    expect(when(NOW - 240_000, 'Mars/Olympus', NOW)).toBe(utc);
  });
});

describe('facts', () => {
  it('say how often it was seen', () => {
    const seen = (count: number) =>
      urgentFacts({ ...INCIDENT, count }, 'UTC', NOW).find(({ label }) => label === 'Seen');
    expect(seen(1)?.value).toBe('once');
    expect(seen(3)?.value).toBe('3 times, last 2026-11-21 02:07 UTC · 10 s ago');
  });

  it('say so when nobody owns the service', () => {
    const { team: _, ...orphan } = INCIDENT;
    expect(urgentFacts(orphan, 'UTC', NOW)).toContainEqual({ label: 'Team', value: 'none: the service has no owner' });
  });

  it('show nested details as compact JSON', () => {
    expect(detailFacts(INCIDENT)).toEqual([
      { label: 'region', value: 'eu-central-1' },
      { label: 'labels', value: '{"pod":"web-3","tries":[1,2]}' },
    ]);
    expect(
      detailFacts({ ...INCIDENT, details: { a: null, b: undefined, c: 10n, d: false } }).map(({ value }) => value),
    ).toEqual(['null', 'undefined', '"10"', 'false']);
  });

  it('cut a flood of details and say how many are missing', () => {
    const details = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`k${i}`, i]));
    const rows = detailFacts({ ...INCIDENT, details });
    expect(rows).toHaveLength(101);
    expect(rows.at(-1)).toEqual({ label: 'Not shown', value: '30 more' });
  });
});

describe('links', () => {
  it('are links only when http or https; the others keep their address as text', () => {
    const links = [
      { href: 'https://a.example/', text: 'A' },
      { href: 'https://b.example/' },
      { href: 'javascript:alert(1)', text: 'Click' },
      { href: 'runbook 7' },
    ];
    expect(incidentLinks({ ...INCIDENT, links })).toEqual([
      { label: 'A', href: 'https://a.example/' },
      { label: 'https://b.example/', href: 'https://b.example/' },
      { label: 'Click: javascript:alert(1)' },
      { label: 'runbook 7' },
    ]);
  });
});
