import { describe, expect, it } from '@jest/globals';
import { ADA, GRACE } from '../support/stage.ts';
import { ADA_THEN_GRACE, withRules } from './configs.ts';
import { expectState, kindsOf, story } from './story.ts';

const KEYED = { dedupKey: 'disk' };

describe('a maintenance window', () => {
  const during = (from: string, to: string, more: object = {}) =>
    withRules(ADA_THEN_GRACE, {
      maintenanceWindows: [{ id: 'deploy', services: ['checkout'], from, to, ...more }],
    });
  const half = during('2026-11-23T12:00', '2026-11-23T12:30');

  it('records incidents and pages nobody; what is still open at its end is paged then', () =>
    story({ config: half }, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED).expect(201);
      at('5:00')
        .put(KEYED)
        .expect(200, ({ json }) => expect(json).toMatchObject({ incidentId: 10_000, count: 2 }));
      at('10:00').check('it is recorded, and says why', async (stage) => {
        const { state, timeline } = await stage.incident(10_000);
        expect(state).toBe('OPEN');
        expect(timeline[1]).toMatchObject({ kind: 'held', text: expect.stringContaining('maintenance window deploy') });
      });
      expectMail('30:00', ADA);
      expectMail('40:00', GRACE);
      end('60:00');
    }));

  it('pages nobody at all for what is resolved, or taken on, inside', () =>
    story({ config: half }, ({ at, end }) => {
      at('0:00').put();
      at('0:00').put();
      at('20:00').resolve(10_000);
      at('29:59').claim(10_001);
      end('60:00');
    }));

  it('ends in time although its workflow was lost', () =>
    story({ config: half }, ({ at, expectMail, end }) => {
      at('0:00').put();
      at('1:00').do('abort', ({ workflows }) => workflows.abort('incident-10000-1'));
      expectMail('30:30..32:00', ADA);
      expectMail('40:00', GRACE);
      end('60:00');
    }));

  it('does not hold back what somebody escalates by hand', () =>
    story({ config: half }, ({ at, expectMail, end }) => {
      at('0:00').put();
      at('5:00').request('POST', '/incidents/10000/escalate', { by: 'ada' });
      expectMail('5:00', ADA);
      expectMail('15:00', GRACE);
      end('60:00');
    }));

  it('does not stop what began before it', () =>
    story({ config: during('2026-11-23T12:05', '2026-11-23T13:00') }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      end('20:00');
    }));

  it('recurs, by the clock of its zone, and holds for the services of a team', () =>
    story(
      {
        config: withRules(ADA_THEN_GRACE, {
          maintenanceWindows: [
            {
              id: 'nightly',
              teams: ['core'],
              timeZone: 'Europe/Berlin',
              from: '2026-11-01',
              to: '2026-12-01',
              recurring: [{ kind: 'daily', from: '13:00', to: '13:10' }],
            },
          ],
        }),
      },
      ({ at, expectMail, isTight, end }) => {
        isTight();
        at('0:00').put();
        expectMail('10:00', ADA, /#10000/);
        at('11:00').put();
        expectMail('11:00', ADA, /#10001/);
        at('12:00').claim(10_000);
        at('12:00').claim(10_001);
        end('30:00');
      },
    ));

  it('at whose end the support hours are over holds low urgency on until they open', () =>
    story(
      {
        config: withRules(ADA_THEN_GRACE, {
          service: {
            supportHours: { days: ['mon', 'tue'], from: '12:45', to: '18:00' },
          },
          maintenanceWindows: [
            { id: 'deploy', services: ['checkout'], from: '2026-11-23T12:00', to: '2026-11-23T12:30' },
          ],
        }),
      },
      ({ at, expectMail, end }) => {
        at('0:00').put({ severity: 'WARN' });
        expectMail('45:00', ADA);
        at('50:00').claim(10_000);
        end('60:00');
      },
    ));
});

