import { describe, expect, it } from '@jest/globals';
import { ADA, GRACE } from '../support/stage.ts';
import { LIN } from './configs.ts';
import { story } from './story.ts';

/** Ada until nine in the morning of Monday the 23rd in Berlin (08:00 UTC), then Grace for a day, then Lin. */
function handoffs({ ada = {}, grace = {}, lin = {} }: Record<string, object> = {}) {
  return {
    users: [
      { id: 'ada', name: 'Ada', email: ADA, timeZone: 'America/New_York', ...ada },
      { id: 'grace', name: 'Grace', email: GRACE, ...grace },
      { id: 'lin', name: 'Lin', email: LIN, ...lin },
    ],
    schedules: [
      {
        id: 'primary',
        name: 'Primary',
        timeZone: 'Europe/Berlin',
        layers: [{ users: ['ada', 'grace', 'lin'], start: '2026-11-22T09:00', rotation: { unit: 'day' } }],
      },
    ],
  };
}
const START = '2026-11-23T06:50:00Z';
const INCOMING = /^On call from /;
const OUTGOING = /^Off call at /;

describe('a hand-off', () => {
  it('is told an hour before to who comes and who goes, each on their own clock, once', () =>
    story({ start: START, config: handoffs() }, ({ expectMail, end }) => {
      expectMail('10:20', GRACE, /^On call from 2026-11-23 09:00 Europe\/Berlin: Primary$/, /On call before you: Ada/);
      expectMail('10:20', ADA, /^Off call at 2026-11-23 03:00 America\/New_York: Primary$/, /On call after you: Grace/);
      end('140:00');
    }));

  it('is told as early as each person wants, and not at all to who does not want it', () =>
    story(
      {
        start: START,
        config: handoffs({
          ada: { handoffNotices: { leadMinutes: 15 } },
          grace: { handoffNotices: { enabled: false, leadMinutes: 30 } },
        }),
      },
      ({ expectMail, end }) => {
        expectMail('55:20', ADA, OUTGOING);
        end('110:00');
      },
    ));

  it('is told late, and once, when sweeps were missed', () =>
    story({ start: START, config: handoffs() }, ({ at, expectMail, end }) => {
      at('5:00').do('no sweep', (stage) => stage.setReconciler(false));
      at('60:00').do('back', (stage) => stage.setReconciler(true));
      expectMail('60:20', GRACE, INCOMING);
      expectMail('60:20', ADA, OUTGOING);
      end('140:00');
    }));

  it('that has passed is told only to whose notice fell due in the last half hour', () =>
    story(
      { start: START, config: handoffs({ ada: { handoffNotices: { leadMinutes: 15 } } }) },
      ({ at, expectMail, end }) => {
        at('5:00').do('no sweep', (stage) => stage.setReconciler(false));
        at('75:00').do('back', (stage) => stage.setReconciler(true));
        expectMail('75:20', ADA, OUTGOING);
        end('110:00');
      },
    ));

  it('is not told any more when it is long past', () =>
    story({ start: START, config: handoffs() }, ({ at, end }) => {
      at('5:00').do('no sweep', (stage) => stage.setReconciler(false));
      at('105:00').do('back', (stage) => stage.setReconciler(true));
      end('140:00');
    }));

  it('that somebody swaps at short notice is told with the next sweep', () =>
    story({ start: START, config: handoffs() }, ({ at, expectMail, end }) => {
      expectMail('10:20', GRACE, INCOMING);
      expectMail('10:20', ADA, OUTGOING);
      at('60:00').request('POST', '/schedules/primary/overrides', {
        user: 'lin',
        from: '2026-11-23T09:30',
        to: '2026-11-23T10:00',
      });
      expectMail('60:20', LIN, INCOMING, /Until: 2026-11-23 10:00/);
      expectMail('60:20', GRACE, OUTGOING);
      expectMail('70:20', LIN, OUTGOING);
      expectMail('70:20', GRACE, INCOMING);
      end('140:00');
    }));

  it('is told at most once, though the process dies or SES fails on the way', () =>
    story({ start: START, config: handoffs() }, ({ at, allowMail, end }) => {
      const reconciler = ({ invocation }: { invocation: { functionName: string } | undefined }) =>
        invocation?.functionName === 'reconciler';
      at('5:00').fault({ service: 'ses', when: reconciler, mishap: 'unreachable' });
      allowMail('10:20', ADA);
      allowMail('10:20', GRACE);
      at('139:00').check('one of the two was lost, and is in the log', ({ chronicle, mails }) => {
        expect(mails).toHaveLength(1);
        expect(chronicle.filter(({ text }) => text.includes('hand-off notice not sent'))).toHaveLength(1);
      });
      end('140:00');
    }));

  it('is told a minute later when the database did not answer', () =>
    story({ start: START, config: handoffs() }, ({ at, expectMail, end }) => {
      at('10:00').fault({
        service: 'dynamodb',
        operation: 'PutItem',
        when: ({ body }) => JSON.stringify(body).includes('handoff#'),
        times: 6,
        mishap: 'unreachable',
      });
      expectMail('10:20..12:20', GRACE, INCOMING);
      expectMail('10:20..12:20', ADA, OUTGOING);
      end('140:00');
    }));

  it('does not keep the reconciler from paging', () =>
    story(
      {
        start: START,
        config: {
          ...handoffs({ ada: { handoffNotices: { enabled: false } } }),
          escalationPolicies: [{ id: 'standard', rules: [{ targets: [{ schedule: 'primary' }] }], atEnd: 'giveUp' }],
          services: [{ id: 'checkout', escalationPolicy: 'standard' }],
        },
      },
      ({ at, expectMail, end }) => {
        at('10:00').fault({ service: 'states', times: 99, mishap: 'unreachable' });
        at('10:00').put();
        expectMail('10:20', GRACE, INCOMING);
        expectMail('10:30..12:00', ADA, /#10000/);
        end('30:00');
      },
    ));
});
