import { describe, expect, it } from '@jest/globals';
import { layerShifts } from '../../../core/schedule/layer.ts';
import { escalationAt, onCallAt } from '../../../core/schedule/oncall.ts';
import { coveragePercentage, gaps, handoffs, shiftAt, shifts } from '../../../core/schedule/shifts.ts';
import { at, minute, noted, schedule } from './build.ts';

const weekly = { users: ['ada', 'grace'], start: '2026-11-02T09:00', rotation: { unit: 'week' } };
const nights = {
  id: 'nights',
  users: ['owl'],
  start: '2026-11-02',
  rotation: { unit: 'week' },
  restrictions: [{ kind: 'daily', from: '22:00', to: '06:00' }],
};

describe('layers', () => {
  it('take turns', () => {
    const { layers, ...rest } = schedule({ layers: [weekly] });
    expect(noted(shifts({ layers, ...rest }, at('2026-11-02T00:00Z'), at('2026-11-17T00:00Z')))).toEqual([
      '2026-11-02T08:00Z 2026-11-09T08:00Z ada',
      '2026-11-09T08:00Z 2026-11-16T08:00Z grace',
      '2026-11-16T08:00Z 2026-11-17T00:00Z ada',
    ]);
  });

  it('hide the ones before them where they count, and there alone', () => {
    const both = schedule({ layers: [weekly, nights] });
    expect(noted(shifts(both, at('2026-11-03T12:00Z'), at('2026-11-04T12:00Z')))).toEqual([
      '2026-11-03T12:00Z 2026-11-03T21:00Z ada',
      '2026-11-03T21:00Z 2026-11-04T05:00Z owl',
      '2026-11-04T05:00Z 2026-11-04T12:00Z ada',
    ]);
    expect(onCallAt(both, at('2026-11-03T21:00Z'))).toEqual([
      { user: 'owl', reason: { kind: 'layer', layer: 'nights', turn: 0 } },
    ]);
    const other = schedule({ layers: [nights, weekly] });
    expect(onCallAt(other, at('2026-11-03T21:00Z'))).toEqual([
      { user: 'ada', reason: { kind: 'layer', layer: 'layer-2', turn: 0 } },
    ]);
  });

  it('count from their start until their end, whatever anchors the rotation', () => {
    const late = schedule({ layers: [{ ...weekly, rotationStart: '2026-10-26T09:00', end: '2026-11-10' }] });
    expect(noted(shifts(late, at('2026-10-01T00:00Z'), at('2026-12-01T00:00Z')))).toEqual([
      '2026-11-02T08:00Z 2026-11-09T08:00Z grace',
      '2026-11-09T08:00Z 2026-11-09T23:00Z ada',
    ]);
  });

  it('follow the sun in zones of their own', () => {
    const office = (user: string, timeZone: string) => ({
      users: [user],
      timeZone,
      start: '2026-11-01',
      rotation: { unit: 'day' },
      restrictions: [{ kind: 'daily', from: '09:00', to: '17:00' }],
    });
    const sun = schedule({
      timeZone: 'UTC',
      layers: [office('kiwi', 'Pacific/Auckland'), office('berliner', 'Europe/Berlin')],
    });
    expect(noted(shifts(sun, at('2026-11-03T12:00Z'), at('2026-11-04T12:00Z')))).toEqual([
      '2026-11-03T12:00Z 2026-11-03T16:00Z berliner',
      '2026-11-03T20:00Z 2026-11-04T04:00Z kiwi',
      '2026-11-04T08:00Z 2026-11-04T12:00Z berliner',
    ]);
  });

  it('are shown by themselves turn by turn', () => {
    const [layer] = schedule({ layers: [{ ...weekly, users: ['ada'], rotation: { unit: 'hour', every: 8 } }] }).layers;
    const turns = layer ? layerShifts(layer, at('2026-11-02T06:00Z'), at('2026-11-02T18:00Z')) : [];
    expect(turns.map(({ onCall }) => onCall[0]?.reason)).toEqual(
      [0, 1].map((turn) => ({ kind: 'layer', layer: 'layer-1', turn })),
    );
    expect(noted(turns)).toEqual([
      '2026-11-02T08:00Z 2026-11-02T16:00Z ada',
      '2026-11-02T16:00Z 2026-11-02T18:00Z ada',
    ]);
  });
});

