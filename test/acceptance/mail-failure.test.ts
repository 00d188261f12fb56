import { describe, expect, it } from '@jest/globals';
import { sesError } from '../support/fake-ses.ts';
import { ADA, FALLBACK, GRACE } from '../support/stage.ts';
import type { WireCall } from '../support/wire.ts';
import { kindsOf, story } from './story.ts';

const REJECTED = sesError(400, 'MessageRejected', 'Email address is on the suppression list');
const BROKEN = sesError(503, 'InternalServiceErrorException');

function to(address: string) {
  return ({ body }: WireCall) => JSON.stringify(body.Destination).includes(address);
}

function bounce(bounceType: string) {
  return {
    eventType: 'Bounce',
    bounce: { bounceType, bouncedRecipients: [{ emailAddress: ADA, diagnosticCode: '550 no such mailbox' }] },
  };
}

describe('when SES refuses a mail', () => {
  it('the fallback contact is paged at once and told why, and the next step still happens', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'ses', when: to(ADA), times: 99, mishap: REJECTED });
      at('0:00').put();
      expectMail('0:00', FALLBACK, /^Fallback: .*#10000/, /ada@example\.org could not be reached.*MessageRejected/);
      expectMail('10:00', GRACE);
      at('11:00').check('the timeline says so', async (stage) =>
        expect(await kindsOf(stage, 10_000)).toEqual([
          'created',
          'notify_failed',
          'notified',
          'escalated',
          'notified',
          'escalation_finished',
        ]),
      );
      end('60:00');
    }));

  it('for the fallback contact too, the next step still happens, and it is counted as lost', () =>
    story({}, ({ at, expectMail, end }) => {
      const lost = ({ body }: WireCall) => !JSON.stringify(body.Destination).includes(GRACE);
      at('0:00').fault({ service: 'ses', when: lost, times: 99, mishap: REJECTED });
      at('0:00').put();
      expectMail('10:00', GRACE);
      at('5:00').check('an alarm can see it', (stage) => expect(stage.counted('PageFailed')).toBe(1));
      end('60:00');
    }));
});

describe('when SES fails', () => {
  it('the same person is tried again after 15 and 30 seconds', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'ses', times: 2, mishap: BROKEN });
      at('0:00').put();
      expectMail('0:45', ADA);
      expectMail('10:00', GRACE);
      end('60:00');
    }));

  it('nobody is tried again after an acknowledgement', () =>
    story({}, ({ at, end }) => {
      at('0:00').fault({ service: 'ses', times: 3, mishap: BROKEN });
      at('0:00').put();
      at('0:50').claim(10_000);
      end('60:00');
    }));

  it('for a quarter of an hour, whoever is due is tried until it is over', () =>
    story({}, ({ at, expectMail, end }) => {
      let down = true;
      at('0:00').fault({ service: 'ses', times: Number.POSITIVE_INFINITY, when: () => down, mishap: BROKEN });
      at('0:00').put();
      at('16:00').do('SES is back', () => {
        down = false;
      });
      // Ada was given up at 7:45, after six attempts; the fallback contact is tried since then.
      expectMail('19:30', FALLBACK, undefined, /ada@example\.org could not be reached/);
      expectMail('17:45', GRACE);
      end('60:00');
    }));

  it('for over an hour, the fallback contact is paged for both as soon as it is over', () =>
    story({}, ({ at, expectMail, end }) => {
      let down = true;
      at('0:00').fault({ service: 'ses', times: Number.POSITIVE_INFINITY, when: () => down, mishap: BROKEN });
      at('0:00').put();
      at('70:00').do('SES is back', () => {
        down = false;
      });
      expectMail('70:00..74:00', FALLBACK, undefined, /ada@example\.org could not be reached/);
      expectMail('70:00..74:00', FALLBACK, undefined, /grace@example\.org could not be reached/);
      end('120:00');
    }));

  it('and takes the mail, but its answer is lost: paged again rather than never', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'ses', mishap: 'lose answer' });
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('0:15', ADA);
      at('5:00').claim(10_000);
      end('60:00');
    }));

  it('by never answering: the function is stopped, and paged when its lease has lapsed', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').fault({ service: 'ses', mishap: 'hang' });
      at('0:00').put();
      expectMail('1:15', ADA);
      expectMail('10:00', GRACE);
      end('60:00');
    }));
});

describe('when a mail bounces', () => {
  it('the fallback contact is paged and told why; the next step still happens', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').report(0, bounce('Permanent'));
      expectMail('1:00', FALLBACK, /^Fallback: /, /mail to ada@example\.org did not arrive/);
      expectMail('10:00', GRACE);
      end('60:00');
    }));

  it('twice, it is one bounce', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      for (const moment of ['1:00', '1:30', '12:00'] as const) at(moment).report(0, bounce('Permanent'));
      expectMail('1:00', FALLBACK);
      expectMail('10:00', GRACE);
      end('60:00');
    }));

  it('for the time being, nobody else is paged', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').report(0, bounce('Transient'));
      expectMail('10:00', GRACE);
      at('11:00').check('noted', async (stage) => expect(await kindsOf(stage, 10_000)).toContain('bounced'));
      end('60:00');
    }));

  it('after an acknowledgement, it is noted and nobody is paged', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').claim(10_000);
      at('2:00').report(0, bounce('Permanent'));
      end('60:00');
    }));

  it('after everybody was paged, the fallback contact still is', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('10:00', GRACE);
      at('20:00').report(1, bounce('Permanent'));
      expectMail('20:00', FALLBACK, undefined, /mail to grace@example\.org did not arrive/);
      end('60:00');
    }));

  it('and the report cannot start a workflow, the reconciler pages', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').fault({ service: 'states', times: 99, mishap: 'unreachable' });
      at('1:00').report(0, bounce('Permanent'));
      expectMail('1:30..2:40', FALLBACK, undefined, /did not arrive/);
      expectMail('10:00..12:00', GRACE);
      end('60:00');
    }));

  it('and it was the fallback contact’s, nobody is paged in a circle', () =>
    story({ config: { services: [{ id: 'checkout' }] } }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', FALLBACK);
      at('1:00').report(0, bounce('Permanent'));
      expectMail('10:00', FALLBACK);
      end('60:00');
    }));
});

describe('a complaint', () => {
  it('is noted once and pages nobody', () =>
    story({}, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').claim(10_000);
      for (const moment of ['2:00', '3:00'] as const) at(moment).report(0, { eventType: 'Complaint', complaint: {} });
      at('4:00').check('noted', async (stage) =>
        expect((await kindsOf(stage, 10_000)).filter((kind) => kind === 'complained')).toHaveLength(1),
      );
      end('30:00');
    }));
});
