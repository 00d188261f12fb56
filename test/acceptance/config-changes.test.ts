import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../core/time.ts';
import { ADA, FALLBACK, GRACE, type Stage, startStage } from '../support/stage.ts';
import type { Mishap } from '../support/wire.ts';
import { ADA_THEN_GRACE, HEIDI, LIN, USERS, withRules } from './configs.ts';
import { DISK_FULL, story } from './story.ts';

const primary = (user: string) => ({
  schedules: [
    {
      id: 'primary',
      timeZone: 'UTC',
      layers: [{ users: [user], start: '2026-01-01T00:00', rotation: { unit: 'week' } }],
    },
  ],
});
const RULES = [
  { targets: [{ user: 'ada' }] },
  { targets: [{ schedule: 'primary' }] },
  { targets: [{ team: 'core' }, { user: 'grace' }] },
];
const FULL = withRules(RULES, primary('lin'));

describe('an open incident', () => {
  it('goes by the policy that it began with, whatever becomes of policy, service and team', () =>
    story({ config: FULL }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('5:00').request('PUT', '/config', { users: USERS, ...primary('lin') });
      expectMail('10:00', LIN);
      expectMail('20:00', GRACE);
      expectMail('20:00', FALLBACK, undefined, /team core has no members/);
      at('25:00')
        .put()
        .expect(400, ({ json }) => expect(json).toMatchObject({ code: 'unknown_service' }));
      at('26:00')
        .claim(10_000)
        .expect(200, ({ json }) => expect(json).toMatchObject({ service: 'checkout', team: 'core' }));
      end('40:00');
    }));

  it('tells the fallback contact when people and schedules that it needs are gone', () =>
    story({ config: FULL }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('5:00').request('PUT', '/config', {});
      expectMail('10:00', FALLBACK, /^Fallback: /, /there is no schedule primary any more/);
      expectMail('20:00', FALLBACK, /^Fallback: /, /team core has no members/);
      at('30:00').check('for the person who is gone too', async (stage) => {
        const { escalation } = await stage.incident(10_000);
        expect(escalation.deliveries.map(({ to, reason }) => `${to.address} ${reason}`)).toContainEqual(
          expect.stringMatching(/^fallback@example.org fallback contact, because (there is no user grace|team core)/),
        );
      });
      end('40:00');
    }));

  it('reaches people as they are at the moment: another address, another shift, another member', () =>
    story({ config: FULL }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      const moved = { id: 'grace', email: 'grace@new.example', handoffNotices: { enabled: false } };
      at('5:00').request('PUT', '/config', {
        ...withRules(RULES, { ...primary('heidi'), users: USERS.map((user) => (user.id === 'grace' ? moved : user)) }),
        teams: [{ id: 'core', members: ['heidi'] }],
      });
      expectMail('10:00', HEIDI);
      expectMail('20:00', HEIDI);
      expectMail('20:00', 'grace@new.example');
      end('40:00');
    }));

  it('is acknowledged by its links and can be assigned although its service is gone', () =>
    story({ config: withRules(ADA_THEN_GRACE) }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').request('PUT', '/config', { users: USERS });
      at('2:00').link(0, 'Acknowledge', 'POST').expect(200);
      at('3:00').request('POST', '/incidents/10000/assign', { user: 'lin' });
      expectMail('3:00', LIN);
      at('4:00').claim(10_000, 'lin');
      end('30:00');
    }));
});

const OLD = withRules(ADA_THEN_GRACE);
/** Another service, other people, and a row less: each table has something to write and something to remove. */
const NEW = {
  users: USERS,
  teams: [{ id: 'web', calendar: [{ day: 'default', oncall: 'lin' }] }],
  services: [{ id: 'search', team: 'web' }],
};
const CONFIG_CALLS = 20;

async function inForce(stage: Stage): Promise<'old' | 'new'> {
  const { json } = await stage.request({ method: 'GET', path: '/config' });
  expect([OLD, NEW]).toContainEqual(json);
  return JSON.stringify(json) === JSON.stringify(NEW) ? 'new' : 'old';
}

/** PUT /config, its process dying (or its answer lost) at its call `nth`; two sweeps of the reconciler later all is one of the two. */
async function apply(nth: number, mishap: Mishap): Promise<boolean> {
  const stage = await startStage({ config: OLD });
  try {
    let seen = 0;
    const when = ({ invocation }: { invocation: { functionName: string } | undefined }) =>
      invocation?.functionName === 'api' && ++seen === nth;
    stage.wire.fault({ service: 'dynamodb', when, mishap });
    const put = await stage.request({ method: 'PUT', path: '/config', body: NEW });
    stage.wire.heal();
    const died = seen >= nth;
    const before = await inForce(stage);
    if (put.status === 200) expect(before).toBe('new');
    await stage.clock.advanceTo(stage.startedAt + 2 * MINUTE_MS);
    expect(await inForce(stage)).toBe(before);
    const [known, gone] = before === 'new' ? ['search', 'checkout'] : ['checkout', 'search'];
    const raise = (service: string) =>
      stage.request({ method: 'PUT', path: '/incidents', body: { ...DISK_FULL, service } });
    expect((await raise(gone)).status).toBe(400);
    expect((await raise(known)).status).toBe(201);
    await stage.clock.advanceTo(stage.startedAt + 3 * MINUTE_MS);
    expect(stage.mails.map(({ to }) => to)).toEqual([before === 'new' ? LIN : ADA]);
    const again = await stage.request({ method: 'PUT', path: '/config', body: NEW });
    expect(again).toMatchObject({ status: 200, json: { changed: before === 'old' } });
    expect(await inForce(stage)).toBe('new');
    const { json } = await stage.request({ method: 'GET', path: '/config/revisions' });
    expect(json.revisions).toHaveLength(2);
    return died;
  } finally {
    await stage.stop();
  }
}

describe('a configuration that is being applied', () => {
  it.each(['die before', 'die after', 'lose answer'] as const)(
    'is in force as a whole or not at all, whichever call its process is to %s',
    async (mishap) => {
      let nth = 1;
      while (nth < CONFIG_CALLS && (await apply(nth, mishap))) nth += 1;
      expect(nth).toBeGreaterThan(8);
      expect(nth).toBeLessThan(CONFIG_CALLS);
    },
    60_000,
  );

  it('does not stop paging while it cannot be read: the notifier tries again', () =>
    story({ config: OLD }, ({ at, expectMail, end }) => {
      at('0:00').request('PUT', '/config', { ...OLD, ...primary('lin') });
      at('1:00').fault({
        service: 'dynamodb',
        operation: 'GetItem',
        when: ({ invocation, body }) =>
          invocation?.functionName === 'notifier' && JSON.stringify(body.Key).includes('config#'),
        times: 3,
        mishap: 'unreachable',
      });
      at('1:00').put();
      expectMail('1:00..1:10', ADA);
      expectMail('11:00', GRACE);
      end('30:00');
    }));
});