describe('restrictions', () => {
  const restricted = (restrictions: unknown[]) =>
    schedule({ layers: [{ ...weekly, users: ['ada'], start: '2026-01-01', restrictions }] });

  it('run over the end of the week, and over the hour that the clocks leave out', () => {
    const weekend = restricted([{ kind: 'weekly', day: 6, from: '18:00', toDay: 1, to: '09:00' }]);
    expect(noted(shifts(weekend, at('2026-03-25T00:00Z'), at('2026-03-31T00:00Z')))).toEqual([
      '2026-03-28T17:00Z 2026-03-30T07:00Z ada',
    ]);
  });

  it('that overlap or touch make one time', () => {
    const two = restricted([
      { kind: 'daily', from: '12:00', to: '17:00' },
      { kind: 'daily', from: '08:00', to: '12:00' },
      { kind: 'daily', from: '09:00', durationSeconds: 60 },
    ]);
    expect(noted(shifts(two, at('2026-11-03T00:00Z'), at('2026-11-04T00:00Z')))).toEqual([
      '2026-11-03T07:00Z 2026-11-03T16:00Z ada',
    ]);
    const [layer] = two.layers;
    expect(layer && layerShifts(layer, at('2026-11-03T00:00Z'), at('2026-11-04T00:00Z'))).toHaveLength(1);
  });
});

