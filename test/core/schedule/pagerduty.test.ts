import { describe, expect, it } from '@jest/globals';
import { type PagerDutyOptions, parsePagerDutySchedule } from '../../../core/schedule/pagerduty.ts';
import type { Schedule } from '../../../core/schedule/schedule.ts';
import { shifts } from '../../../core/schedule/shifts.ts';
import { at, noted } from './build.ts';

const user = (id: string) => ({ user: { id, type: 'user_reference' } });
const weekdays = {
  name: 'Weekdays',
  start: '2026-03-20T00:00:00+01:00',
  end: null,
  rotation_virtual_start: '2026-03-16T09:00:00+01:00',
  rotation_turn_length_seconds: 604_800,
  users: [user('PA'), user('PB')],
};
const weekend = {
  name: 'Weekend',
  start: '2026-03-20T00:00:00+01:00',
  rotation_virtual_start: '2026-03-21T00:00:00+01:00',
  rotation_turn_length_seconds: 1_209_600,
  users: [user('PC')],
  restrictions: [
    { type: 'weekly_restriction', start_time_of_day: '00:00:00', duration_seconds: 172_800, start_day_of_week: 6 },
  ],
};
const document = {
  type: 'schedule',
  name: 'Team',
  time_zone: 'Europe/Berlin',
  description: null,
  schedule_layers: [weekdays, weekend],
};

function imported(input: unknown, layerOrder: PagerDutyOptions['layerOrder'] = 'as-sent'): Schedule {
  const result = parsePagerDutySchedule(input, { layerOrder, id: 'team' });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.value;
}

describe('a PagerDuty schedule', () => {
  const days = [
    '2026-03-26T23:00Z 2026-03-27T23:00Z PB',
    '2026-03-27T23:00Z 2026-03-29T22:00Z PC',
    '2026-03-29T22:00Z 2026-03-30T07:00Z PB',
    '2026-03-30T07:00Z 2026-03-31T22:00Z PA',
  ];
  const seen = (schedule: Schedule) => noted(shifts(schedule, at('2026-03-26T23:00Z'), at('2026-03-31T22:00Z')));

  it('means the same: the rotation hangs on its virtual start, keeps its wall clock, and the last layer wins', () => {
    // The week from 23 March is PB's, the second turn.
    expect(seen(imported(document))).toEqual([days[0], days[1], days[2], days[3]]);
    expect(shifts(imported(document), at('2026-03-01T00:00Z'), at('2026-03-19T23:00Z'))).toEqual([]);
  });

  it('may be wrapped, and in the order in which PagerDuty answers', () => {
    expect(
      seen(imported({ schedule: { ...document, id: 'PSCHED', schedule_layers: [weekend, weekdays] } }, 'as-returned')),
    ).toEqual(days);
    expect(seen(imported({ ...document, schedule_layers: [weekend, weekdays] }))).not.toEqual(days);
    expect([imported({ schedule: { ...document, id: 'PSCHED' } }).id, imported(document).id]).toEqual([
      'PSCHED',
      'team',
    ]);
  });

  it('has restrictions by the day, over midnight too', () => {
    const night = {
      ...weekdays,
      restrictions: [{ type: 'daily_restriction', start_time_of_day: '18:00:00', duration_seconds: 50_400 }],
    };
    const schedule = imported({ ...document, schedule_layers: [night] });
    expect(noted(shifts(schedule, at('2026-03-24T12:00Z'), at('2026-03-25T12:00Z')))).toEqual([
      '2026-03-24T17:00Z 2026-03-25T07:00Z PB',
    ]);
  });

  it('names every fault at its path', () => {
    const broken = {
      time_zone: 'Mars/Olympus',
      schedule_layers: [
        {
          ...weekdays,
          users: [{ user: {} }],
          rotation_turn_length_seconds: 60,
        },
        { ...weekdays, users: [], end: '2026-03-01T00:00:00Z' },
        { ...weekend, end: '2026-03-01T00:00:00Z', rotation_virtual_start: undefined },
        { ...weekend, end: '2026-03-01T00:00:00Z' },
        { ...weekend, start: 'soon', end: '2026-03-01T00:00:00Z' },
        {
          ...weekend,
          restrictions: [
            { type: 'daily_restriction', start_time_of_day: '24:00:00', duration_seconds: 0 },
            { type: 'monthly_restriction' },
          ],
        },
      ],
    };
    const paths = (input: unknown) => {
      const result = parsePagerDutySchedule(input, { layerOrder: 'as-sent', id: 'team' });
      return result.ok ? [] : result.faults.map(({ path }) => path.join('.'));
    };
    const expected = [
      'time_zone',
      '4.start',
      '0.rotation_turn_length_seconds',
      '0.users.0.user.id',
      '1.users',
      '2.rotation_virtual_start',
      '3.end',
      '5.restrictions.0.start_time_of_day',
      '5.restrictions.0.duration_seconds',
      '5.restrictions.1.type',
    ].map((path) => (path === 'time_zone' ? path : `schedule_layers.${path}`));
    expect(paths(broken)).toEqual(expect.arrayContaining(expected));
    expect(paths({ schedule: broken })).toEqual(expect.arrayContaining(expected.map((path) => `schedule.${path}`)));
    expect([paths(null).length, paths({ schedule: null }).length].every((count) => count > 0)).toBe(true);
  });
});
