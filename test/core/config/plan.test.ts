import { describe, expect, it } from '@jest/globals';
import { EMPTY_CONFIG } from '../../../core/config/document.ts';
import { planOf } from '../../../core/config/plan.ts';
import { renderPlan } from '../../../core/config/render-plan.ts';
import { base, valid } from './documents.ts';

const NOW = Date.parse('2026-10-19T10:00Z');
type Base = ReturnType<typeof base>;

function plan(change: (document: Base) => void, before: Base = base(), now = NOW) {
  const after = structuredClone(before);
  change(after);
  return planOf(valid(before), valid(after), now);
}
const warnings = (change: (document: Base) => void) => plan(change).warnings.map(({ message }) => message);

describe('planOf', () => {
  it('finds nothing to do between a document and itself, in whatever order its keys are', () => {
    const [user] = base().users;
    const same = plan((document) => {
      document.users[0] = Object.fromEntries(Object.entries(user ?? {}).reverse());
      document.users.reverse();
    });
    expect(same).toMatchObject({
      changes: [],
      onCallChanges: [],
      from: '2026-10-19T10:00:00.000Z',
      to: '2026-11-02T10:00:00.000Z',
    });
    expect(renderPlan(same)).toBe('Nothing is added, changed or removed.\n');
  });

  it('lists what is added, changed and removed, with the fields', () => {
    const before = base();
    before.services.push({ id: 'old' });
    before.overrides.push({ schedule: 'primary', kind: 'add', user: 'lin', from: '2027-01-01', to: '2027-01-02' });
    const { changes } = plan((document) => {
      document.users.push({ id: 'bo', email: 'bo@example.org' });
      document.services = [{ id: 'athens', name: 'Athens', team: 'payments' }];
      document.overrides = [
        { id: 'swap', schedule: 'primary', kind: 'add', user: 'lin', from: '2027-01-01', to: '2027-01-02' },
      ];
    }, before);
    expect(changes).toEqual([
      { change: 'added', kind: 'user', id: 'bo' },
      { change: 'added', kind: 'override', id: 'swap of primary' },
      { change: 'removed', kind: 'override', id: '2027-01-01-lin of primary' },
      { change: 'changed', kind: 'service', id: 'athens', fields: ['escalationPolicy', 'name'] },
      { change: 'removed', kind: 'service', id: 'old' },
    ]);
  });

  it('says who is on call instead of whom, and when: a day of 25 hours when the clocks go back', () => {
    const { onCallChanges } = plan((document) =>
      document.overrides.push({
        schedule: 'primary',
        kind: 'replace',
        user: 'ada',
        from: '2026-10-25',
        to: '2026-10-27',
      }),
    );
    // Ada's week begins on Monday at 09:00 anyway, one hour later in UTC than the weeks of the summer.
    expect(onCallChanges).toEqual([
      {
        where: 'schedule primary',
        timeZone: 'Europe/Berlin',
        from: '2026-10-24T22:00:00.000Z',
        to: '2026-10-26T08:00:00.000Z',
        before: ['lin'],
        after: ['ada'],
      },
    ]);
  });

  it('says it of teams on a calendar as well, day by local day', () => {
    const before = base();
    const calendar = [{ day: 'default', oncall: 'ada', escalation: 'lin' }];
    before.teams.push({ id: 'night', timeZone: 'Pacific/Auckland', calendar });
    const { onCallChanges } = plan((document) => {
      document.teams[1] = {
        id: 'night',
        timeZone: 'Pacific/Auckland',
        calendar: [...calendar, { day: '2026-10-21', oncall: 'lin' }],
      };
    }, before);
    const day = { timeZone: 'Pacific/Auckland', from: '2026-10-20T11:00:00.000Z', to: '2026-10-21T11:00:00.000Z' };
    expect(onCallChanges).toEqual([
      { where: 'team night, oncall', ...day, before: ['ada'], after: ['lin'] },
      { where: 'team night, escalation', ...day, before: ['lin'], after: [] },
    ]);
  });

  it('tells a change that goes on for days once', () => {
    const before = base();
    before.teams.push({ id: 'night', calendar: [{ day: 'default', oncall: 'ada' }] });
    const { onCallChanges } = plan((document) => {
      document.teams[1] = {
        id: 'night',
        calendar: [
          { day: 'default', oncall: 'lin' },
          { day: '2026-10-22', oncall: 'ada' },
        ],
      };
    }, before);
    expect(onCallChanges.map(({ from, to }) => [from.slice(0, 10), to.slice(0, 10)])).toEqual([
      ['2026-10-19', '2026-10-22'],
      ['2026-10-23', '2026-11-02'],
    ]);
  });

  it('has nobody before a schedule is there, and after it is gone', () => {
    const gone = (document: Base) => {
      document.schedules = [];
      document.escalationPolicies = [{ id: 'standard', rules: [{ targets: [{ user: 'ada' }] }] }];
    };
    // Each week is handed over on Monday at 09:00, in UTC an hour later once the summer is over.
    const monday = [
      '2026-10-19T10:00:00.000Z',
      '2026-10-26T08:00:00.000Z',
      '2026-11-02T08:00:00.000Z',
      '2026-11-02T10:00:00.000Z',
    ];
    const weeks = ['lin', 'ada', 'lin'].map((user, week) => ({ user, from: monday[week], to: monday[week + 1] }));
    expect(plan(gone).onCallChanges).toMatchObject(
      weeks.map(({ user, ...span }) => ({ ...span, before: [user], after: [] })),
    );
    expect(planOf(EMPTY_CONFIG, valid(base()), NOW).onCallChanges).toMatchObject(
      weeks.map(({ user, ...span }) => ({ ...span, before: [], after: [user] })),
    );
  });

  it('takes people on call together as the same in any order', () => {
    const pair = (a: string, b: string) => (document: Base) => {
      const span = { schedule: 'primary', from: '2026-10-20', to: '2026-10-21' };
      document.overrides = [
        { ...span, id: '1', kind: 'replace', user: a },
        { ...span, id: '2', kind: 'add', user: b },
      ];
    };
    const before = base();
    pair('ada', 'lin')(before);
    expect(plan(pair('lin', 'ada'), before).onCallChanges).toEqual([]);
  });
});

