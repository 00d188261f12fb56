import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CalendarDay, type Directory, type Occasion, reachPerson, reachStep } from '../../core/oncall.ts';
import type { People } from '../../core/people.ts';
import type { DueStep, Target } from '../../core/policy.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { aCalendar, aTarget, SEED, SOME_PEOPLE } from '../support/arbitraries.ts';
import { ADA, aDirectory, aSchedule, aUser, FALLBACK, GRACE, T0, usersById } from '../support/builders.ts';

const oncall: Target = { kind: 'calendar', role: 'oncall' };
const escalation: Target = { kind: 'calendar', role: 'escalation' };
const everyone: Target = { kind: 'team', team: 'crew', mode: 'everyone' };
const inTurn: Target = { kind: 'team', team: 'crew', mode: 'round robin' };

const OCCASION: Occasion = {
  at: T0,
  incidentId: 10_000,
  team: 'payments',
  timeZone: 'Europe/Berlin',
  urgency: 'high',
};

function stepOf(...targets: Target[]): DueStep {
  return { index: 0, pass: 0, step: { afterMs: 0, targets }, at: T0 };
}

/** The one whom a target means by the team's calendar. */
function who(target: Target, calendar: Record<string, CalendarDay>, team: string | undefined = 'payments', at = T0) {
  const { team: _team, ...rest } = { ...OCCASION, at };
  const [reached, ...others] = reachStep(
    stepOf(target),
    { ...rest, ...(team ? { team } : {}) },
    aDirectory(calendar, SOME_PEOPLE),
  );
  if (!reached || others.length > 0) throw new Error(`expected one, got ${others.length + 1}`);
  return reached;
}

/** Addresses in order, of whomever the targets mean. */
function addresses(
  targets: readonly Target[],
  people: Partial<People> = SOME_PEOPLE,
  occasion: Partial<Occasion> = {},
) {
  const reached = reachStep(stepOf(...targets), { ...OCCASION, ...occasion }, aDirectory({}, people));
  return reached.map(({ to, delayMs }) => `${to.address.replace('@example.org', '')} ${delayMs / MINUTE_MS}`);
}

describe('a target of the calendar', () => {
  it('takes the row of the local day before the default row', () => {
    const calendar = { '2026-11-21': { oncall: GRACE }, default: { oncall: ADA } };
    expect(who(oncall, calendar)).toEqual({
      role: 'oncall',
      to: { kind: 'email', address: GRACE },
      reason: 'on-call engineer of team payments on 2026-11-21',
      delayMs: 0,
    });
  });

  it('takes the default row on other days', () => {
    expect(who(oncall, { '2026-11-20': { oncall: GRACE }, default: { oncall: ADA } }).to.address).toBe(ADA);
  });

  it('changes with the day of the team, not of UTC', () => {
    const calendar = { '2026-11-21': { oncall: ADA }, '2026-11-22': { oncall: GRACE } };
    const midnight = Date.parse('2026-11-21T23:00:00Z');
    expect(who(oncall, calendar, 'payments', midnight - 1).to.address).toBe(ADA);
    expect(who(oncall, calendar, 'payments', midnight).to.address).toBe(GRACE);
  });

  it('takes the column of the role', () => {
    const reached = who(escalation, { default: { oncall: ADA, escalation: GRACE } });
    expect(reached).toMatchObject({ role: 'escalation', to: { address: GRACE } });
    expect(reached.reason).toContain('escalation contact of team payments');
  });

  it('may name a user, who is told in the way that they want', () => {
    expect(who(oncall, { default: { oncall: 'margaret' } })).toEqual({
      role: 'oncall',
      to: { kind: 'email', address: 'margaret@example.org', name: 'Margaret' },
      reason: 'Margaret is on-call engineer of team payments on 2026-11-21',
      delayMs: 2 * MINUTE_MS,
    });
  });
});

