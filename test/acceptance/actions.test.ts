import { describe, expect, it } from '@jest/globals';
import { ADA, FALLBACK, GRACE } from '../support/stage.ts';
import type { Mishap, WireCall } from '../support/wire.ts';
import { ADA_THEN_GRACE, HEIDI, LIN, USERS, withRules } from './configs.ts';
import { expectState, kindsOf, story } from './story.ts';

const KEYED = { dedupKey: 'disk' };
const standard = withRules(ADA_THEN_GRACE);
const config = {
  ...standard,
  escalationPolicies: [
    ...standard.escalationPolicies,
    {
      id: 'database',
      rules: [{ targets: [{ user: 'lin' }], escalateAfterMinutes: 5 }, { targets: [{ user: 'heidi' }] }],
    },
  ],
};
const act = (action: string, incidentId = 10_000) => ['POST', `/incidents/${incidentId}/${action}`] as const;

describe('an incident that is assigned', () => {
  it('to a person, pages that person; the fallback contact when they do not answer for ten minutes, and nobody else', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('5:00')
        .request(...act('assign'), { user: 'lin', by: 'ada' })
        .expect(200, ({ json }) => expect(json).toMatchObject({ assignedTo: 'lin', state: 'OPEN' }));
      expectMail('5:00', LIN);
      expectMail('15:00', FALLBACK, undefined, /nobody acknowledged/);
      at('20:00').check('it says so', async (stage) => expect(await kindsOf(stage, 10_000)).toContain('assigned'));
      end('40:00');
    }));

  it('to a policy, pages by that policy to its end, also when it was acknowledged', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('2:00').claim(10_000);
      at('5:00')
        .request(...act('assign'), { escalationPolicy: 'database', by: 'ada' })
        .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'OPEN', claimedBy: null }));
      expectMail('5:00', LIN);
      expectMail('10:00', HEIDI);
      expectMail('20:00', FALLBACK, undefined, /nobody acknowledged/);
      end('40:00');
    }));

  it('to somebody who does not answer, pages again when the event comes again', () =>
    story({ config }, ({ at, expectMail, isTight, end }) => {
      isTight();
      at('0:00').put(KEYED);
      expectMail('0:00', ADA);
      at('1:00').request(...act('assign'), { user: 'lin' });
      expectMail('1:00', LIN);
      expectMail('11:00', FALLBACK);
      at('40:59').put(KEYED).expect(200);
      at('41:00').put(KEYED).expect(200);
      expectMail('41:00', LIN);
      at('42:00').claim(10_000, 'lin');
      end('60:00');
    }));
});

describe('escalating now', () => {
  it('pages the next step at once, and the one after it keeps its distance', () =>
    story({ config: withRules([...ADA_THEN_GRACE, { targets: [{ user: 'lin' }] }]) }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('3:00').request(...act('escalate'), { by: 'ada' });
      expectMail('3:00', GRACE);
      expectMail('13:00', LIN);
      end('40:00');
    }));

  it('opens an acknowledged incident, however long ago that was, and pages one step only', () =>
    story({ config: withRules([...ADA_THEN_GRACE, { targets: [{ user: 'lin' }] }]) }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('5:00').claim(10_000);
      at('60:00')
        .request(...act('escalate'), { by: 'ada' })
        .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'OPEN' }));
      expectMail('60:00', GRACE);
      expectMail('70:00', LIN);
      end('90:00');
    }));

  it('is refused when there is nobody left', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('1:00').request(...act('escalate'));
      expectMail('1:00', GRACE);
      at('2:00')
        .request(...act('escalate'))
        .expect(409, ({ json }) => expect(json).toMatchObject({ code: 'illegal_transition' }));
      end('20:00');
    }));
});

