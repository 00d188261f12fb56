import { describe, expect, it } from '@jest/globals';
import { peopleOf } from '../../../core/config/people.ts';
import { contactsOf } from '../../../core/people.ts';
import { onCallAt } from '../../../core/schedule/oncall.ts';
import { shifts } from '../../../core/schedule/shifts.ts';
import { base, valid } from './documents.ts';

function people(change: (document: ReturnType<typeof base>) => void) {
  const document = base();
  change(document);
  return peopleOf(valid(document));
}
const at = (text: string) => Date.parse(text);
const users = (schedule: Parameters<typeof onCallAt>[0] | undefined, text: string) =>
  schedule && onCallAt(schedule, at(text)).map(({ user }) => user);

describe('peopleOf', () => {
  it('makes the field email the first contact method, and defaults visible', () => {
    const { users: known } = people(({ users: list }) => {
      list.push({
        id: 'bo',
        name: 'Bo',
        email: 'bo@example.org',
        timeZone: 'Europe/Oslo',
        contactMethods: [{ id: 'second', kind: 'email', address: 'bo@example.net' }],
        notificationRules: [{ method: 'second', afterMinutes: 5, urgency: 'high' }, { method: 'email' }],
      });
    });
    const bo = known.get('bo');
    expect(bo).toEqual({
      id: 'bo',
      name: 'Bo',
      timeZone: 'Europe/Oslo',
      contactMethods: [
        { id: 'email', kind: 'email', address: 'bo@example.org' },
        { id: 'second', kind: 'email', address: 'bo@example.net' },
      ],
      notificationRules: [
        { method: 'second', afterMinutes: 5, urgency: 'high' },
        { method: 'email', afterMinutes: 0 },
      ],
    });
    expect(bo && contactsOf(bo, 'low')).toEqual([
      { to: { kind: 'email', address: 'bo@example.org', name: 'Bo' }, delayMs: 0 },
    ]);
    expect(known.get('ada')?.name).toBe('ada');
  });

  it('knows the members of teams', () => {
    const { teams } = people((document) => document.teams.push({ id: 'empty' }));
    expect([...teams]).toEqual([
      ['payments', ['ada', 'lin']],
      ['empty', []],
    ]);
  });

  it('lays the overrides of the document over those of the schedule, read in its zone', () => {
    const { schedules } = people((document) => {
      const own = [{ kind: 'replace', user: 'lin', from: '2026-10-25', to: '2026-10-26' }];
      document.schedules.push({ id: 'o', timeZone: 'Europe/Berlin', overrides: own });
      document.overrides.push(
        { schedule: 'o', kind: 'replace', user: 'ada', from: '2026-10-25T12:00', to: '2026-10-25T13:00' },
        { id: 'x', schedule: 'primary', kind: 'add', user: 'guest@example.org', from: '2026-11-01', to: '2026-11-02' },
      );
    });
    const overrides = schedules.get('o')?.overrides;
    expect(overrides?.map(({ id }) => id)).toEqual(['override-1', '2026-10-25T12:00-ada']);
    // The clocks go back on that day: it has 25 hours.
    expect(overrides?.map(({ from, to }) => (to - from) / 3_600_000)).toEqual([25, 1]);
    expect(users(schedules.get('o'), '2026-10-25T11:30Z')).toEqual(['ada']);
    expect(users(schedules.get('o'), '2026-10-25T12:30Z')).toEqual(['lin']);
    expect(users(schedules.get('primary'), '2026-11-01T12:00Z')).toContain('guest@example.org');
  });

  describe('with a pasted PagerDuty schedule', () => {
    const user = (id: string) => ({ user: { id, type: 'user_reference' } });
    const layer = (id: string, ...ids: string[]) => ({
      name: id,
      start: '2026-01-05T09:00:00+01:00',
      end: null,
      rotation_virtual_start: '2026-01-05T09:00:00+01:00',
      rotation_turn_length_seconds: 604_800,
      users: ids.map(user),
    });
    const pasted = (document: object, more: object = {}) =>
      people((all) => {
        all.users.push({ id: 'bo', pagerdutyId: 'PBO' });
        all.schedules.push({ id: 'pd', pagerduty: document, ...more });
        all.overrides.push({ schedule: 'pd', kind: 'replace', user: 'ada', from: '2026-05-01', to: '2026-05-02' });
      }).schedules.get('pd');
    const facts = { time_zone: 'Europe/Berlin', name: 'From PagerDuty' };

    it('has the same shifts as the schedule in our form, over a change of the clocks', () => {
      const { schedules } = people((all) => {
        all.schedules.push({
          id: 'pd',
          pagerduty: { schedule: { ...facts, schedule_layers: [layer('A', 'ada', 'lin')] } },
        });
      });
      const [own, pd] = [schedules.get('primary'), schedules.get('pd')];
      const year = [at('2026-01-05T08:00Z'), at('2027-01-01T00:00Z')] as const;
      const people2 = (schedule: typeof own) =>
        schedule &&
        shifts(schedule, ...year).map((shift) => ({ ...shift, onCall: shift.onCall.map((each) => each.user) }));
      expect(people2(pd)).toEqual(people2(own));
      expect(people2(pd)).toHaveLength(52);
      expect(pd).toMatchObject({ id: 'pd', name: 'From PagerDuty' });
    });

    it('turns PagerDuty ids into ours, and takes overrides', () => {
      const schedule = pasted({ ...facts, id: 'PSCHED', schedule_layers: [layer('A', 'PBO')] });
      expect(schedule?.id).toBe('pd');
      expect(users(schedule, '2026-04-30T12:00Z')).toEqual(['bo']);
      expect(users(schedule, '2026-05-01T12:00Z')).toEqual(['ada']);
    });

    it.each([
      ['a request: the last layer wins', {}, {}, 'lin'],
      ['an answer: the first layer wins', { id: 'PSCHED' }, {}, 'bo'],
      ['an answer without its id', { self: 'https://api.example.org/schedules/PSCHED' }, {}, 'bo'],
      ['an answer that says it is a request', { id: 'PSCHED' }, { layerOrder: 'as-sent' }, 'lin'],
      ['a request that says it is an answer', {}, { layerOrder: 'as-returned' }, 'bo'],
    ])('takes %s', (_what, marks, more, expected) => {
      const layers = [layer('A', 'PBO'), layer('B', 'lin')];
      expect(users(pasted({ ...facts, ...marks, schedule_layers: layers }, more), '2026-03-02T12:00Z')).toEqual([
        expected,
      ]);
    });
  });
});
