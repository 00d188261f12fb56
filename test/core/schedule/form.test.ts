import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { parseSchedule } from '../../../core/schedule/form.ts';
import { at, schedule } from './build.ts';

const layer = { users: ['ada'], start: '2026-11-02T09:00', rotation: { unit: 'week' } };
const faults = (form: unknown) => {
  const result = parseSchedule(form);
  return result.ok ? [] : result.faults.map(({ path }) => path.join('.'));
};
const faultsWith = (form: Record<string, unknown>) => faults({ id: 'primary', timeZone: 'Europe/Berlin', ...form });

describe('a schedule as people write it', () => {
  it('is read from YAML', () => {
    const text = `
      id: primary
      name: First line
      timeZone: Europe/Berlin
      layers:
        - name: weekdays
          users: [ada@example.com, grace@example.com]
          start: 2026-11-02T09:00
          rotation: { unit: week, every: 2 }
          restrictions:
            - { kind: daily, from: "17:00", to: "09:00" }
            - { kind: weekly, day: 6, from: "00:00", durationSeconds: 172800 }
        - id: holiday
          timeZone: Asia/Kolkata
          users: [alan@example.com]
          start: 2026-12-24T00:00:00Z
          end: 2026-12-27
          rotation: { seconds: 43200 }
      overrides:
        - { kind: replace, user: barbara@example.com, from: 2026-11-05T18:00, to: 2026-11-06T08:00:00+01:00 }
      days:
        2026-12-31: { oncall: edsger@example.com, escalation: boss@example.com }
    `;
    expect(parseSchedule(parse(text))).toEqual({
      ok: true,
      value: {
        id: 'primary',
        name: 'First line',
        timeZone: 'Europe/Berlin',
        layers: [
          {
            id: 'layer-1',
            name: 'weekdays',
            timeZone: 'Europe/Berlin',
            users: ['ada@example.com', 'grace@example.com'],
            start: at('2026-11-02T08:00Z'),
            rotation: { unit: 'days', every: 14, anchor: at('2026-11-02T09:00Z') },
            restrictions: [
              { kind: 'daily', startSeconds: 61_200, durationSeconds: 57_600 },
              { kind: 'weekly', day: 6, startSeconds: 0, durationSeconds: 172_800 },
            ],
          },
          {
            id: 'holiday',
            name: 'Layer 2',
            timeZone: 'Asia/Kolkata',
            users: ['alan@example.com'],
            start: at('2026-12-24T00:00Z'),
            end: at('2026-12-26T18:30Z'),
            rotation: { unit: 'milliseconds', every: 43_200_000, anchor: at('2026-12-24T00:00Z') },
            restrictions: [],
          },
        ],
        overrides: [
          {
            id: 'override-1',
            kind: 'replace',
            user: 'barbara@example.com',
            from: at('2026-11-05T17:00Z'),
            to: at('2026-11-06T07:00Z'),
          },
        ],
        days: { '2026-12-31': { oncall: 'edsger@example.com', escalation: 'boss@example.com' } },
      },
    });
  });

  it('has turns in seconds, hours, days, weeks and months', () => {
    const rotation = (form: unknown) => schedule({ layers: [{ ...layer, rotation: form }] }).layers[0]?.rotation;
    const [wall, instant] = [at('2026-11-02T09:00Z'), at('2026-11-02T08:00Z')];
    expect(rotation({ seconds: 172_800 })).toEqual({ unit: 'days', every: 2, anchor: wall });
    expect(rotation({ seconds: 90_000 })).toEqual({ unit: 'milliseconds', every: 90_000_000, anchor: instant });
    expect(rotation({ unit: 'hour', every: 24 })).toEqual({ unit: 'milliseconds', every: 86_400_000, anchor: instant });
    expect(rotation({ unit: 'day' })).toEqual({ unit: 'days', every: 1, anchor: wall });
    expect(rotation({ unit: 'month', every: 3 })).toEqual({ unit: 'months', every: 3, anchor: wall });
  });

  it('keeps the hand-off time of a start that a gap hides', () => {
    const hidden = schedule({ layers: [{ ...layer, start: '2026-03-29T02:30', rotation: { unit: 'day' } }] }).layers[0];
    expect([hidden?.start, hidden?.rotation.anchor]).toEqual([at('2026-03-29T01:00Z'), at('2026-03-29T02:30Z')]);
  });

  it.each([
    [{ kind: 'daily', from: '09:00', to: '17:00' }, 28_800],
    [{ kind: 'daily', from: '00:00', to: '24:00' }, 86_400],
    [{ kind: 'daily', from: '17:00', to: '24:00' }, 25_200],
    [{ kind: 'weekly', day: 5, from: '22:00', to: '06:00' }, 28_800],
    [{ kind: 'weekly', day: 5, from: '18:00', toDay: 1, to: '09:00' }, 226_800],
    [{ kind: 'weekly', day: 7, from: '00:00', toDay: 7, to: '24:00' }, 86_400],
    [{ kind: 'weekly', day: 3, from: '09:00', toDay: 3, to: '08:00' }, 601_200],
  ])('restricts by %j', (restriction, durationSeconds) => {
    expect(
      schedule({ layers: [{ ...layer, restrictions: [restriction] }] }).layers[0]?.restrictions[0]?.durationSeconds,
    ).toBe(durationSeconds);
  });
});