describe('the calendar', () => {
  const days = {
    '2026-11-03': { oncall: 'day@example.com', escalation: 'boss@example.com' },
    '2026-10-25': { oncall: 'long' },
  };
  const calendar = schedule({ layers: [weekly], days });

  it('wins over the layers on its local day', () => {
    expect(noted(shifts(calendar, at('2026-11-02T12:00Z'), at('2026-11-04T12:00Z')))).toEqual([
      '2026-11-02T12:00Z 2026-11-02T23:00Z ada',
      '2026-11-02T23:00Z 2026-11-03T23:00Z day@example.com',
      '2026-11-03T23:00Z 2026-11-04T12:00Z ada',
    ]);
    expect(onCallAt(calendar, at('2026-11-02T23:00Z'))[0]?.reason).toEqual({ kind: 'day', day: '2026-11-03' });
  });

  it('names the escalation contact of its day', () => {
    expect(escalationAt(calendar, at('2026-11-03T22:59Z'))).toBe('boss@example.com');
    expect([escalationAt(calendar, at('2026-11-03T23:00Z')), escalationAt(calendar, at('2026-10-25T12:00Z'))]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('has days of 25 hours', () => {
    const [long] = shifts(calendar, at('2026-10-20T00:00Z'), at('2026-10-27T00:00Z'));
    expect(((long?.to ?? 0) - (long?.from ?? 0)) / 3_600_000).toBe(25);
  });
});

describe('overrides', () => {
  const span = { from: '2026-11-03T10:00', to: '2026-11-03T12:00' };
  const seen = (...overrides: unknown[]) =>
    noted(shifts(schedule({ layers: [weekly], overrides }), at('2026-11-03T09:00Z'), at('2026-11-03T11:00Z')));

  it('replace everybody, add, and remove', () => {
    expect(seen({ kind: 'replace', user: 'stand-in', ...span })).toEqual([
      '2026-11-03T09:00Z 2026-11-03T11:00Z stand-in',
    ]);
    expect(seen({ kind: 'add', user: 'trainee', ...span })).toEqual([
      '2026-11-03T09:00Z 2026-11-03T11:00Z ada+trainee',
    ]);
    expect(seen({ kind: 'remove', user: 'ada', ...span })).toEqual([]);
    expect(seen({ kind: 'remove', user: 'grace', ...span })).toEqual(['2026-11-03T09:00Z 2026-11-03T11:00Z ada']);
    expect(seen({ kind: 'add', user: 'ada', ...span })).toEqual(['2026-11-03T09:00Z 2026-11-03T11:00Z ada']);
  });

  it('follow each other, the newest with the last word', () => {
    const half = { from: '2026-11-03T10:30', to: '2026-11-03T11:00' };
    expect(seen({ kind: 'add', user: 'trainee', ...span }, { kind: 'replace', user: 'stand-in', ...half })).toEqual([
      '2026-11-03T09:00Z 2026-11-03T09:30Z ada+trainee',
      '2026-11-03T09:30Z 2026-11-03T10:00Z stand-in',
      '2026-11-03T10:00Z 2026-11-03T11:00Z ada+trainee',
    ]);
    expect(seen({ kind: 'replace', user: 'stand-in', ...span }, { kind: 'add', user: 'trainee', ...half })[1]).toMatch(
      /stand-in\+trainee$/,
    );
  });

  it('are above the calendar, and fill gaps', () => {
    const days = { '2026-11-03': { oncall: 'day' } };
    const above = schedule({
      days,
      overrides: [{ id: 'swap', kind: 'replace', user: 'stand-in', from: '2026-11-03T23:00', to: '2026-11-04T01:00' }],
    });
    expect(onCallAt(above, at('2026-11-03T22:00Z'))).toEqual([
      { user: 'stand-in', reason: { kind: 'override', override: 'swap' } },
    ]);
    expect(noted(shifts(above, at('2026-11-03T12:00Z'), at('2026-11-04T12:00Z')))).toEqual([
      '2026-11-03T12:00Z 2026-11-03T22:00Z day',
      '2026-11-03T22:00Z 2026-11-04T00:00Z stand-in',
    ]);
  });
});

describe('what is derived', () => {
  const office = schedule({ layers: [{ ...weekly, restrictions: [{ kind: 'daily', from: '09:00', to: '15:00' }] }] });

  it('gaps and coverage', () => {
    const day = [at('2026-11-02T23:00Z'), at('2026-11-03T23:00Z')] as const;
    expect(gaps(office, ...day).map(({ from, to }) => `${minute(from)} ${minute(to)}`)).toEqual([
      '2026-11-02T23:00Z 2026-11-03T08:00Z',
      '2026-11-03T14:00Z 2026-11-03T23:00Z',
    ]);
    expect(coveragePercentage(office, ...day)).toBe(25);
    expect([
      coveragePercentage(schedule({}), ...day),
      coveragePercentage(schedule({ layers: [weekly] }), ...day),
    ]).toEqual([0, 100]);
    expect([
      shifts(office, day[1], day[0]),
      gaps(office, day[1], day[0]),
      coveragePercentage(office, day[0], day[0]),
    ]).toEqual([[], [], 100]);
  });

  it('hand-offs, to and from nobody too, and one exactly at the beginning', () => {
    const names = (people: readonly { user: string }[]) => people.map(({ user }) => user).join('+');
    const seen = handoffs(office, at('2026-11-08T14:00Z'), at('2026-11-09T14:00Z'));
    expect(seen.map((each) => `${minute(each.at)} ${names(each.outgoing)}>${names(each.incoming)}`)).toEqual([
      '2026-11-08T14:00Z ada>',
      '2026-11-09T08:00Z >grace',
    ]);
    const added = schedule({
      layers: [weekly],
      overrides: [{ kind: 'add', user: 'trainee', from: '2026-11-03', to: '2026-11-04' }],
    });
    expect(
      handoffs(added, at('2026-11-02T12:00Z'), at('2026-11-05T00:00Z')).map(({ incoming, outgoing }) => [
        names(outgoing),
        names(incoming),
      ]),
    ).toEqual([
      ['', 'trainee'],
      ['trainee', ''],
    ]);
  });

  it('the whole shift at an instant', () => {
    const team = schedule({ layers: [{ ...weekly, rotation: { unit: 'month' } }] });
    expect(noted([shiftAt(team, at('2027-01-20T00:00Z'))].flatMap((shift) => shift ?? []))).toEqual([
      '2027-01-02T08:00Z 2027-02-02T08:00Z ada',
    ]);
    expect(shiftAt(team, at('2026-11-01T00:00Z'))).toBeUndefined();
    const cut = shifts(team, at('2027-01-20T00:00Z'), at('2027-02-10T00:00Z'), { whole: true });
    expect(noted(cut)).toEqual([
      '2027-01-02T08:00Z 2027-02-02T08:00Z ada',
      '2027-02-02T08:00Z 2027-03-02T08:00Z grace',
    ]);
  });

  it('joins turns of the same person', () => {
    const alone = schedule({
      layers: [
        { ...weekly, users: ['ada'] },
        { ...nights, users: ['ada'] },
      ],
    });
    expect(shifts(alone, at('2026-11-03T00:00Z'), at('2027-11-03T00:00Z'))).toHaveLength(1);
  });
});