describe('responders', () => {
  it('are paged at once although the incident is acknowledged, by their own rules', () =>
    story(
      {
        config: {
          ...config,
          users: [
            ...USERS.slice(0, 2),
            {
              ...USERS[2],
              contactMethods: [{ id: 'pager', kind: 'email', address: 'lin.pager@example.org' }],
              notificationRules: [{ method: 'email' }, { method: 'pager', afterMinutes: 5 }],
            },
            USERS[3],
          ],
        },
      },
      ({ at, expectMail, end }) => {
        at('0:00').put();
        expectMail('0:00', ADA);
        at('2:00').claim(10_000);
        at('20:00')
          .request(...act('responders'), { users: ['lin', 'heidi'], by: 'Ada' })
          .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'CLAIMED' }));
        expectMail('20:00', LIN, undefined, /asked to help by Ada/);
        expectMail('20:00', HEIDI, undefined, /asked to help by Ada/);
        expectMail('25:00', 'lin.pager@example.org');
        at('30:00').check('it says so', async (stage) => {
          expect(await kindsOf(stage, 10_000)).toContain('responders_added');
          await expectState(stage, 10_000, 'CLAIMED');
        });
        end('60:00');
      },
    ));

  it('are called off by the resolution, and paged by the reconciler when the process dies', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      expectMail('0:00', ADA);
      at('2:00').claim(10_000);
      at('20:00').fault({ service: 'states', mishap: 'die before' });
      at('20:00')
        .request(...act('responders'), { users: ['lin'] })
        .expect(502);
      expectMail('20:30..22:00', LIN);
      at('30:00').fault({ service: 'states', mishap: 'die before' });
      at('30:00')
        .request(...act('responders'), { users: ['heidi'] })
        .expect(502);
      at('30:10').resolve(10_000);
      end('60:00');
    }));
});