describe('warnings', () => {
  it('has none about the good document', () => expect(warnings(() => undefined)).toEqual([]));

  it('tells of gaps in what is used, with the first one', () => {
    const day = {
      users: ['ada'],
      start: '2026-01-01T09:00',
      rotation: { unit: 'day' },
      restrictions: [{ kind: 'daily', from: '09:00', to: '17:00' }],
    };
    expect(
      warnings((document) => {
        document.schedules[0] = { id: 'primary', timeZone: 'Europe/Berlin', layers: [day] };
      }),
    ).toEqual([
      'schedule primary: nobody is on call from Mon 2026-10-19 17:00 to Tue 2026-10-20 09:00 (Europe/Berlin), and 13 more times in these two weeks',
    ]);
  });

  it('tells of gaps in the calendars that services go by', () => {
    const change =
      (calendar: object[] | undefined, form: object = {}) =>
      (document: Base) => {
        document.teams.push({ id: 'night', ...(calendar ? { calendar } : {}) });
        document.services.push({ id: 'lamp', team: 'night', ...form });
      };
    expect(warnings(change(undefined))).toEqual([
      'team night, oncall: the team has no on-call calendar',
      'team night, escalation: the team has no on-call calendar',
    ]);
    expect(warnings(change([{ day: 'default', oncall: 'ada' }]))).toEqual([
      'team night, escalation: nobody is on call from Mon 2026-10-19 10:00 to Mon 2026-11-02 10:00 (UTC)',
    ]);
    expect(warnings(change(undefined, { escalationPolicy: 'standard' }))).toEqual([]);
  });

  it('tells of people who cannot be reached', () => {
    expect(
      warnings((document) => {
        document.users.push(
          { id: 'bo' },
          { id: 'cy', contactMethods: [{ id: 'm', kind: 'sms', address: '+4930123456' }] },
        );
        document.teams.push({ id: 'empty' });
        document.escalationPolicies.push({ id: 'e', rules: [{ targets: [{ team: 'empty' }] }] });
        document.services.push({ id: 's', team: 'empty', escalationPolicy: 'e' });
      }),
    ).toEqual([
      'user bo has no contact method that works',
      'user cy: nothing is sent by sms yet',
      'user cy has no contact method that works',
      'team empty is paged by a policy, but has no members',
    ]);
  });

  it('tells of services without an owner, and of what nothing uses', () => {
    const document = (all: Base) => {
      all.services.push({ id: 'a' }, { id: 'b', escalationPolicy: 'standard' });
      all.schedules.push({ id: 'spare', timeZone: 'UTC' });
      all.escalationPolicies.push({ id: 'idle', rules: [{ targets: [{ user: 'ada' }] }] });
    };
    expect(warnings(document)).toEqual([
      'service a has no team: its incidents go to the fallback contact',
      'service b has no team',
      'escalation policy idle is followed by no service',
      'schedule spare is in no escalation policy',
    ]);
  });

  it('counts the policy of a team as used', () => {
    expect(
      warnings((document) => {
        document.escalationPolicies.push({ id: 'idle', rules: [{ targets: [{ user: 'ada' }] }] });
        document.teams.push({ id: 't', escalationPolicy: 'idle' });
      }),
    ).toEqual([]);
  });
});