describe('a target that leads nowhere', () => {
  const noEscalation = 'no escalation contact on 2026-11-21';
  it.each<[string, Target, Record<string, CalendarDay>, string | undefined, string]>([
    ['no row', oncall, {}, 'payments', 'team payments has no on-call calendar row for 2026-11-21'],
    ['no on-call column', oncall, { default: { escalation: GRACE } }, 'payments', 'no on-call engineer on 2026-11-21'],
    ['no escalation column', escalation, { default: { oncall: ADA } }, 'payments', noEscalation],
    ['no team', oncall, { default: { oncall: ADA } }, '', 'the service has no owner team'],
    [
      'a user in the calendar who is gone',
      oncall,
      { default: { oncall: 'ghost' } },
      'payments',
      'no user ghost any more',
    ],
    ['a user who is gone', { kind: 'user', user: 'ghost' }, {}, 'payments', 'there is no user ghost any more'],
    ['a user without a way', { kind: 'user', user: 'mute' }, {}, 'payments', 'Mute has no contact method that works'],
    ['a schedule that is gone', { kind: 'schedule', schedule: 'gone' }, {}, 'payments', 'no schedule gone any more'],
    ['a gap', { kind: 'schedule', schedule: 'never' }, {}, 'payments', 'nobody is on call in schedule never'],
    ['a team that is gone', { ...everyone, team: 'gone' }, {}, 'payments', 'team gone has no members'],
    ['a team of nobody, in turn', { ...inTurn, team: 'empty' }, {}, 'payments', 'team empty has no members'],
  ])('pages the fallback contact and says why: %s', (_what, target, calendar, team, reason) => {
    const reached = who(target, calendar, team);
    expect(reached).toMatchObject({ role: 'fallback', to: FALLBACK, delayMs: 0 });
    expect(reached.reason).toMatch(/^fallback contact, because /);
    expect(reached.reason).toContain(reason);
  });

  it('pages the fallback contact once when all of a step are unknown', () => {
    const reached = reachStep(
      stepOf({ kind: 'user', user: 'ghost' }, { kind: 'schedule', schedule: 'gone' }, { ...everyone, team: 'empty' }),
      OCCASION,
      aDirectory({}, SOME_PEOPLE),
    );
    expect(reached).toMatchObject([{ to: FALLBACK, reason: expect.stringContaining('no user ghost') }]);
  });

  it('pages the fallback contact besides those who can be reached', () => {
    const targets: Target[] = [
      { kind: 'user', user: 'ada' },
      { kind: 'user', user: 'ghost' },
    ];
    expect(addresses(targets)).toEqual(['ada 0', 'fallback 0']);
  });

  it('pages the fallback contact when a step has no target at all', () => {
    expect(reachStep(stepOf(), OCCASION, aDirectory())).toMatchObject([
      { to: FALLBACK, reason: expect.stringContaining('names nobody') },
    ]);
  });
});

describe('the step at the end', () => {
  const last: DueStep = { index: 2, pass: 1, step: 'fallback', at: T0 };

  it('is the fallback contact, because nobody acknowledged', () => {
    const [reached, ...others] = reachStep(last, OCCASION, aDirectory());
    expect(others).toEqual([]);
    expect(reached).toMatchObject({ role: 'fallback', to: FALLBACK });
    expect(reached?.reason).toContain('everybody in the policy was paged and nobody acknowledged');
  });

  it('says another reason where there is one', () => {
    const [reached] = reachStep({ ...last, why: 'of the test' }, OCCASION, aDirectory());
    expect(reached?.reason).toBe('fallback contact, because of the test');
  });
});

describe('a target that is a person', () => {
  it('takes an address as it is, with its name', () => {
    const target: Target = { kind: 'address', address: 'noc@example.org', name: 'NOC' };
    expect(who(target, {})).toEqual({
      role: 'responder',
      to: { kind: 'email', address: 'noc@example.org', name: 'NOC' },
      reason: 'noc@example.org is named in the escalation policy',
      delayMs: 0,
    });
  });

  it('takes a user that is a bare address, though the configuration knows none', () => {
    expect(addresses([{ kind: 'user', user: 'zoe@example.org' }])).toEqual(['zoe 0']);
  });

  it('tells a user by their rules for the urgency', () => {
    const rules = [
      { afterMinutes: 0, method: 'email', urgency: 'high' as const },
      { afterMinutes: 30, method: 'email', urgency: 'low' as const },
    ];
    const people = { users: usersById(aUser('ada', { notificationRules: rules })) };
    expect(addresses([{ kind: 'user', user: 'ada' }], people)).toEqual(['ada 0']);
    expect(addresses([{ kind: 'user', user: 'ada' }], people, { urgency: 'low' })).toEqual(['ada 30']);
  });

  it('is told once in each way, however often a step means them', () => {
    const targets: Target[] = [
      { kind: 'user', user: 'lin' },
      { kind: 'schedule', schedule: 'always' },
      everyone,
      { kind: 'address', address: 'LIN@example.org' },
    ];
    expect(addresses(targets)).toEqual(['lin 0', 'lin 5', 'ada 0', 'margaret 2']);
  });

  it('is reached outside of a policy in the same way', () => {
    const reached = reachPerson('lin', 'asked to help by ada', OCCASION, aDirectory({}, SOME_PEOPLE));
    expect(reached.map((r) => [r.role, r.reason, r.delayMs])).toEqual([
      ['responder', 'Lin is asked to help by ada', 0],
      ['responder', 'Lin is asked to help by ada', 5 * MINUTE_MS],
    ]);
    expect(reachPerson('ghost', 'x', OCCASION, aDirectory())).toMatchObject([{ role: 'fallback' }]);
  });
});