describe('a merged incident', () => {
  const merged = { into: 10_001, by: 'ada' };

  it('is resolved and goes on in the other one: both timelines say so, and events of its key go there', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put(KEYED);
      expectMail('0:00', ADA, /#10000/);
      at('1:00').put({ dedupKey: 'other', title: 'Other' });
      expectMail('1:00', ADA, /#10001/);
      at('5:00')
        .request(...act('merge'), merged)
        .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'RESOLVED', mergedInto: 10_001 }));
      at('6:00')
        .get('/incidents/10001')
        .expect(200, ({ json }) => expect(json).toMatchObject({ state: 'OPEN', mergedFrom: [10_000] }));
      at('7:00').check('both say so', async (stage) => {
        expect((await kindsOf(stage, 10_000)).slice(-2)).toEqual(['merged', 'resolved']);
        expect((await kindsOf(stage, 10_001)).filter((kind) => kind === 'merged')).toHaveLength(1);
      });
      at('8:00')
        .put(KEYED)
        .expect(200, ({ json }) => expect(json).toMatchObject({ incidentId: 10_001, count: 2 }));
      expectMail('11:00', GRACE, /#10001/);
      at('20:00').resolve(10_001);
      at('21:00').put(KEYED).expect(201);
      expectMail('21:00', ADA, /#10002/);
      at('22:00').resolve(10_002);
      end('40:00');
    }));

  it.each([
    ['before', 'die before'],
    ['after', 'die after'],
    ['without hearing whether', 'lose answer'],
  ] as [string, Mishap][])('whose process dies %s the other one is told: that is made good, once', (_what, mishap) =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      at('0:00').put();
      expectMail('0:00', ADA, /#10000/);
      expectMail('0:00', ADA, /#10001/);
      const target = ({ invocation, body }: WireCall) =>
        invocation?.functionName === 'api' && JSON.stringify(body.Key) === '{"incidentId":{"N":"10001"}}';
      at('5:00').fault({ service: 'dynamodb', operation: 'UpdateItem', when: target, mishap });
      at('5:00')
        .request(...act('merge'), merged)
        .expect(mishap === 'lose answer' ? 200 : 502);
      at('8:00').check('both know, and nothing is owed', async (stage) => {
        expect(await stage.incident(10_001)).toMatchObject({ state: 'OPEN', mergedFrom: [10_000] });
        expect((await kindsOf(stage, 10_001)).filter((kind) => kind === 'merged')).toHaveLength(1);
        const source = await stage.incident(10_000);
        expect(source).toMatchObject({ state: 'RESOLVED', mergedInto: 10_001 });
        expect(source).not.toHaveProperty('mergeOwed');
        expect(source).not.toHaveProperty('dueAt');
      });
      expectMail('10:00', GRACE, /#10001/);
      end('20:00');
    }),
  );

  it('and another that is merged into it in the same instant do not both end: somebody is paged', () =>
    story({ config }, ({ at, expectMail, allowMail, end }) => {
      at('0:00').put();
      at('0:00').put();
      expectMail('0:00', ADA, /#10000/);
      expectMail('0:00', ADA, /#10001/);
      at('5:00').do('merge both', async (stage) => {
        const merge = (from: number, into: number) => ({
          method: 'POST',
          path: `/incidents/${from}/merge`,
          body: { into },
        });
        await stage.together(merge(10_000, 10_001), merge(10_001, 10_000));
      });
      at('6:00').check('one of them at least is open, and none owes anything', async (stage) => {
        const both = [await stage.incident(10_000), await stage.incident(10_001)];
        expect(both.map(({ state }) => state)).toContain('OPEN');
        for (const incident of both) expect(incident).not.toHaveProperty('mergeOwed');
        expect(stage.mails.length).toBeGreaterThan(2);
      });
      for (const _incident of ['one', 'the other']) {
        allowMail('5:00', ADA);
        allowMail('10:00..15:00', GRACE);
      }
      end('20:00');
    }));

  it('opens again when the other one is resolved before it is told', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      at('0:00').put();
      expectMail('0:00', ADA, /#10000/);
      expectMail('0:00', ADA, /#10001/);
      const target = ({ invocation, body }: WireCall) =>
        invocation?.functionName === 'api' && JSON.stringify(body.Key) === '{"incidentId":{"N":"10001"}}';
      at('5:00').fault({ service: 'dynamodb', operation: 'UpdateItem', when: target, mishap: 'die before' });
      at('5:00')
        .request(...act('merge'), merged)
        .expect(502);
      at('5:05').resolve(10_001);
      expectMail('5:30..7:00', ADA, /#10000/);
      expectMail('15:30..17:00', GRACE, /#10000/);
      at('20:00').check('it says why', async (stage) => {
        const { timeline } = await stage.incident(10_000);
        expect(timeline.find(({ kind }) => kind === 'reopened')?.text).toMatch(/Incident 10001 was resolved before/);
      });
      end('20:00');
    }));

  it('and re-opened is not merged a second time into the other one once that is over: somebody must be left to be paged', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      at('0:00').put();
      expectMail('0:00', ADA, /#10000/);
      expectMail('0:00', ADA, /#10001/);
      at('5:00').request(...act('merge'), merged);
      at('6:00')
        .request(...act('merge'), merged)
        .expect(200);
      at('7:00').reopen(10_000);
      expectMail('7:00', ADA, /#10000/);
      at('8:00').resolve(10_001);
      at('9:00')
        .request(...act('merge'), merged)
        .expect(400, ({ text }) => expect(text).toContain('unresolved incident 10001'));
      expectMail('17:00', GRACE, /#10000/);
      end('30:00');
    }));

  it('may be re-opened before the other one is told, and is paged as its own', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put();
      at('0:00').put();
      expectMail('0:00', ADA, /#10000/);
      expectMail('0:00', ADA, /#10001/);
      at('1:00').claim(10_001);
      at('5:00').fault({
        service: 'dynamodb',
        operation: 'UpdateItem',
        when: ({ body }) => JSON.stringify(body.Key) === '{"incidentId":{"N":"10001"}}',
        mishap: 'die before',
      });
      at('5:00')
        .request(...act('merge'), merged)
        .expect(502);
      at('5:10').reopen(10_000);
      // No workflow runs for what was to be told at once: the reconciler is it.
      expectMail('5:40..7:00', ADA, /#10000/);
      expectMail('15:10', GRACE, /#10000/);
      at('25:00').check('its workflows have ended', async (stage) => {
        expect(await stage.incident(10_000)).not.toHaveProperty('dueAt');
        expect(stage.workflows.executions.every(({ status }) => status === 'SUCCEEDED')).toBe(true);
      });
      end('30:00');
    }));
});

describe('the priority', () => {
  it('is set and changed without a page, also when it is over', () =>
    story({ config }, ({ at, expectMail, end }) => {
      at('0:00').put({ priority: 'P3' });
      expectMail('0:00', ADA);
      at('1:00')
        .request(...act('priority'), { priority: 'P1', by: 'ada' })
        .expect(200, ({ json }) => expect(json).toMatchObject({ priority: 'P1', state: 'OPEN' }));
      at('2:00').resolve(10_000);
      at('3:00')
        .request(...act('priority'), { priority: 'P5', by: 'ada' })
        .expect(200, ({ json }) => expect(json).toMatchObject({ priority: 'P5', state: 'RESOLVED' }));
      at('4:00').check('it says so', async (stage) => {
        const { timeline } = await stage.incident(10_000);
        expect(timeline.filter(({ kind }) => kind === 'priority_changed').map(({ text }) => text)).toEqual([
          'Priority set to P1 by ada (was P3).',
          'Priority set to P5 by ada (was P1).',
        ]);
      });
      end('30:00');
    }));
});
