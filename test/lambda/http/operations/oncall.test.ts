import { describe, expect, it } from '@jest/globals';
import { onCallOperations } from '../../../../lambda/http/operations/oncall.ts';
import { answer, DOCUMENT, inForce, refusal, request } from './asked.ts';

const { getOnCall } = onCallOperations(inForce());
const ask = (query?: Record<string, string>) => answer(getOnCall(request(query ? { query } : {})));
const ids = (list: { schedule: string }[]) => list.map(({ schedule }) => schedule);

describe('GET /oncall', () => {
  it('answers who is on call in every schedule, since when, until when, and who is next', async () => {
    const { at, schedules } = await ask();
    expect(at).toBe('2026-11-21T02:04:00.000Z');
    expect(ids(schedules)).toEqual(['primary', 'night', 'other']);
    expect(schedules[0]).toEqual({
      schedule: 'primary',
      name: 'Primary',
      timeZone: 'Europe/Berlin',
      onCall: [{ user: 'ada', name: 'Ada Lovelace', reason: 'layer Weekly' }],
      since: '2026-11-16T08:00:00.000Z',
      until: '2026-11-23T08:00:00.000Z',
      sinceLocal: '2026-11-16T09:00:00+01:00',
      untilLocal: '2026-11-23T09:00:00+01:00',
      next: {
        at: '2026-11-23T08:00:00.000Z',
        atLocal: '2026-11-23T09:00:00+01:00',
        who: [{ user: 'grace', name: 'Grace Hopper', reason: 'layer Weekly' }],
      },
    });
  });

  it('answers a gap with nobody, and when it ends', async () => {
    const { schedules } = await ask({ schedule: 'night', at: '2026-11-21T12:00:00Z' });
    expect(schedules).toEqual([
      expect.objectContaining({
        onCall: [],
        since: null,
        until: '2026-11-21T19:00:00.000Z',
        next: expect.objectContaining({ who: [expect.objectContaining({ user: 'lin' })] }),
      }),
    ]);
    const [night] = (await ask({ schedule: 'night' })).schedules;
    expect(night.next).toMatchObject({ at: '2026-11-21T05:00:00.000Z', who: [] });
  });

  it('answers no end where none is in sight, in either direction', async () => {
    const [other] = (await ask({ schedule: 'other' })).schedules;
    expect(other).toMatchObject({ since: '2025-12-31T18:30:00.000Z', until: null, next: null });
    expect(other.onCall).toEqual([{ user: 'guest@example.org', name: 'guest@example.org', reason: 'layer Layer 1' }]);
    const [empty] = (
      await answer(onCallOperations(inForce({ schedules: [{ id: 'empty', timeZone: 'UTC' }] })).getOnCall(request()))
    ).schedules;
    expect(empty).toMatchObject({ onCall: [], since: null, until: null, next: null });
  });

  it("answers a team's calendar and the schedules of its policies", async () => {
    const { team, schedules } = await ask({ team: 'payments' });
    expect(team).toEqual({
      team: 'payments',
      timeZone: 'Europe/Berlin',
      day: '2026-11-21',
      row: 'default',
      oncall: { user: 'ada', name: 'Ada Lovelace' },
      escalation: { user: 'boss@example.org', name: 'boss@example.org' },
    });
    expect(ids(schedules)).toEqual(['primary', 'night']);
    const sunday = await ask({ team: 'payments', at: '2026-11-21T23:30:00Z' });
    expect(sunday.team).toMatchObject({
      day: '2026-11-22',
      row: '2026-11-22',
      oncall: { user: 'grace' },
      escalation: null,
    });
    expect((await ask({ team: 'bare' })).team).toMatchObject({ row: null, oncall: null, escalation: null });
    expect((await ask({ team: 'bare' })).schedules).toEqual([]);
  });

  it('answers whom each step of the policy of a service would page', async () => {
    const { service, schedules } = await ask({ service: 'athens' });
    expect(ids(schedules)).toEqual(['primary', 'night']);
    expect(service).toMatchObject({ service: 'athens', team: 'payments', policy: 'standard', repeats: 1 });
    const levels = service.levels.map((level: { level: unknown; afterSeconds: number; pages: { who: string }[] }) => [
      level.level,
      level.afterSeconds,
      ...level.pages.map(({ who }) => who),
    ]);
    expect(levels).toEqual([
      [1, 0, 'Ada Lovelace'],
      [2, 600, 'Lin', 'Ada Lovelace', 'Grace Hopper'],
      ['fallback', 2400, 'fallback contact'],
    ]);
    expect(service.levels[1]).toMatchObject({ onlyUrgency: 'high', oneInTurnOf: ['payments'] });
    expect(service.levels[0].pages[0]).toEqual({
      who: 'Ada Lovelace',
      to: 'ada@example.org',
      by: 'email',
      role: 'oncall',
      reason: 'Ada Lovelace is on call in schedule Primary (weekly)',
      delaySeconds: 0,
    });
  });

  it('answers the calendar policy of a service, and the fallback of one that nobody owns', async () => {
    const who = async (service: string) =>
      (await ask({ service })).service.levels.map(({ pages }: { pages: { to: string }[] }) =>
        pages.map(({ to }) => to),
      );
    expect(await who('sparta')).toEqual([['ada@example.org'], ['boss@example.org']]);
    expect(await who('nobody')).toEqual([['fallback@example.org'], ['fallback@example.org']]);
  });

  it('answers where a person is on call, and when next', async () => {
    const lin = await ask({ user: 'lin' });
    expect(ids(lin.schedules)).toEqual(['night']);
    expect(lin.user).toEqual({
      user: 'lin',
      name: 'Lin',
      onCall: true,
      next: { schedule: 'night', at: '2026-11-21T19:00:00.000Z', atLocal: '2026-11-21T20:00:00+01:00' },
    });
    const grace = await ask({ user: 'grace' });
    expect(grace.schedules).toEqual([]);
    expect(grace.user).toMatchObject({ onCall: false, next: { schedule: 'primary', at: '2026-11-23T08:00:00.000Z' } });
    expect((await ask({ user: 'guest@example.org' })).user).toMatchObject({ onCall: true, next: null });
  });

  it('narrows by all filters together', async () => {
    expect(ids((await ask({ team: 'payments', user: 'lin' })).schedules)).toEqual(['night']);
    expect(ids((await ask({ service: 'athens', schedule: 'other' })).schedules)).toEqual([]);
  });

  it.each(['schedule', 'team', 'service', 'user'])('refuses an unknown %s, naming the field', async (field) => {
    const response = getOnCall(request({ query: { [field]: 'ghost' } }));
    expect(await refusal(response)).toEqual({ code: 'not_found', fields: [field] });
  });

  it('refuses what is not a time, and what it does not know', async () => {
    expect(await refusal(getOnCall(request({ query: { at: 'soon' } })))).toEqual({
      code: 'invalid_request',
      fields: ['at'],
    });
    expect(await refusal(getOnCall(request({ query: { when: 'now' } })))).toEqual({
      code: 'invalid_request',
      fields: ['when'],
    });
  });

  it('says why, in words, for overrides and calendar days', async () => {
    const [primary] = DOCUMENT.schedules ?? [];
    const schedules = [{ ...primary, days: { '2026-11-21': { oncall: 'grace' } } }];
    const overrides = [
      {
        id: 'swap',
        schedule: 'primary',
        kind: 'add' as const,
        user: 'lin',
        from: '2026-11-21T00:00',
        to: '2026-11-21T06:00',
      },
    ];
    const document = { users: DOCUMENT.users ?? [], schedules, overrides } as typeof DOCUMENT;
    const answered = await answer(onCallOperations(inForce(document)).getOnCall(request()));
    expect(answered.schedules[0].onCall).toEqual([
      { user: 'grace', name: 'Grace Hopper', reason: 'calendar of 2026-11-21' },
      { user: 'lin', name: 'Lin', reason: 'override swap' },
    ]);
  });
});