describe('a target that is a schedule', () => {
  const reasonOf = (schedule: ReturnType<typeof aSchedule>) =>
    reachStep(
      stepOf({ kind: 'schedule', schedule: schedule.id }),
      OCCASION,
      aDirectory({}, { ...SOME_PEOPLE, schedules: new Map([[schedule.id, schedule]]) }),
    ).map(({ to, reason, role }) => [to.address, role, reason]);

  it('is whoever is on call at that instant', () => {
    const schedule = aSchedule('weekly', ['ada', 'margaret']);
    const people = { ...SOME_PEOPLE, schedules: new Map([['weekly', schedule]]) };
    const monday = Date.UTC(2026, 10, 23, 9);
    const at = (now: number) => addresses([{ kind: 'schedule', schedule: 'weekly' }], people, { at: now })[0];
    expect(at(monday - 1)).not.toBe(at(monday));
    expect(new Set([at(monday - 1), at(monday)])).toEqual(new Set(['ada 0', 'margaret 2']));
  });

  it('says by which layer, override or day', () => {
    expect(reasonOf(aSchedule('main', ['ada']))).toEqual([[ADA, 'oncall', 'Ada is on call in schedule main (week)']]);
    const span = { from: T0 - 1, to: T0 + 1 };
    const cover = { id: 'swap', kind: 'replace' as const, user: 'margaret', ...span };
    expect(reasonOf(aSchedule('main', ['ada'], { overrides: [cover] }))).toEqual([
      ['margaret@example.org', 'oncall', 'Margaret is on call in schedule main by override swap'],
    ]);
    expect(reasonOf(aSchedule('main', ['ada'], { days: { '2026-11-21': { oncall: GRACE } } }))).toEqual([
      [GRACE, 'oncall', 'on call in schedule main by its calendar of 2026-11-21'],
    ]);
  });

  it('is everybody who is on call when an override adds somebody', () => {
    const more = { id: 'shadow', kind: 'add' as const, user: 'margaret', from: T0, to: T0 + 1 };
    expect(reasonOf(aSchedule('main', ['ada'], { overrides: [more] })).map(([address]) => address)).toEqual([
      ADA,
      'margaret@example.org',
    ]);
  });
});

describe('a target that is a team', () => {
  it('is every member', () => {
    expect(addresses([everyone])).toEqual(['ada 0', 'lin 0', 'lin 5', 'margaret 2']);
  });

  it('is one member in turn, by the number of the incident', () => {
    const turns = [0, 1, 2, 3, 4, 5].map((n) => addresses([inTurn], SOME_PEOPLE, { incidentId: 10_000 + n })[0]);
    expect(new Set(turns.slice(0, 3)).size).toBe(3);
    expect(turns.slice(3)).toEqual(turns.slice(0, 3));
  });

  it('goes round evenly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 1e9 }), fc.integer({ min: 1, max: 12 }), (first, size) => {
        const ids = Array.from({ length: size }, (_, i) => `user${i}`);
        const people = { users: usersById(...ids.map((id) => aUser(id))), teams: new Map([['crew', ids]]) };
        const met = ids.map((_, i) => addresses([inTurn], people, { incidentId: first + i })[0]);
        expect(new Set(met).size).toBe(size);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('pages the fallback contact when the one in turn is gone', () => {
    const people = { ...SOME_PEOPLE, teams: new Map([['crew', ['ghost']]]) };
    expect(addresses([inTurn], people)).toEqual(['fallback 0']);
  });
});

describe('whatever a step names', () => {
  const anOccasion = fc.record({
    at: fc.integer({ min: T0 - 1e10, max: T0 + 1e10 }),
    incidentId: fc.integer({ min: 0, max: 100_000 }),
    urgency: fc.constantFrom('high' as const, 'low' as const),
    team: fc.constantFrom('payments', ''),
  });

  it('somebody is reached, nobody twice in the same way, and everybody is told why', () => {
    fc.assert(
      fc.property(
        fc.array(aTarget, { maxLength: 6 }),
        aCalendar,
        anOccasion,
        (targets, calendar, { team, ...rest }) => {
          const occasion = { ...OCCASION, ...rest };
          const { team: _team, ...unowned } = occasion;
          const directory: Directory = aDirectory(calendar, SOME_PEOPLE);
          const reached = reachStep(stepOf(...targets), team ? occasion : unowned, directory);
          expect(reached.length).toBeGreaterThan(0);
          const ways = reached.map(({ to, delayMs }) => `${to.kind} ${to.address.toLowerCase()} ${delayMs}`);
          expect(new Set(ways).size).toBe(ways.length);
          for (const { reason, role, to, delayMs } of reached) {
            expect(reason.length).toBeGreaterThan(0);
            expect(reason.startsWith('fallback contact, because')).toBe(role === 'fallback');
            expect(to.address).toContain('@');
            expect(delayMs).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});
