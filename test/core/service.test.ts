import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Hours, within } from '../../core/hours.ts';
import { maintenanceAt } from '../../core/maintenance.ts';
import { URGENCIES } from '../../core/policy.ts';
import { pagingStart, policyOf, type Service } from '../../core/service.ts';
import { HOUR_MS } from '../../core/time.ts';
import { openIncident } from '../../core/transitions.ts';
import { SEED } from '../support/arbitraries.ts';
import { aPolicy, aRequest, aService, claimDue, T0 } from '../support/builders.ts';

/** T0 is a Saturday morning. */
const MONDAY = Date.UTC(2026, 10, 23, 8);
const supportHours: Hours = {
  timeZone: 'Europe/Berlin',
  times: [1, 2, 3, 4, 5].map((day) => ({ kind: 'weekly', day, startSeconds: 9 * 3_600, durationSeconds: 8 * 3_600 })),
};
const waiting: Partial<Service> = { supportHours, lowUrgencyOutsideHours: 'wait' };
const window = (from: number, to: number, id = 'move') => ({ id, from, to });

describe('policyOf', () => {
  it('is the team calendar with the delays of the service, unless it names a policy', () => {
    const policy = aPolicy([{ afterMs: 0, targets: [{ kind: 'user', user: 'ada' }] }]);
    expect(policyOf(aService({ policy }))).toBe(policy);
    expect(policyOf(aService({ pageAfterSeconds: 5 })).steps.map((step) => step.afterMs)).toEqual([5_000, 600_000]);
  });
});

describe('pagingStart', () => {
  const start = (service: Partial<Service>, urgency: 'high' | 'low', now = T0) =>
    pagingStart(aService(service), urgency, now);

  it('is now by default, whatever the urgency', () => {
    expect(start({}, 'high')).toEqual({ at: T0 });
    expect(start({}, 'low')).toEqual({ at: T0 });
  });

  it('is when support hours begin for low urgency, if the service wants that', () => {
    const held = { by: 'support hours', reason: 'low urgency outside support hours' };
    expect(start(waiting, 'low')).toEqual({ at: MONDAY, held });
    expect(start(waiting, 'low', MONDAY)).toEqual({ at: MONDAY });
    expect(start(waiting, 'low', MONDAY + 8 * HOUR_MS - 1)).toEqual({ at: MONDAY + 8 * HOUR_MS - 1 });
    expect(start(waiting, 'low', MONDAY + 8 * HOUR_MS).at).toBe(MONDAY + 24 * HOUR_MS);
  });

  it.each<[string, Partial<Service>, 'high' | 'low']>([
    ['of high urgency', waiting, 'high'],
    ['of low urgency that is to be paged', { supportHours, lowUrgencyOutsideHours: 'page' }, 'low'],
    ['of low urgency without support hours', { lowUrgencyOutsideHours: 'wait' }, 'low'],
  ])('is now outside support hours for an incident %s', (_what, service, urgency) => {
    expect(start(service, urgency)).toEqual({ at: T0 });
  });

  it('is the end of the maintenance window, for every urgency', () => {
    const maintenance = [window(T0 - 1, T0 + HOUR_MS)];
    const held = { by: 'maintenance', reason: 'maintenance window move' };
    for (const urgency of URGENCIES) expect(start({ maintenance }, urgency)).toEqual({ at: T0 + HOUR_MS, held });
    expect(start({ maintenance }, 'high', T0 + HOUR_MS)).toEqual({ at: T0 + HOUR_MS });
  });

  it('goes on to wait for support hours when the window ends outside them, and for a window that begins with them', () => {
    const weekend = start({ ...waiting, maintenance: [window(T0, T0 + HOUR_MS)] }, 'low');
    expect(weekend).toMatchObject({ at: MONDAY, held: { by: 'maintenance' } });
    const monday = start({ ...waiting, maintenance: [window(MONDAY - 1, MONDAY + HOUR_MS)] }, 'low');
    expect(monday).toMatchObject({ at: MONDAY + HOUR_MS, held: { by: 'support hours' } });
  });

  it('does not wait for ever when maintenance takes up all support hours', () => {
    const maintenance = [{ ...window(T0, T0 + 10_000 * 24 * HOUR_MS), hours: supportHours }];
    expect(start({ ...waiting, maintenance }, 'low').at).toBeLessThan(T0 + 100 * 24 * HOUR_MS);
  });

  it('is held exactly while something holds it', () => {
    const windows = fc.array(
      fc
        .tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 1, max: 60 }))
        .map(([from, length]) => window(T0 + from * HOUR_MS, T0 + (from + length) * HOUR_MS)),
      { maxLength: 4 },
    );
    const when = fc.integer({ min: -120, max: 120 }).map((hours) => T0 + hours * HOUR_MS);
    fc.assert(
      fc.property(windows, fc.constantFrom(...URGENCIES), fc.boolean(), when, (maintenance, urgency, waits, now) => {
        const service = aService({ ...(waits ? waiting : {}), maintenance });
        const holds = (at: number) =>
          maintenanceAt(maintenance, at) !== undefined || (waits && urgency === 'low' && !within(supportHours, at));
        const { at, held } = pagingStart(service, urgency, now);
        expect(at).toBeGreaterThanOrEqual(now);
        expect(holds(at)).toBe(false);
        expect(held !== undefined).toBe(at > now);
        for (let t = now; t < at; t += HOUR_MS) expect(holds(t)).toBe(true);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('an incident that is held back', () => {
  const held = () => openIncident(aRequest(), aService({ maintenance: [window(T0 - 1, T0 + HOUR_MS)] }), 1, 'x', T0);

  it('is recorded, says why nobody is paged, and is due when the window ends', () => {
    const incident = held();
    expect(incident).toMatchObject({ state: 'OPEN', dueAt: T0 + HOUR_MS, createdAt: T0 });
    expect(incident.timeline.map((entry) => entry.kind)).toEqual(['created', 'held']);
    expect(incident.timeline[1]?.text).toBe(
      'Nobody is paged before 2026-11-21T08:00:00.000Z: maintenance window move.',
    );
  });

  it('is paged at the end if it is still there, all delays counted from then', () => {
    const { incident, deliveries } = claimDue(held(), T0 + HOUR_MS);
    expect(deliveries).toHaveLength(1);
    expect(incident.timeline.map((entry) => entry.kind)).toEqual(['created', 'held']);
    expect(incident.escalation).toMatchObject({ startedAt: T0 + HOUR_MS, beganAt: T0 + HOUR_MS });
  });

  it('takes its urgency from the severity, by the service', () => {
    const urgency = { CRIT: 'high', ERR: 'low', WARN: 'low' } as const;
    const raise = (severity: 'CRIT' | 'ERR') =>
      openIncident(aRequest({ severity }), aService({ ...waiting, urgency }), 1, 'x', T0);
    expect(raise('CRIT')).toMatchObject({ urgency: 'high', dueAt: T0 });
    expect(raise('ERR')).toMatchObject({ urgency: 'low', dueAt: MONDAY });
  });
});