describe('faults are named at their fields', () => {
  it('all of them in one go', () => {
    const form = {
      id: ' ',
      timeZone: 'Europe/Nowhere',
      color: 'red',
      layers: [
        { ...layer, id: 'same', users: [], end: '2026-11-02T09:00' },
        { ...layer, id: 'same', start: '2026-02-30', rotation: { unit: 'fortnight' } },
        {
          ...layer,
          users: [''],
          timeZone: '+05:30',
          rotation: { seconds: 3_599 },
          restrictions: [{ kind: 'daily', from: '9:00', to: '25:00' }],
        },
      ],
      overrides: [
        { kind: 'swap', user: 'ada', from: '2026-11-03', to: '2026-11-02' },
        { id: 'override-1', kind: 'add', user: 7, from: 'tomorrow', to: '2026-11-02' },
      ],
      days: { '2026-13-01': { oncall: 'ada' }, '2026-12-01': {} },
    };
    expect(faults(form).sort()).toEqual(
      [
        'id',
        'timeZone',
        '',
        'layers.0.users',
        'layers.0.end',
        'layers.1.id',
        'layers.1.start',
        'layers.1.rotation.unit',
        'layers.2.users.0',
        'layers.2.timeZone',
        'layers.2.rotation.seconds',
        'layers.2.restrictions.0.from',
        'layers.2.restrictions.0.to',
        'overrides.0.kind',
        'overrides.0.to',
        'overrides.1.id',
        'overrides.1.user',
        'overrides.1.from',
        'days.2026-13-01',
        'days.2026-12-01.oncall',
      ].sort(),
    );
  });

  it.each([
    [{ rotation: {} }, 'layers.0.rotation'],
    [{ rotation: { unit: 'day', seconds: 86_400 } }, 'layers.0.rotation'],
    [{ rotation: { seconds: 86_400, every: 2 } }, 'layers.0.rotation.every'],
    [{ rotation: { seconds: 31_536_001 } }, 'layers.0.rotation.seconds'],
    [{ rotation: { unit: 'month', every: 13 } }, 'layers.0.rotation.every'],
    [{ rotation: { unit: 'day', every: 0 } }, 'layers.0.rotation.every'],
    [{ start: undefined }, 'layers.0.start'],
    [{ restrictions: [{ kind: 'daily', from: '09:00' }] }, 'layers.0.restrictions.0.to'],
    [{ restrictions: [{ kind: 'daily', from: '00:00', to: '25:00' }] }, 'layers.0.restrictions.0.to'],
    [
      { restrictions: [{ kind: 'daily', from: '09:00', to: '10:00', durationSeconds: 60 }] },
      'layers.0.restrictions.0.to',
    ],
    [{ restrictions: [{ kind: 'daily', from: '09:00', to: '09:00' }] }, 'layers.0.restrictions.0.to'],
    [
      { restrictions: [{ kind: 'daily', from: '09:00', durationSeconds: 86_401 }] },
      'layers.0.restrictions.0.durationSeconds',
    ],
    [
      { restrictions: [{ kind: 'weekly', day: 0, from: '09:00', durationSeconds: 604_799 }] },
      'layers.0.restrictions.0.day',
    ],
    [
      { restrictions: [{ kind: 'weekly', day: 1, from: '09:00', durationSeconds: 604_800 }] },
      'layers.0.restrictions.0.durationSeconds',
    ],
    [
      { restrictions: [{ kind: 'weekly', day: 1, from: '09:00', durationSeconds: 60, toDay: 2 }] },
      'layers.0.restrictions.0.toDay',
    ],
  ])('%j', (change, path) => {
    expect(faultsWith({ layers: [{ ...layer, ...change }] })).toEqual([path]);
  });

  it('when a gap leaves an override no time', () => {
    const override = { kind: 'add', user: 'ada', from: '2026-03-29T02:10', to: '2026-03-29T02:50' };
    expect(faultsWith({ overrides: [override] })).toEqual(['overrides.0.to']);
    expect(faultsWith({ timeZone: 'UTC', overrides: [override] })).toEqual([]);
  });

  it.each([[undefined], [null], ['text'], [[]], [{ layers: 'all', overrides: 1, days: [] }]])(
    '%j is no schedule',
    (form) => {
      expect(faults(form).length).toBeGreaterThan(0);
    },
  );

  it.each([['+05:30'], ['2026-11-02T09:00Z'], ['Z'], [''], ['../Europe/Berlin'], ['Europe/Berlin\n']])(
    '%j is no zone',
    (timeZone) => {
      expect(faultsWith({ timeZone })).toEqual(['timeZone']);
    },
  );

  it('and never thrown, whatever stands in a field', () => {
    const text = fc.constantFrom('2026-11-02', '24:00', '2026-03-29T02:30', 'Europe/Berlin', 'week', '');
    const value = fc.oneof(text, fc.anything({ withNullPrototype: true }));
    const some = (...names: string[]) => fc.dictionary(fc.constantFrom(...names), value);
    const layers = fc.array(
      fc
        .tuple(some('id', 'timeZone', 'users', 'start', 'end', 'rotationStart', 'rotation', 'restrictions'))
        .map(([change]) => ({ ...layer, ...change })),
    );
    const overrides = fc.array(some('id', 'kind', 'user', 'from', 'to'));
    const change = fc.oneof(some('id', 'timeZone', 'layers', 'overrides', 'days'), fc.constant({}));
    fc.assert(
      fc.property(layers, overrides, change, (someLayers, someOverrides, changed) => {
        const result = parseSchedule({
          id: 'x',
          timeZone: 'UTC',
          layers: someLayers,
          overrides: someOverrides,
          ...changed,
        });
        expect(typeof result.ok).toBe('boolean');
      }),
      { numRuns: 1_000 },
    );
  });
});