describe('an acknowledgement that has a time limit', () => {
  const config = withRules(ADA_THEN_GRACE, { service: { acknowledgementTimeoutMinutes: 30 } });

  it('pages again when it has run out, as often as it does', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('5:00').claim(10_000);
      expectMail('35:00', ADA);
      at('40:00').claim(10_000, 'grace');
      expectMail('70:00', ADA);
      expectMail('80:00', GRACE);
      at('81:00').check('it says so', async (stage) => {
        expect((await kindsOf(stage, 10_000)).filter((kind) => kind === 'timed_out')).toHaveLength(2);
        await expectState(stage, 10_000, 'OPEN');
      });
      end('100:00');
    }));

  it('pages nobody when the incident is resolved before, and also counts after everybody was paged', () =>
    story({ config }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:00').put();
      expectMail('0:00', ADA, /#10000/);
      at('5:00').claim(10_000);
      at('34:59').resolve(10_000);
      at('36:00').put();
      expectMail('36:00', ADA, /#10001/);
      expectMail('46:00', GRACE, /#10001/);
      at('60:00').claim(10_001);
      expectMail('90:00', ADA, /#10001/);
      at('91:00').resolve(10_001);
      end('100:00');
    }));
});

describe('an incident that resolves itself', () => {
  const config = withRules(ADA_THEN_GRACE, { service: { autoResolveMinutes: 60 } });

  it('does so an hour after it began, acknowledged or not, and says so; the next event is a new one', () =>
    story({ config }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:00').put(KEYED);
      expectMail('0:00', ADA, /#10000/);
      expectMail('10:00', GRACE, /#10000/);
      at('30:00').put();
      expectMail('30:00', ADA, /#10001/);
      at('35:00').claim(10_001);
      at('59:59').check('not before', (stage) => expectState(stage, 10_000, 'OPEN'));
      at('60:00').check('then', async (stage) => {
        const { state, resolvedBy, timeline } = await stage.incident(10_000);
        expect({ state, resolvedBy }).toEqual({ state: 'RESOLVED', resolvedBy: 'inresponse' });
        expect(timeline.at(-1)?.text).toBe('Resolved by itself: open for 60 min.');
      });
      at('61:00').put(KEYED).expect(201);
      expectMail('61:00', ADA, /#10002/);
      expectMail('71:00', GRACE, /#10002/);
      at('90:00').check('the other one too', (stage) => expectState(stage, 10_001, 'RESOLVED'));
      end('92:00');
    }));

  it('has its hour again when it is re-opened', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('5:00').claim(10_000);
      at('80:00').reopen(10_000);
      expectMail('80:00', ADA);
      expectMail('90:00', GRACE);
      at('139:00').check('still open', (stage) => expectState(stage, 10_000, 'OPEN'));
      at('140:00').check('over', (stage) => expectState(stage, 10_000, 'RESOLVED'));
      end('150:00');
    }));
});

describe('a snoozed incident', () => {
  const config = withRules(ADA_THEN_GRACE);

  it('is acknowledged until then, and pages anew afterwards', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED);
      expectMail('0:00', ADA);
      at('2:00')
        .request('POST', '/incidents/10000/snooze', { minutes: 15, by: 'ada' })
        .expect(200, ({ json }) =>
          expect(json).toMatchObject({
            state: 'CLAIMED',
            claimedBy: 'ada',
            snoozedUntil: '2026-11-23T12:17:00.000Z',
          }),
        );
      at('10:00').put(KEYED).expect(200);
      expectMail('17:00', ADA);
      expectMail('27:00', GRACE);
      at('30:00').check('it says so', async (stage) =>
        expect(await kindsOf(stage, 10_000)).toEqual([
          'created',
          'notified',
          'acknowledged',
          'snoozed',
          'timed_out',
          'notified',
          'escalated',
          'notified',
          'escalation_finished',
        ]),
      );
      end('40:00');
    }));

  it('can be snoozed longer or shorter, also once everybody was paged', () =>
    story({ config }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      at('15:00').request('POST', '/incidents/10000/snooze', { minutes: 60 });
      at('20:00').request('POST', '/incidents/10000/snooze', { until: '2026-11-23T12:30:00Z' });
      expectMail('30:00', ADA);
      at('31:00').request('POST', '/incidents/10000/snooze', { minutes: 5 });
      at('32:00').request('POST', '/incidents/10000/snooze', { minutes: 20 });
      expectMail('52:00', ADA);
      at('53:00').claim(10_000);
      end('90:00');
    }));

  it('is over with the resolution, and outlives a lost workflow', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      at('0:00').put();
      for (const number of [10_000, 10_001]) {
        expectMail('0:00', ADA, new RegExp(`#${number}`));
        at('1:00').request('POST', `/incidents/${number}/snooze`, { minutes: 19 });
      }
      at('2:00').do('abort', ({ workflows }) => workflows.abortAll());
      at('10:00').resolve(10_000);
      expectMail('20:30..22:00', ADA, /#10001/);
      at('23:00').claim(10_001);
      end('40:00');
    }));
});

describe('a repeated event is never swallowed', () => {
  const config = withRules(ADA_THEN_GRACE, {
    service: { repageAfterMinutes: 20, repageAfterAcknowledgedMinutes: 60 },
  });

  it('when the policy has run out: it pages again 20 minutes after the last page, not before', () =>
    story({ config }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:00').put(KEYED);
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      for (const moment of ['5:00', '15:00', '29:59'] as const) at(moment).put(KEYED).expect(200);
      at('30:00')
        .put(KEYED)
        .expect(200, ({ json }) => expect(json).toMatchObject({ incidentId: 10_000, count: 5 }));
      expectMail('30:00', ADA);
      at('31:00').put(KEYED).expect(200);
      expectMail('40:00', GRACE);
      at('45:00').check('it says so', async (stage) =>
        expect((await kindsOf(stage, 10_000)).filter((kind) => kind === 'repeated')).toHaveLength(1),
      );
      end('100:00');
    }));

  it('when the acknowledgement is old: it pages again after an hour, not before', () =>
    story({ config }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:00').put(KEYED);
      expectMail('0:00', ADA);
      at('5:00').claim(10_000);
      at('40:00').put(KEYED).expect(200);
      at('64:59')
        .put(KEYED)
        .expect(200, ({ json }) => expect(json.state).toBe('CLAIMED'));
      at('65:00')
        .put(KEYED)
        .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'OPEN', incidentId: 10_000, count: 4 }));
      expectMail('65:00', ADA);
      expectMail('75:00', GRACE);
      end('80:00');
    }));

  it('when two come in one instant: paged once', () =>
    story({ config }, ({ at, expectMail, end }) => {
      const put = {
        method: 'PUT',
        path: '/incidents',
        body: { service: 'checkout', severity: 'CRIT', title: 'Disk full', message: 'full', ...KEYED },
      };
      at('0:00').put(KEYED);
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      at('40:00').do('three at once', async (stage) => {
        const answers = await stage.together(put, put, put);
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
        expect(await stage.incident(10_000)).toMatchObject({ count: 4 });
      });
      expectMail('40:00', ADA);
      expectMail('50:00', GRACE);
      end('60:00');
    }));

  it('when the process dies after it has begun to page again: the reconciler pages', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED);
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      at('40:00').fault({ service: 'states', mishap: 'die before' });
      at('40:00').put(KEYED).expect(502);
      expectMail('40:30..42:00', ADA);
      expectMail('50:00', GRACE);
      end('60:00');
    }));
});
