import { describe, expect, it } from '@jest/globals';
import { ADA, FALLBACK, GRACE } from '../support/stage.ts';
import { ADA_THEN_GRACE, HEIDI, LIN, USERS, withRules } from './configs.ts';
import { kindsOf, story } from './story.ts';

describe('an escalation policy', () => {
  it('is repeated, and the fallback contact is paged at its end', () =>
    story(
      { config: withRules(ADA_THEN_GRACE, { policy: { repeat: 1, atEnd: 'fallback' } }) },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        for (const start of [0, 20] as const) {
          expectMail(`${start}:00`, ADA, undefined, /ada is named in the escalation policy/);
          expectMail(`${start + 10}:00`, GRACE);
        }
        expectMail('40:00', FALLBACK, /^Fallback: /, /everybody in the policy was paged and nobody acknowledged/);
        at('59:00').check('it says so', async (stage) => {
          const kinds = await kindsOf(stage, 10_000);
          expect(kinds.filter((kind) => kind === 'escalated')).toHaveLength(4);
          expect(kinds.at(-1)).toBe('escalation_finished');
        });
        end('60:00');
      },
    ));

  it('stops in its second pass when somebody acknowledges', () =>
    story(
      { config: withRules(ADA_THEN_GRACE, { policy: { repeat: 2, atEnd: 'fallback' } }) },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', ADA);
        expectMail('10:00', GRACE);
        expectMail('20:00', ADA);
        at('25:00').claim(10_000);
        end('90:00');
      },
    ));

  it('gives up where it is told to, and says so', () =>
    story({ config: withRules(ADA_THEN_GRACE) }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      at('29:00').check('it says so', async (stage) =>
        expect((await kindsOf(stage, 10_000)).at(-1)).toBe('escalation_finished'),
      );
      end('30:00');
    }));

  it('pages several targets at once, each person once', () =>
    story(
      {
        config: withRules(
          [
            {
              targets: [
                { user: 'heidi' },
                { schedule: 'primary' },
                { team: 'core' },
                { email: 'ops@example.org', name: 'Operations' },
                { email: 'Ada@Example.org' },
              ],
            },
          ],
          {
            schedules: [
              {
                id: 'primary',
                timeZone: 'UTC',
                layers: [{ users: ['ada'], start: '2026-01-01T00:00', rotation: { unit: 'day' } }],
              },
            ],
          },
        ),
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', HEIDI);
        expectMail('0:00', ADA, undefined, /on call in schedule primary/);
        expectMail('0:00', GRACE, undefined, /member of team core/);
        expectMail('0:00', LIN, undefined, /member of team core/);
        expectMail('0:00', 'ops@example.org');
        end('10:00');
      },
    ));

  it('goes round the members of a team, incident by incident', () =>
    story({ config: withRules([{ targets: [{ team: 'core', mode: 'roundRobin' }] }]) }, ({ at, expectMail, end }) => {
      for (const moment of ['0:00', '1:00', '2:00', '3:00'] as const) at(moment).put();
      expectMail('0:00', GRACE, /#10000/, /member of team core, whose turn it is/);
      expectMail('1:00', LIN, /#10001/);
      expectMail('2:00', ADA, /#10002/);
      expectMail('3:00', GRACE, /#10003/);
      end('5:00');
    }));

  it('has rules that go on after an acknowledgement and end with the resolution', () => {
    const untilResolved = { targets: [{ user: 'grace' }], stopsWhen: 'resolved' };
    return story(
      {
        config: withRules([
          { targets: [{ user: 'ada' }] },
          untilResolved,
          { targets: [{ user: 'lin' }] },
          { ...untilResolved, targets: [{ user: 'heidi' }] },
        ]),
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', ADA, /#10000/);
        at('5:00').claim(10_000);
        expectMail('10:00', GRACE, /#10000/);
        expectMail('30:00', HEIDI, /#10000/);
        at('1:00').put();
        expectMail('1:00', ADA, /#10001/);
        at('5:00').claim(10_001);
        expectMail('11:00', GRACE, /#10001/);
        at('12:00').resolve(10_001);
        end('60:00');
      },
    );
  });

  it('has rules for one urgency, and is never silent for the other', () =>
    story(
      {
        config: withRules([
          { targets: [{ user: 'ada' }], urgency: 'high' },
          { targets: [{ user: 'grace' }], urgency: 'high', escalateAfterMinutes: 5 },
        ]),
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', ADA, /#10000/);
        expectMail('10:00', GRACE, /#10000/);
        at('1:00').put({ severity: 'WARN' });
        expectMail('1:00', FALLBACK, /#10001/, /no step for incidents of low urgency/);
        end('30:00');
      },
    ));
});

describe('notification rules', () => {
  const PAGER = 'ada.pager@example.org';
  const ada = {
    id: 'ada',
    email: ADA,
    contactMethods: [
      { id: 'pager', kind: 'email', address: PAGER },
      { id: 'phone', kind: 'sms', address: '+4930123456' },
    ],
    notificationRules: [
      { urgency: 'high', method: 'email' },
      { urgency: 'high', method: 'pager', afterMinutes: 5 },
      { urgency: 'high', method: 'phone', afterMinutes: 6 },
      { urgency: 'low', method: 'pager', afterMinutes: 15 },
    ],
  };
  const config = withRules(ADA_THEN_GRACE, { users: [ada, ...USERS.slice(1)] });

  it('tell one address at once and another after some minutes', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('5:00', PAGER);
      expectMail('10:00', GRACE);
      end('30:00');
    }));

  it('stop with the acknowledgement', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('4:59').claim(10_000);
      end('30:00');
    }));

  it('differ by urgency', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put({ severity: 'WARN' });
      expectMail('10:00', GRACE);
      expectMail('15:00', PAGER);
      end('30:00');
    }));

  it('are kept although the reconciler is off and a notifier dies on the way', () =>
    story({ config, reconciler: 'off' }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('4:00').fault({ service: 'ses', mishap: 'die before' });
      expectMail('6:15', PAGER);
      expectMail('10:00', GRACE);
      end('30:00');
    }));

  it('that reach nobody are no excuse: the fallback contact is told why', () =>
    story(
      {
        config: withRules(ADA_THEN_GRACE, {
          users: [
            { id: 'ada', name: 'Ada', contactMethods: [{ id: 'phone', kind: 'sms', address: '+4930123456' }] },
            ...USERS.slice(1),
          ],
        }),
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', FALLBACK, undefined, /Ada has no contact method that works/);
        expectMail('10:00', GRACE);
        end('30:00');
      },
    ));
});

describe('low urgency outside support hours', () => {
  const supportHours = {
    timeZone: 'Europe/Berlin',
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    from: '14:00',
    to: '18:00',
  };
  const config = (service: object = {}) => withRules(ADA_THEN_GRACE, { service: { supportHours, ...service } });

  it('waits until they open; high urgency does not', () =>
    story({ config: config() }, ({ at, expectMail, end }) => {
      at('0:00').put({ severity: 'WARN' });
      at('0:00').put();
      expectMail('0:00', ADA, /#10001/);
      expectMail('10:00', GRACE, /#10001/);
      at('30:00').check('it says why', async (stage) => {
        const { timeline } = await stage.incident(10_000);
        expect(timeline.map(({ kind }) => kind)).toEqual(['created', 'held']);
        expect(timeline[1]?.text).toMatch(/before 2026-11-23T13:00:00.000Z: low urgency outside support hours/);
      });
      expectMail('60:00', ADA, /#10000/);
      expectMail('70:00', GRACE, /#10000/);
      end('90:00');
    }));

  it('waits over the weekend, by the clock of the zone', () =>
    story({ config: config(), start: '2026-10-23T16:30:00Z', reconciler: 'off' }, ({ at, expectMail, end }) => {
      at('0:00').put({ severity: 'WARN' });
      // Until Monday 14:00 in Berlin, 13:00 UTC: the clocks have gone back on Sunday.
      expectMail(`${68 * 60 + 30}:00`, ADA);
      at('4115:00').claim(10_000);
      end('4200:00');
    }));

  it('pages nobody when it is acknowledged or resolved meanwhile', () =>
    story({ config: config() }, ({ at, end }) => {
      at('0:00').put({ severity: 'WARN' });
      at('0:00').put({ severity: 'WARN' });
      at('30:00').claim(10_000);
      at('59:00').resolve(10_001);
      end('90:00');
    }));

  it('is paged as usual where the service says so, and by the urgency that the service gives it', () =>
    story({ config: config({ lowUrgencyOutsideHours: 'page' }) }, ({ at, expectMail, end }) => {
      at('0:00').put({ severity: 'WARN' });
      expectMail('0:00', ADA, /#10000/);
      at('1:00').resolve(10_000);
      at('2:00').request('PUT', '/config', config({ urgency: { WARN: 'high', CRIT: 'low' } }));
      at('20:00').put({ severity: 'WARN' });
      expectMail('20:00', ADA, /#10001/);
      at('21:00').resolve(10_001);
      at('30:00').put({ severity: 'CRIT' });
      at('40:00').resolve(10_002);
      end('90:00');
    }));
});