describe('renderPlan', () => {
  it('reads well', () => {
    const made = plan((document) => {
      document.services.push({ id: 'berlin', team: 'payments' });
      document.services[0] = { id: 'athens', team: 'payments', escalationPolicy: 'standard', urgency: 'high' };
      document.overrides.push({
        id: 'x',
        schedule: 'primary',
        kind: 'remove',
        user: 'lin',
        from: '2026-10-24',
        to: '2026-10-25T12:00',
      });
    });
    expect(renderPlan(made)).toBe(`2 to add, 1 to change, 0 to remove

  + override x of primary
  ~ service athens: urgency
  + service berlin

Who is on call changes, 2026-10-19 to 2026-11-02
  schedule primary (Europe/Berlin)
    Sat 2026-10-24 00:00 to Sun 2026-10-25 12:00  lin → nobody

Warnings
  ! schedule primary: nobody is on call from Sat 2026-10-24 00:00 to Sun 2026-10-25 12:00 (Europe/Berlin)
  ! team payments, oncall: the team has no on-call calendar
  ! team payments, escalation: the team has no on-call calendar
`);
  });

  it('says so when nobody changes, and shortens what is long', () => {
    const named = plan((document) =>
      document.services.push({ id: 'b', team: 'payments', escalationPolicy: 'standard' }),
    );
    expect(renderPlan(named)).toContain('Who is on call stays the same, 2026-10-19 to 2026-11-02\n');
    const daily = plan((document) => {
      document.schedules[0] = {
        id: 'primary',
        timeZone: 'UTC',
        layers: [{ users: ['ada', 'lin'], start: '2026-01-01', rotation: { unit: 'hour' } }],
      };
    });
    expect(
      renderPlan(daily)
        .split('\n')
        .filter((line) => line.includes('→')),
    ).toHaveLength(12);
    expect(renderPlan(daily)).toMatch(/\n {4}and \d{2,3} more times\n/);
  });

  it('lets nothing get at the terminal', () => {
    const evil = { change: 'added', kind: 'user', id: 'a\u001b[2J\u202eb\nc' } as const;
    const text = renderPlan({ from: '', to: '', changes: [evil], onCallChanges: [], warnings: [] });
    expect(text).toContain('+ user a\uFFFD[2J\uFFFDb\uFFFDc');
  });
});
