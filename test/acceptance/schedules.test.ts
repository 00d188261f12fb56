import { describe, expect, it } from '@jest/globals';
import { ADA, FALLBACK, GRACE } from '../support/stage.ts';
import { HEIDI, LIN, withRules } from './configs.ts';
import { story } from './story.ts';

const PRIMARY = [{ targets: [{ schedule: 'primary' }] }];

function scheduled(schedule: object, rules: readonly object[] = PRIMARY) {
  return withRules(rules, { schedules: [{ id: 'primary', timeZone: 'Europe/Berlin', ...schedule }] });
}

/** Ada on the 20th of October (and March), then Grace, Lin, Ada, Grace, …; Grace's Saturday ends on the day of the change. */
function daily(start: string) {
  return { layers: [{ users: ['ada', 'grace', 'lin'], start, rotation: { unit: 'day' } }] };
}

describe('a hand-off on a day that is not 24 hours long', () => {
  it('is at nine on the clock when the clocks go back, between incidents and between the steps of one', () =>
    story(
      {
        start: '2026-10-25T07:30:00Z',
        config: scheduled(daily('2026-10-20T09:00'), [{ ...PRIMARY[0], escalateAfterMinutes: 45 }, ...PRIMARY]),
      },
      ({ at, expectMail, isTight, end }) => {
        isTight();
        at('0:00').put();
        expectMail('0:00', GRACE, /#10000/, /on call in schedule primary/);
        at('29:59').put();
        expectMail('29:59', GRACE, /#10001/);
        at('30:00').put();
        expectMail('30:00', LIN, /#10002/);
        expectMail('45:00', LIN, /#10000/);
        for (const number of [10_001, 10_002]) at('46:00').resolve(number);
        end('80:00');
      },
    ));

  it.each([
    ['at nine on the clock when the clocks go forward', '2026-03-24T09:00', '2026-03-29T06:59:00Z'],
    ['in the hour that is left out, at its end', '2026-03-24T02:30', '2026-03-29T00:59:00Z'],
    ['in the hour that comes twice, the first time', '2026-10-20T02:30', '2026-10-25T00:29:00Z'],
  ])('is %s', (_what, anchor, start) =>
    story({ start, config: scheduled(daily(anchor)) }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:59').put();
      expectMail('0:59', GRACE);
      at('1:00').put();
      expectMail('1:00', LIN);
      at('61:00').put();
      expectMail('61:00', LIN);
      end('62:00');
    }),
  );
});

describe('layers and overrides', () => {
  const NIGHT = {
    layers: [
      { users: ['ada'], start: '2026-01-01T00:00', rotation: { unit: 'week' } },
      {
        id: 'nights',
        users: ['lin'],
        start: '2026-01-01T00:00',
        rotation: { unit: 'week' },
        restrictions: [{ kind: 'daily', from: '20:00', to: '06:00' }],
      },
    ],
    overrides: [{ id: 'swap', kind: 'replace', user: 'heidi', from: '2026-11-23T21:00', to: '2026-11-23T22:00' }],
  };

  it('the upper layer hides the lower one while it counts, and an override hides both', () =>
    story({ start: '2026-11-23T18:59:00Z', config: scheduled(NIGHT) }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:59').put();
      expectMail('0:59', ADA, undefined, /layer-1/);
      at('1:00').put();
      expectMail('1:00', LIN, undefined, /nights/);
      at('60:59').put();
      expectMail('60:59', LIN);
      at('61:00').put();
      expectMail('61:00', HEIDI, undefined, /by override swap/);
      at('121:00').put();
      expectMail('121:00', LIN);
      end('122:00');
    }));

  it('an override adds somebody, or takes somebody away: then the fallback contact is told', () =>
    story(
      {
        config: {
          ...scheduled({ layers: NIGHT.layers.slice(0, 1) }),
          overrides: [
            { schedule: 'primary', kind: 'add', user: 'grace', from: '2026-11-23T13:00', to: '2026-11-23T13:10' },
            { schedule: 'primary', kind: 'remove', user: 'ada', from: '2026-11-23T13:10', to: '2026-11-23T13:20' },
          ],
        },
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', ADA);
        expectMail('0:00', GRACE);
        at('10:00').put();
        expectMail('10:00', FALLBACK, /^Fallback: /, /nobody is on call in schedule primary/);
        at('20:00').put();
        expectMail('20:00', ADA);
        end('21:00');
      },
    ));

  it('a day of the calendar wins over the layers', () =>
    story(
      { config: scheduled({ layers: NIGHT.layers.slice(0, 1), days: { '2026-11-23': { oncall: 'heidi' } } }) },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', HEIDI, undefined, /by its calendar of 2026-11-23/);
        end('1:00');
      },
    ));

  it('an override that is added and taken back changes who is paged next, in incidents that are open too', () =>
    story(
      { config: scheduled({ layers: NIGHT.layers.slice(0, 1) }, [...PRIMARY, ...PRIMARY, ...PRIMARY]) },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', ADA);
        at('5:00').request('POST', '/schedules/primary/overrides', {
          id: 'swap',
          user: 'grace',
          from: '2026-11-23T13:00',
          to: '2026-11-23T18:00',
        });
        expectMail('10:00', GRACE, undefined, /by override swap/);
        at('15:00').request('DELETE', '/schedules/primary/overrides/swap');
        expectMail('20:00', ADA);
        end('40:00');
      },
    ));
});

describe('documents of PagerDuty', () => {
  it('mean the same when they are pasted in: schedule, policy, loops and turns', () =>
    story(
      {
        config: {
          users: [
            { id: 'ada', email: ADA, pagerdutyId: 'PADA' },
            { id: 'grace', email: GRACE, pagerdutyId: 'PGRACE' },
            { id: 'lin', email: LIN, pagerdutyId: 'PLIN' },
          ],
          schedules: [
            {
              id: 'primary',
              pagerduty: {
                name: 'Primary',
                time_zone: 'Europe/Berlin',
                schedule_layers: [
                  {
                    start: '2026-11-02T09:00:00+01:00',
                    rotation_virtual_start: '2026-11-02T09:00:00+01:00',
                    rotation_turn_length_seconds: 604_800,
                    users: [{ user: { id: 'PGRACE' } }, { user: { id: 'PADA' } }, { user: { id: 'PLIN' } }],
                  },
                ],
              },
            },
          ],
          escalationPolicies: [
            {
              id: 'standard',
              atEnd: 'giveUp',
              pagerduty: {
                num_loops: 1,
                escalation_rules: [
                  { escalation_delay_in_minutes: 5, targets: [{ id: 'primary', type: 'schedule_reference' }] },
                  {
                    escalation_delay_in_minutes: 10,
                    targets: ['PADA', 'PGRACE', 'PLIN'].map((id) => ({ id, type: 'user_reference' })),
                    escalation_rule_assignment_strategy: { type: 'round_robin' },
                  },
                ],
              },
            },
          ],
          services: [{ id: 'checkout', escalationPolicy: 'standard' }],
        },
      },
      ({ at, expectMail, isTight, end }) => {
        isTight();
        at('0:00').put();
        // The fourth week: Grace's turn again. Incident 10000 is one more than a multiple of three.
        expectMail('0:00', GRACE, undefined, /on call in schedule Primary/);
        expectMail('5:00', GRACE, undefined, /whose turn it is/);
        expectMail('15:00', GRACE);
        expectMail('20:00', GRACE);
        at('40:00').check('and then gives up', async (stage) =>
          expect((await stage.incident(10_000)).timeline.at(-1)?.kind).toBe('escalation_finished'),
        );
        end('40:00');
      },
    ));
});
