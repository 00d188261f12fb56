import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import { SEED } from '../support/arbitraries.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { DISK_FULL } from './story.ts';

const PEOPLE = ['ada', 'grace', 'lin', 'heidi'];
const aPerson = fc.constantFrom(...PEOPLE);

const aUserOf = (id: string) =>
  fc
    .array(
      fc.record({
        method: fc.constantFrom('email', 'pager', 'phone'),
        afterMinutes: fc.integer({ min: 0, max: 12 }),
        urgency: fc.constantFrom('high', 'low'),
      }),
      { maxLength: 3 },
    )
    .map((notificationRules) => ({
      id,
      name: `${id} the engineer`,
      email: `${id}@example.org`,
      contactMethods: [
        { id: 'pager', kind: 'email', address: `${id}.pager@example.org` },
        { id: 'phone', kind: 'sms', address: '+4930123456' },
      ],
      notificationRules,
      handoffNotices: { enabled: false },
    }));

const aTarget = fc.oneof(
  aPerson.map((user) => ({ user })),
  fc.constantFrom('primary', 'thin').map((schedule) => ({ schedule })),
  // Three members: incident 1 of a simulation and 10000 of the stage are of the same person's turn.
  fc.constantFrom('everyone', 'roundRobin').map((mode) => ({ team: 'core', mode })),
  fc.constantFrom('oncall', 'escalation').map((calendar) => ({ calendar })),
);

const aRule = fc.record(
  {
    targets: fc.array(aTarget, { minLength: 1, maxLength: 3 }),
    escalateAfterMinutes: fc.integer({ min: 1, max: 20 }),
    stopsWhen: fc.constantFrom('acknowledged', 'resolved'),
    urgency: fc.constantFrom('high', 'low'),
  },
  { requiredKeys: ['targets', 'escalateAfterMinutes'] },
);

const aCase = fc.record({
  severity: fc.constantFrom('CRIT', 'WARN'),
  /** Between two minutes, so that it never meets a page in the same instant. */
  acknowledgedAfterMinutes: fc.option(
    fc.integer({ min: 0, max: 60 }).map((minutes) => minutes + 0.5),
    { nil: undefined },
  ),
  config: fc
    .record({
      users: fc.tuple(...PEOPLE.map(aUserOf)),
      rules: fc.array(aRule, { minLength: 1, maxLength: 4 }),
      repeat: fc.integer({ min: 0, max: 2 }),
      atEnd: fc.constantFrom('fallback', 'giveUp'),
      service: fc.record(
        {
          supportHours: fc.constant({ days: ['mon'], from: '12:20', to: '18:00' }),
          acknowledgementTimeoutMinutes: fc.constant(45),
          autoResolveMinutes: fc.integer({ min: 70, max: 120 }),
        },
        { requiredKeys: ['autoResolveMinutes'] },
      ),
      maintenance: fc.boolean(),
    })
    .map(({ users, rules, repeat, atEnd, service, maintenance }) => ({
      users,
      teams: [
        {
          id: 'core',
          timeZone: 'Europe/Berlin',
          members: PEOPLE.slice(0, 3),
          calendar: [{ day: 'default', oncall: 'ada' }],
        },
      ],
      schedules: [
        {
          id: 'primary',
          timeZone: 'Europe/Berlin',
          // A hand-off every hour, in the midst of it.
          layers: [{ users: PEOPLE, start: '2026-11-02T09:25', rotation: { unit: 'hour' } }],
        },
        {
          id: 'thin',
          timeZone: 'UTC',
          layers: [
            {
              users: ['heidi'],
              start: '2026-11-02T00:00',
              rotation: { unit: 'week' },
              restrictions: [{ kind: 'daily', from: '12:10', to: '12:30' }],
            },
          ],
        },
      ],
      escalationPolicies: [{ id: 'standard', rules, repeat, atEnd }],
      services: [{ id: 'checkout', team: 'core', escalationPolicy: 'standard', ...service }],
      ...(maintenance
        ? {
            maintenanceWindows: [{ id: 'deploy', teams: ['core'], from: '2026-11-23T11:50', to: '2026-11-23T12:07' }],
          }
        : {}),
    })),
});

type Case = typeof aCase extends fc.Arbitrary<infer T> ? T : never;

interface Page {
  readonly afterSeconds: number;
  readonly to: string;
  readonly reason: string;
}

/** Raises the incident on a stage, has it acknowledged as was asked, and answers the mails until it is resolved. */
async function whatHappens(played: Stage, { severity, acknowledgedAfterMinutes: minutes }: Case): Promise<Page[]> {
  const { clock, startedAt } = played;
  const raised = await played.request({ method: 'PUT', path: '/incidents', body: { ...DISK_FULL, severity } });
  expect(raised.status).toBe(201);
  if (minutes !== undefined) {
    await clock.advanceTo(startedAt + minutes * MINUTE_MS);
    await played.request({ method: 'POST', path: '/incidents/10000', body: { state: 'CLAIMED', by: 'somebody' } });
  }
  await clock.advanceTo(startedAt + 300 * MINUTE_MS);
  return played.mails.map(({ at, to, text }) => ({
    afterSeconds: (at - startedAt) / SECOND_MS,
    to,
    reason: /^Why you are paged: (.*?)\.$/m.exec(text)?.[1] ?? '',
  }));
}

const inOrder = (pages: readonly Page[]) =>
  pages.map(({ afterSeconds, to, reason }) => `${String(afterSeconds).padStart(6)} ${to} ${reason}`).sort();

describe('what is simulated', () => {
  it('is what happens, page by page, with its reason', async () => {
    const played = { cases: 0, pages: 0, held: 0 };
    await fc.assert(
      fc.asyncProperty(aCase, async (asked) => {
        const { config, severity, acknowledgedAfterMinutes } = asked;
        const real = await startStage({ config, reconciler: 'off' });
        try {
          const question = {
            service: 'checkout',
            severity,
            ...(acknowledgedAfterMinutes === undefined ? {} : { acknowledgedAfterMinutes }),
          };
          const simulate = (body: object) => real.request({ method: 'POST', path: '/simulate', body });
          const live = await simulate(question);
          expect(live.status).toBe(200);
          const tried = await simulate({ ...question, at: '2026-11-23T12:00:00Z', config });
          expect(tried.json).toEqual(live.json);
          const pages = live.json.pages as Page[];
          expect(inOrder(await whatHappens(real, asked))).toEqual(inOrder(pages));
          played.cases += 1;
          played.pages += pages.length;
          played.held += live.json.held === null ? 0 : 1;
        } finally {
          await real.stop();
        }
      }),
      { seed: SEED, numRuns: 25 },
    );
    expect(played.pages).toBeGreaterThan(5 * played.cases);
    expect(played.held).toBeGreaterThan(3);
  }, 60_000);
});
