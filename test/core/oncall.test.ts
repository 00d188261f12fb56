import { describe, expect, it } from '@jest/globals';
import { type CalendarDay, reach } from '../../core/oncall.ts';
import type { Target } from '../../core/policy.ts';
import { ADA, aDirectory, FALLBACK, GRACE, T0 } from '../support/builders.ts';

const oncall: Target = { kind: 'calendar', role: 'oncall' };
const escalation: Target = { kind: 'calendar', role: 'escalation' };

function who(target: Target, calendar: Record<string, CalendarDay>, team: string | undefined = 'payments', at = T0) {
  return reach(target, at, team, 'Europe/Berlin', aDirectory(calendar));
}

describe('reach', () => {
  it('takes the row of the local day before the default row', () => {
    const calendar = { '2026-11-21': { oncall: GRACE }, default: { oncall: ADA } };
    expect(who(oncall, calendar)).toEqual({
      role: 'oncall',
      to: { kind: 'email', address: GRACE },
      reason: 'on-call engineer of team payments on 2026-11-21',
    });
  });

  it('takes the default row on other days', () => {
    expect(who(oncall, { '2026-11-20': { oncall: GRACE }, default: { oncall: ADA } }).to.address).toBe(ADA);
  });

  it('changes with the day of the team, not of UTC', () => {
    const calendar = { '2026-11-21': { oncall: ADA }, '2026-11-22': { oncall: GRACE } };
    const midnight = Date.parse('2026-11-21T23:00:00Z');
    expect(who(oncall, calendar, 'payments', midnight - 1).to.address).toBe(ADA);
    expect(who(oncall, calendar, 'payments', midnight).to.address).toBe(GRACE);
  });

  it('takes the column of the role', () => {
    const reached = who(escalation, { default: { oncall: ADA, escalation: GRACE } });
    expect(reached).toMatchObject({ role: 'escalation', to: { address: GRACE } });
    expect(reached.reason).toContain('escalation contact of team payments');
  });

  it.each([
    ['no row', oncall, {}, 'payments', 'team payments has no on-call calendar row for 2026-11-21'],
    ['no on-call column', oncall, { default: { escalation: GRACE } }, 'payments', 'no on-call engineer on 2026-11-21'],
    [
      'no escalation column',
      escalation,
      { default: { oncall: ADA } },
      'payments',
      'no escalation contact on 2026-11-21',
    ],
    ['no team', oncall, { default: { oncall: ADA } }, '', 'the service has no owner team'],
  ])('pages the fallback contact and says why: %s', (_what, target, calendar, team, reason) => {
    const reached = who(target, calendar, team);
    expect(reached).toMatchObject({ role: 'fallback', to: FALLBACK });
    expect(reached.reason).toMatch(/^fallback contact, because /);
    expect(reached.reason).toContain(reason);
  });

  it('takes an address as it is, with its name', () => {
    const target: Target = { kind: 'address', address: 'noc@example.org', name: 'NOC' };
    expect(who(target, {})).toEqual({
      role: 'responder',
      to: { kind: 'email', address: 'noc@example.org', name: 'NOC' },
      reason: 'noc@example.org is named in the escalation policy',
    });
  });
});
