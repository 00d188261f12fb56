import { describe, expect, it } from '@jest/globals';
import type { Sent } from '../../bench/load/event.ts';
import { compare } from '../../bench/load/verify.ts';

const ADA = 'ada@example.org';

/** Statuses of the attempts of one event, in turn; undefined where no answer came. */
function sent(key: string, ...statuses: (number | undefined)[]): Sent {
  const attempts = statuses.map((status, index) => ({
    at: 1_000 + index,
    endedAt: 1_001 + index,
    answer: status === undefined ? undefined : { status, ...(status < 300 ? { incidentId: 10_000 } : {}) },
  }));
  return { event: { id: key, key }, dueAt: 1_000, attempts };
}

const stored = (dedupKey: string, count: number, incidentId = 10_000) => ({
  incidentId,
  dedupKey,
  count,
  escalation: { pages: [] },
});

const paged = (...pages: [to: string, sentAt: number][]) =>
  new Map([[10_000, pages.map(([to, sentAt], index) => ({ messageId: `${index}`, incidentId: 10_000, to, sentAt }))]]);

const once = paged([ADA, 1_500]);
const none = new Map<number, never>();

describe('what a load bench says of what was sent', () => {
  it('finds nothing wrong with one incident, counted and paged, and says how long its page took', () => {
    const found = compare([sent('a', 201), sent('a', 200)], [stored('a', 2)], once, [ADA]);
    expect(found).toMatchObject({ lost: [], twice: [], faults: [], duplicates: 1 });
    expect(found.pageDelays.get('a')).toBe(500);
  });

  it.each([
    ['an accepted event without an incident', [sent('a', 201)], [], none],
    ['an incident that nobody was paged about', [sent('a', 201)], [stored('a', 1)], none],
    ['an accepted event after unanswered ones', [sent('a', undefined, 504, 201)], [], none],
  ])('lost: %s', (_, events, incidents, pages) => {
    expect(compare(events, incidents, pages, [ADA]).lost).toHaveLength(1);
  });

  it('does not call lost what was never accepted', () => {
    const found = compare([sent('a', 429), sent('b', undefined)], [], none, [ADA]);
    expect(found).toMatchObject({ lost: [], faults: [] });
  });

  it.each([
    ['a count that misses an accepted event', [sent('a', 201), sent('a', 200)], [stored('a', 1)]],
    ['a count of more than was sent', [sent('a', undefined, 201)], [stored('a', 3)]],
    ['a refused event that was counted', [sent('a', 429, 201)], [stored('a', 2)]],
    ['a second incident', [sent('a', 201)], [stored('a', 1), stored('a', 1, 10_001)]],
    ['an incident of a refused event', [sent('a', 429)], [stored('a', 1)]],
    ['an answer that names another incident', [sent('a', 201)], [stored('a', 1, 10_001)]],
    ['an incident that nobody sent', [sent('a', 201)], [stored('a', 1), stored('z', 1, 10_001)]],
  ])('at fault: %s', (_, events, incidents) => {
    expect(compare(events, incidents, once, [ADA]).faults).not.toEqual([]);
  });

  it('an unanswered attempt may have been counted or not', () => {
    for (const count of [1, 2]) {
      expect(compare([sent('a', undefined, 200)], [stored('a', count)], once, [ADA]).faults).toEqual([]);
    }
  });

  it('tells who was paged twice, and when, and a page to somebody else', () => {
    const pages = paged([ADA, 1_500], [ADA, 2_500], ['grace@example.org', 3_000]);
    const found = compare([sent('a', 201)], [stored('a', 1)], pages, [ADA]);
    expect(found.twice).toEqual([{ key: 'a', at: [1_500, 2_500] }]);
    expect(found.faults).toHaveLength(1);
  });
});
