import { describe, expect, it } from '@jest/globals';
import { ADA, DEFAULT_CONFIG, GRACE } from '../support/stage.ts';
import { expectState, kindsOf, story } from './story.ts';

const HEIDI = 'heidi@example.org';

describe('an incident that nobody acknowledges', () => {
  it('pages the on-call engineer at once and the escalation contact after ten minutes', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put().expect(201);
      expectMail('0:00', ADA, /^\[CRIT\] #10000 Disk full$/, /on-call engineer of team core/);
      expectMail('10:00', GRACE, /^Escalation: \[CRIT\] #10000 Disk full$/, /escalation contact of team core/);
      at('59:00').check('it says so itself', async (stage) => {
        expect(await kindsOf(stage, 10_000)).toEqual([
          'created',
          'notified',
          'escalated',
          'notified',
          'escalation_finished',
        ]);
        expect(stage.workflows.executions).toMatchObject([
          { name: 'incident-10000-1', status: 'SUCCEEDED', output: { status: 'done', reason: 'policy finished' } },
        ]);
      });
      at('59:00').check('whoever decided on it had read it consistently', (stage) => {
        const reads = stage.wire.calls.filter(
          ({ operation, invocation }) => operation === 'BatchGetItem' && invocation?.functionName === 'notifier',
        );
        const tables = reads.flatMap(({ body }) => Object.values(body.RequestItems as Record<string, object>));
        expect(tables.length).toBeGreaterThan(0);
        for (const table of tables) expect(table).toMatchObject({ ConsistentRead: true });
      });
      end('60:00');
    }));

  it('is paged by the delays of its service', () =>
    story(
      {
        config: {
          ...DEFAULT_CONFIG,
          services: [{ id: 'checkout', team: 'core', pageAfterSeconds: 120, escalateAfterSeconds: 300 }],
        },
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('2:00', ADA);
        expectMail('5:00', GRACE);
        end('30:00');
      },
    ));

  it('pages both at once when both delays are zero', () =>
    story(
      {
        config: {
          ...DEFAULT_CONFIG,
          services: [{ id: 'checkout', team: 'core', pageAfterSeconds: 0, escalateAfterSeconds: 0 }],
        },
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', ADA);
        expectMail('0:00', GRACE);
        end('30:00');
      },
    ));

  it('keeps the policy that it began with, and asks the calendar of the moment', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA, /#10000/);
      at('5:00').request('PUT', '/config', {
        teams: [{ id: 'core', calendar: [{ day: 'default', oncall: ADA, escalation: HEIDI }] }],
        services: [{ id: 'checkout', team: 'core', escalateAfterSeconds: 60 }],
      });
      expectMail('10:00', HEIDI, /#10000/);
      at('20:00').put({ title: 'Another one' });
      expectMail('20:00', ADA, /#10001/);
      expectMail('21:00', HEIDI, /#10001/);
      end('60:00');
    }));

  it('goes its own way beside others', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      at('3:00').put({ severity: 'WARN' });
      at('4:00').claim(10_000);
      expectMail('0:00', ADA, /#10000/);
      expectMail('3:00', ADA, /WARN.*#10001/);
      expectMail('13:00', GRACE, /#10001/);
      end('60:00');
    }));
});

describe('an acknowledged incident', () => {
  it('pages nobody any more', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('4:00')
        .claim(10_000, ADA)
        .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'CLAIMED', claimedBy: ADA, version: 4 }));
      at('59:00').check('its workflow has ended by itself', (stage) =>
        expect(stage.workflows.executions).toMatchObject([{ status: 'SUCCEEDED', output: { reason: 'acknowledged' } }]),
      );
      end('60:00');
    }));

  it('pages nobody at all when that was before the first page', () =>
    story(
      { config: { ...DEFAULT_CONFIG, services: [{ id: 'checkout', team: 'core', pageAfterSeconds: 300 }] } },
      ({ at, isTight, end }) => {
        isTight();
        at('0:00').put();
        at('4:59').claim(10_000);
        end('60:00');
      },
    ));

  it('is paged anew when it is re-opened, and the workflow of before finds itself superseded', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('2:00').claim(10_000);
      at('3:00').reopen(10_000);
      expectMail('3:00', ADA);
      expectMail('13:00', GRACE);
      at('59:00').check('both workflows ended', (stage) =>
        expect(stage.workflows.executions).toMatchObject([
          { name: 'incident-10000-1', status: 'SUCCEEDED', output: { reason: 'superseded' } },
          { name: 'incident-10000-2', status: 'SUCCEEDED', output: { reason: 'policy finished' } },
        ]),
      );
      end('60:00');
    }));
});

describe('a resolved incident', () => {
  it('pages nobody any more', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('9:59').resolve(10_000);
      end('60:00');
    }));

  it('is paged anew when it is re-opened much later', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('4:00').resolve(10_000);
      at('40:00').reopen(10_000);
      expectMail('40:00', ADA);
      at('45:00').claim(10_000);
      at('50:00').check('and is acknowledged', (stage) => expectState(stage, 10_000, 'CLAIMED'));
      end('90:00');
    }));

  it('can be re-opened several times; each time is one run', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      for (const start of [0, 10, 20] as const) {
        expectMail(`${start}:00`, ADA);
        at(`${start + 5}:00`).resolve(10_000);
        at(`${start + 10}:00`).reopen(10_000);
      }
      expectMail('30:00', ADA);
      expectMail('40:00', GRACE);
      end('90:00');
    }));
});
