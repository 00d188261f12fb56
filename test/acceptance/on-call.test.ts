import { describe, expect, it } from '@jest/globals';
import { ADA, DEFAULT_CONFIG, FALLBACK, GRACE } from '../support/stage.ts';
import { story } from './story.ts';

const MON = 'monday@example.org';
const TUE = 'tuesday@example.org';
const MON2 = 'monday.second@example.org';
const TUE2 = 'tuesday.second@example.org';
const DEFAULT = 'default@example.org';

function team(timeZone: string) {
  return {
    teams: [
      {
        id: 'core',
        timeZone,
        calendar: [
          { day: 'default', oncall: DEFAULT, escalation: GRACE },
          { day: '2026-11-23', oncall: MON, escalation: MON2 },
          { day: '2026-11-24', oncall: TUE, escalation: TUE2 },
        ],
      },
    ],
    services: [{ id: 'checkout', team: 'core' }],
  };
}

describe('who is on call', () => {
  it.each([
    ['Europe/Berlin', '2026-11-23T23:30:00Z', TUE, TUE2],
    ['Europe/Berlin', '2026-11-23T22:30:00Z', MON, MON2],
    ['America/Los_Angeles', '2026-11-24T07:30:00Z', MON, MON2],
    ['Pacific/Auckland', '2026-11-23T11:30:00Z', TUE, TUE2],
    ['UTC', '2026-11-23T23:30:00Z', MON, MON2],
  ])('is by the day in %s at %s: %s', (timeZone, start, oncall, escalation) =>
    story({ start, config: team(timeZone) }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', oncall);
      expectMail('10:00', escalation);
      end('20:00');
    }),
  );

  it('changes at local midnight, also between the steps of one incident', () =>
    story({ start: '2026-11-23T22:55:00Z', config: team('Europe/Berlin') }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', MON, undefined, /on 2026-11-23/);
      expectMail('10:00', TUE2, undefined, /on 2026-11-24/);
      end('20:00');
    }));

  it('is the default row on a day without one', () =>
    story({ start: '2026-12-01T12:00:00Z', config: team('UTC') }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', DEFAULT);
      expectMail('10:00', GRACE);
      end('20:00');
    }));
});

describe('when nobody is on call', () => {
  it('the fallback contact is paged and told that the day has no row', () =>
    story(
      {
        config: {
          teams: [{ id: 'core', calendar: [{ day: '2026-11-24', oncall: ADA, escalation: GRACE }] }],
          services: [{ id: 'checkout', team: 'core' }],
        },
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', FALLBACK, /^Fallback: /, /team core has no on-call calendar row for 2026-11-23/);
        expectMail('10:00', FALLBACK, /^Fallback: /, /team core has no on-call calendar row for 2026-11-23/);
        end('20:00');
      },
    ));

  it('the fallback contact is paged for the step that has nobody', () =>
    story(
      {
        config: {
          teams: [{ id: 'core', calendar: [{ day: 'default', oncall: ADA }] }],
          services: [{ id: 'checkout', team: 'core' }],
        },
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', ADA);
        expectMail('10:00', FALLBACK, undefined, /team core has no escalation contact on 2026-11-23/);
        end('20:00');
      },
    ));

  it('the fallback contact is paged for a service without an owner', () =>
    story({ config: { services: [{ id: 'checkout' }] } }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', FALLBACK, undefined, /no owner team/);
      expectMail('10:00', FALLBACK, undefined, /no owner team/);
      end('20:00');
    }));

  it('the fallback contact is paged when a service put by hand names a team that is not there', () =>
    story({ config: null }, ({ at, expectMail, end }) => {
      at('0:00').do('by hand', (stage) =>
        stage.putRow('Service', { serviceId: { S: 'checkout' }, team: { S: 'ghost' } }),
      );
      at('0:00').put();
      expectMail('0:00', FALLBACK, undefined, /team ghost has no on-call calendar row/);
      expectMail('10:00', FALLBACK, undefined, /team ghost has no on-call calendar row/);
      end('20:00');
    }));
});

describe('rows put by hand', () => {
  it('count with what is usable of them', () =>
    story({ config: null }, ({ at, expectMail, end }) => {
      at('0:00').do('by hand', async (stage) => {
        await stage.putRow('Service', {
          serviceId: { S: 'checkout' },
          team: { S: 'core' },
          timeZone: { S: 'Mars/Olympus' },
          pageAfterSeconds: { S: 'soon' },
          escalateAfterSeconds: { N: '-1' },
        });
        await stage.putRow('OncallCalendar', {
          teamname: { S: 'core' },
          day: { S: '2026-11-23' },
          oncall: { S: ADA },
          escalation: { N: '7' },
        });
      });
      at('0:00').put();
      expectMail('0:00', ADA);
      expectMail('10:00', FALLBACK, undefined, /no escalation contact/);
      end('20:00');
    }));
});

describe('a changed configuration', () => {
  it('takes a day and a service away', () =>
    story({}, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').request('PUT', '/config', { ...DEFAULT_CONFIG, teams: [{ id: 'core' }] });
      expectMail('10:00', FALLBACK, undefined, /no on-call calendar row/);
      at('15:00').request('PUT', '/config', {});
      at('16:00')
        .put()
        .expect(400, ({ json }) => expect(json).toMatchObject({ code: 'unknown_service' }));
      end('30:00');
    }));
});
