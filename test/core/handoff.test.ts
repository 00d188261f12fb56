import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LOOK_BACK_MS, noticesDue } from '../../core/handoff.ts';
import { handoffs } from '../../core/schedule/shifts.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { at, schedule } from './schedule/build.ts';

const LAYER = { id: 'weekly', users: ['ada', 'grace'], start: '2026-11-02T09:00', rotation: { unit: 'week' } };
const PRIMARY = schedule({ name: 'Primary', layers: [LAYER] });
/** Grace takes over from Ada. */
const HANDOFF = at('2026-11-09T08:00:00Z');
const HOUR_BEFORE = new Map(['ada', 'grace'].map((user) => [user, { leadMs: HOUR_MS }]));

const due = (now: number, settings: ReadonlyMap<string, { leadMs: number }> = HOUR_BEFORE) =>
  noticesDue([PRIMARY], settings, now).map(({ user, direction }) => `${direction} ${user}`);

describe('hand-off notices', () => {
  it('are due from the lead time on', () => {
    expect(due(HANDOFF - HOUR_MS - 1)).toEqual([]);
    expect(due(HANDOFF - HOUR_MS)).toEqual(['outgoing ada', 'incoming grace']);
    expect(due(HANDOFF - 1)).toEqual(['outgoing ada', 'incoming grace']);
    expect(due(HANDOFF)).toEqual([]);
  });

  it('say who comes, who goes, and until when', () => {
    expect(noticesDue([PRIMARY], HOUR_BEFORE, HANDOFF - HOUR_MS)).toEqual([
      {
        id: 'primary/2026-11-09T08%3A00%3A00.000Z/ada/outgoing',
        user: 'ada',
        direction: 'outgoing',
        schedule: { id: 'primary', name: 'Primary', timeZone: 'Europe/Berlin' },
        at: HANDOFF,
        before: ['ada'],
        after: ['grace'],
      },
      expect.objectContaining({
        id: 'primary/2026-11-09T08%3A00%3A00.000Z/grace/incoming',
        direction: 'incoming',
        until: at('2026-11-16T08:00:00Z'),
      }),
    ]);
  });

  it('come late rather than never when sweeps were missed, but not as old news', () => {
    const atOnce = new Map([['ada', { leadMs: 0 }]]);
    expect(due(HANDOFF, atOnce)).toEqual(['outgoing ada']);
    expect(due(HANDOFF + LOOK_BACK_MS - 1, atOnce)).toEqual(['outgoing ada']);
    expect(due(HANDOFF + LOOK_BACK_MS, atOnce)).toEqual([]);
  });

  it('reach nobody who does not want them', () => {
    expect(due(HANDOFF - HOUR_MS, new Map([['grace', { leadMs: HOUR_MS }]]))).toEqual(['incoming grace']);
    expect(due(HANDOFF - HOUR_MS, new Map())).toEqual([]);
  });

  it('keep to the lead time of each person', () => {
    const settings = new Map([
      ['ada', { leadMs: 10 * MINUTE_MS }],
      ['grace', { leadMs: 24 * HOUR_MS }],
    ]);
    expect(due(HANDOFF - 24 * HOUR_MS, settings)).toEqual(['incoming grace']);
    expect(due(HANDOFF - 10 * MINUTE_MS, settings)).toEqual(['outgoing ada', 'incoming grace']);
  });

  it('tell of a swap at short notice, though its lead time is past', () => {
    const swap = { kind: 'replace', user: 'grace', from: '2026-11-05T12:00', to: '2026-11-05T14:00' };
    const swapped = schedule({ layers: [LAYER], overrides: [swap] });
    const now = at('2026-11-05T10:50:00Z');
    expect(noticesDue([swapped], HOUR_BEFORE, now).map(({ user, until }) => [user, until])).toEqual([
      ['ada', undefined],
      ['grace', at('2026-11-05T13:00:00Z')],
    ]);
  });

  it('look through somebody who joins: the end is the end of one’s own time', () => {
    const joins = { kind: 'add', user: 'lin', from: '2026-11-10T12:00', to: '2026-11-10T14:00' };
    const joined = schedule({ layers: [LAYER], overrides: [joins] });
    expect(noticesDue([joined], HOUR_BEFORE, HANDOFF - 1)[1]?.until).toBe(at('2026-11-16T08:00:00Z'));
  });

  it('have no end where none is in sight, and nobody after where a gap begins', () => {
    const alone = schedule({ layers: [{ ...LAYER, users: ['ada'] }] });
    expect(noticesDue([alone], HOUR_BEFORE, at('2026-11-02T07:30:00Z'))).toMatchObject([{ user: 'ada', before: [] }]);
    expect(noticesDue([alone], HOUR_BEFORE, at('2026-11-02T07:30:00Z'))[0]).not.toHaveProperty('until');
    const ends = schedule({ layers: [{ ...LAYER, end: '2026-11-09T09:00' }] });
    expect(noticesDue([ends], HOUR_BEFORE, HANDOFF - 1)).toMatchObject([{ user: 'ada', after: [] }]);
  });

  it('have ids that no names can make alike', () => {
    const users = new Map(['a/b', 'b'].map((user) => [user, { leadMs: HOUR_MS }]));
    const one = { ...schedule({ layers: [{ ...LAYER, users: ['a/b'] }] }), id: 'x' };
    const other = { ...schedule({ layers: [{ ...LAYER, users: ['b'] }] }), id: 'x/a' };
    const ids = noticesDue([one, other], users, at('2026-11-02T07:30:00Z')).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
  });

  it('tell of every hand-off once, whichever sweeps are missed for less than half an hour', () => {
    const hourly = schedule({
      layers: [
        { id: 'l', users: ['ada', 'grace', 'lin'], start: '2026-11-02T09:00', rotation: { unit: 'hour', every: 5 } },
      ],
    });
    const from = at('2026-11-03T00:00:00Z');
    const to = from + 48 * HOUR_MS;
    const lead = fc.integer({ min: 0, max: 300 }).map((minutes) => ({ leadMs: minutes * MINUTE_MS }));
    fc.assert(
      fc.property(lead, lead, fc.array(fc.integer({ min: 1, max: 29 }), { minLength: 1 }), (ada, grace, pauses) => {
        const settings = new Map([
          ['ada', ada],
          ['grace', grace],
        ]);
        const sent: string[] = [];
        const claimed = new Set<string>();
        for (let now = from - 6 * HOUR_MS, turn = 0; now < to + HOUR_MS; turn++) {
          for (const notice of noticesDue([hourly], settings, now)) {
            if (claimed.has(notice.id)) continue;
            claimed.add(notice.id);
            sent.push(`${notice.at} ${notice.direction} ${notice.user}`);
          }
          now += (pauses[turn % pauses.length] ?? 1) * MINUTE_MS;
        }
        const told = handoffs(hourly, from, to).flatMap(({ at: instant, incoming, outgoing }) => [
          ...outgoing.map(({ user }) => `${instant} outgoing ${user}`),
          ...incoming.map(({ user }) => `${instant} incoming ${user}`),
        ]);
        const wanted = told.filter((line) => !line.endsWith(' lin'));
        expect(sent).toEqual(expect.arrayContaining(wanted));
        expect(new Set(sent).size).toBe(sent.length);
      }),
      { numRuns: 40 },
    );
  });
});
