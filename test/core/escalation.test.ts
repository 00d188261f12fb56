import { describe, expect, it } from '@jest/globals';
import { LEASE_MS } from '../../core/delivery.ts';
import { decide, nextDue, settle, wake } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import { recordOutcomes } from '../../core/outcome.ts';
import type { PolicyStep, Target } from '../../core/policy.ts';
import { applyChange } from '../../core/transitions.ts';
import {
  ADA,
  aDirectory,
  anIncident,
  aUser,
  claimDue,
  FALLBACK,
  GRACE,
  LATER,
  OK,
  pageDue,
  T0,
  usersById,
  withPolicy,
} from '../support/builders.ts';

const ESCALATION = T0 + 600_000;
const oncall: Target = { kind: 'calendar', role: 'oncall' };
const escalation: Target = { kind: 'calendar', role: 'escalation' };

function ask(incident: Incident, now: number, directory = aDirectory(), generation = incident.generation) {
  return decide(incident, generation, directory, now, 'a claim');
}
const addresses = (incident: Incident) => incident.escalation.deliveries.map((d) => d.to.address);

describe('the default policy', () => {
  it('pages the on-call engineer at once', () => {
    const decision = ask(anIncident(), T0);
    if (decision.kind !== 'send') throw new Error(decision.kind);
    expect(decision.deliveries).toEqual([
      {
        id: 1,
        run: 1,
        step: 0,
        role: 'oncall',
        to: { kind: 'email', address: ADA },
        reason: 'on-call engineer of team payments on 2026-11-21',
        status: 'claimed',
        notBefore: T0,
        attempts: 1,
        claim: 'a claim',
        leaseUntil: T0 + LEASE_MS,
      },
    ]);
    expect(decision.incident.escalation.deliveries).toEqual(decision.deliveries);
    expect(decision.incident.dueAt).toBe(T0 + LEASE_MS);
  });

  it('waits until exactly 600 s, then pages the escalation contact', () => {
    const paged = pageDue(anIncident(), T0);
    expect(paged.dueAt).toBe(ESCALATION);
    const waiting = { kind: 'wait', until: ESCALATION, reason: 'next step not due' };
    expect(ask(paged, T0)).toEqual(waiting);
    expect(ask(paged, ESCALATION - 1)).toEqual(waiting);
    const { incident, deliveries } = claimDue(paged, ESCALATION);
    expect(deliveries.map((d) => [d.to.address, d.role, d.step])).toEqual([[GRACE, 'escalation', 1]]);
    expect(incident.timeline.at(-1)).toMatchObject({
      kind: 'escalated',
      step: 1,
      text: `Not acknowledged after 10 min: escalating to ${GRACE}.`,
    });
  });

  it('is finished after the escalation contact, and says so once', () => {
    const paged = pageDue(pageDue(anIncident(), T0), ESCALATION);
    expect(paged).not.toHaveProperty('dueAt');
    expect(ask(paged, ESCALATION)).toEqual({ kind: 'done', reason: 'policy finished' });
    expect(paged.timeline.map((e) => e.kind)).toEqual([
      'created',
      'notified',
      'escalated',
      'notified',
      'escalation_finished',
    ]);
  });

  it('does not begin before its first step is due', () => {
    const late = withPolicy([{ afterMs: 60_000, targets: [oncall] }]);
    expect(ask(late, T0)).toEqual({ kind: 'wait', until: T0 + 60_000, reason: 'next step not due' });
  });
});

describe('stopping', () => {
  it.each([
    ['CLAIMED', 'acknowledged'],
    ['RESOLVED', 'resolved'],
  ] as const)('does nothing once %s', (state, reason) => {
    const paged = pageDue(anIncident(), T0);
    const { incident } = applyChange(paged, { state, by: ADA }, T0 + 1_000);
    for (const now of [T0 + 1_000, ESCALATION, ESCALATION * 2]) {
      expect(ask(incident, now)).toEqual({ kind: 'done', reason });
    }
  });

  it('is superseded by another generation, whatever the state', () => {
    const incident = { ...anIncident(), generation: 2 };
    expect(ask(incident, T0, aDirectory(), 1)).toEqual({ kind: 'done', reason: 'superseded' });
    expect(ask(incident, T0, aDirectory(), 3)).toEqual({ kind: 'done', reason: 'superseded' });
    expect(ask(incident, T0, aDirectory(), 2).kind).toBe('send');
  });

  it('pages anew after re-opening', () => {
    const paged = pageDue(anIncident(), T0);
    const claimed = applyChange(paged, { state: 'CLAIMED', by: ADA }, T0 + 1_000).incident;
    const { incident } = applyChange(claimed, { state: 'OPEN', by: ADA }, T0 + 2_000);
    expect(claimDue(incident, T0 + 2_000).deliveries.map((d) => [d.id, d.run, d.to.address])).toEqual([[2, 2, ADA]]);
  });
});

describe('claims', () => {
  it('nothing is due twice while the lease holds', () => {
    const { incident } = claimDue(anIncident(), T0);
    expect(ask(incident, T0 + LEASE_MS - 1)).toEqual({
      kind: 'wait',
      until: T0 + LEASE_MS,
      reason: 'being sent by another',
    });
  });

  it('is due again, in another name, when the lease has lapsed', () => {
    const first = claimDue(anIncident(), T0, aDirectory(), 'first');
    const second = claimDue(first.incident, T0 + LEASE_MS, aDirectory(), 'second');
    expect(second.deliveries).toMatchObject([{ id: 1, claim: 'second', attempts: 2, leaseUntil: T0 + 2 * LEASE_MS }]);
    expect(second.incident.escalation.deliveries).toHaveLength(1);
  });

  it('of two decisions on one state only the one that is saved counts', () => {
    const stored = anIncident();
    const save = (version: number, after: Incident, into: { current: Incident }) => {
      if (into.current.version !== version) return false;
      into.current = { ...after, version: version + 1 };
      return true;
    };
    const store = { current: stored };
    const decisions = ['first', 'second'].map((claim) => decide(stored, 1, aDirectory(), T0, claim));
    const won = decisions.map((d) => d.kind === 'send' && save(stored.version, d.incident, store));
    expect(won).toEqual([true, false]);
    expect(store.current.escalation.deliveries).toMatchObject([{ claim: 'first' }]);
    expect(decide(store.current, 1, aDirectory(), T0, 'second')).toMatchObject({ reason: 'being sent by another' });
  });

  it('wakes for the next step although a page is still being sent', () => {
    const steps = [oncall, escalation].map((target, i) => ({ afterMs: i * 10_000, targets: [target] }));
    const { incident } = claimDue(withPolicy(steps), T0);
    expect(ask(incident, T0 + 1)).toEqual({ kind: 'wait', until: T0 + 10_000, reason: 'next step not due' });
    const next = claimDue(incident, T0 + 10_000);
    expect(next.deliveries.map((d) => d.to.address)).toEqual([GRACE]);
  });
});

describe('after an outage', () => {
  it('catches up with every step that has fallen due', () => {
    const { incident, deliveries } = claimDue(anIncident(), T0 + 86_400_000);
    expect(deliveries.map((d) => [d.step, d.to.address])).toEqual([
      [0, ADA],
      [1, GRACE],
    ]);
    const reports = deliveries.map((delivery) => ({ delivery, outcome: OK }));
    expect(nextDue(recordOutcomes(incident, reports, T0 + 86_400_000, aDirectory()))).toBeUndefined();
  });

  it('asks who is on call on the day it pages, not the day it should have', () => {
    const directory = aDirectory({ '2026-11-21': { oncall: ADA }, '2026-11-22': { oncall: GRACE } });
    const single = withPolicy([{ afterMs: 0, targets: [oncall] }]);
    expect(claimDue(single, T0 + 86_400_000, directory).deliveries[0]?.to.address).toBe(GRACE);
  });
});

describe('who is paged', () => {
  it.each([
    ['no calendar row', aDirectory({}), 'no on-call calendar row for 2026-11-21'],
    ['no column', aDirectory({ default: {} }), 'no on-call engineer on 2026-11-21'],
  ])('is the fallback contact with the reason in words: %s', (_what, directory, reason) => {
    const [delivery] = claimDue(anIncident(), T0, directory).deliveries;
    expect(delivery).toMatchObject({ role: 'fallback', to: FALLBACK });
    expect(delivery?.reason).toContain(reason);
  });

  it('is the fallback contact when the service has no team', () => {
    const { team: _team, ...unowned } = anIncident();
    expect(claimDue(unowned, T0).deliveries).toMatchObject([{ role: 'fallback', to: FALLBACK }]);
  });

  it('is one person once in a step, however she is spelled', () => {
    const targets: Target[] = [oncall, escalation, { kind: 'address', address: ADA.toUpperCase() }];
    const directory = aDirectory({ default: { oncall: ADA, escalation: ADA } });
    expect(claimDue(withPolicy([{ afterMs: 0, targets }]), T0, directory).deliveries).toHaveLength(1);
  });

  it('is the fallback contact once when a step reaches nobody twice', () => {
    const { incident } = claimDue(withPolicy([{ afterMs: 0, targets: [oncall, escalation] }]), T0, aDirectory({}));
    expect(addresses(incident)).toEqual([FALLBACK.address]);
  });

  it('is the same person again in a later step', () => {
    const directory = aDirectory({ default: { oncall: ADA, escalation: ADA } });
    const paged = pageDue(anIncident(), T0, OK, directory);
    expect(addresses(pageDue(paged, ESCALATION, OK, directory))).toEqual([ADA, ADA]);
  });
});

describe('the notification rules of a person', () => {
  const rules = [
    { afterMinutes: 0, method: 'email', urgency: 'high' as const },
    { afterMinutes: 5, method: 'email' },
  ];
  const people = { users: usersById(aUser('ada', { notificationRules: rules })) };
  const directory = aDirectory({}, people);
  const steps = [
    { afterMs: 0, targets: [{ kind: 'user' as const, user: 'ada' }] },
    { afterMs: 600_000, targets: [escalation] },
  ];

  it('count from the moment at which the step reaches them', () => {
    const paged = pageDue(withPolicy(steps), T0, OK, directory);
    expect(paged.dueAt).toBe(T0 + 300_000);
    expect(claimDue(paged, T0 + 300_000, directory).deliveries.map((d) => d.to.address)).toEqual([ADA]);
  });

  it('are planned first when they all are for later', () => {
    const low: Incident = { ...withPolicy(steps), urgency: 'low' };
    const decision = ask(low, T0, directory);
    if (decision.kind !== 'change') throw new Error(decision.kind);
    expect(decision).toMatchObject({
      reason: 'planned',
      incident: { dueAt: T0 + 300_000, escalation: { nextStep: 1 } },
    });
    const waiting = { kind: 'wait', until: T0 + 300_000, reason: 'next step not due' };
    expect(ask(decision.incident, T0, directory)).toEqual(waiting);
    expect(claimDue(decision.incident, T0 + 300_000, directory).deliveries).toHaveLength(1);
  });

  it('end with the acknowledgement', () => {
    const paged = pageDue(withPolicy(steps), T0, OK, directory);
    const claimed = applyChange(paged, { state: 'CLAIMED', by: ADA }, T0 + 1).incident;
    expect(claimed.escalation.deliveries.map((d) => d.status)).toEqual(['sent', 'cancelled']);
    expect(ask(claimed, T0 + 300_000, directory)).toEqual({ kind: 'done', reason: 'acknowledged' });
  });
});

describe('a step that stops only when resolved', () => {
  const steps: PolicyStep[] = [
    { afterMs: 0, targets: [oncall] },
    { afterMs: 600_000, targets: [escalation], stopsWhen: 'resolved' },
  ];
  const claimed = () => applyChange(pageDue(withPolicy(steps), T0), { state: 'CLAIMED', by: ADA }, T0 + 1).incident;

  it('pages while somebody works on it', () => {
    expect(claimed().dueAt).toBe(ESCALATION);
    const { deliveries } = claimDue(claimed(), ESCALATION);
    expect(deliveries).toMatchObject([{ to: { address: GRACE }, stopsWhen: 'resolved' }]);
    expect(ask(pageDue(claimed(), ESCALATION), ESCALATION)).toEqual({ kind: 'done', reason: 'acknowledged' });
  });

  it('does not page any more once resolved', () => {
    const { incident } = applyChange(claimed(), { state: 'RESOLVED', by: ADA }, T0 + 2);
    expect(ask(incident, ESCALATION)).toEqual({ kind: 'done', reason: 'resolved' });
  });
});

describe('a policy without a step for the urgency of the incident', () => {
  it('pages the fallback contact at once, who is told why', () => {
    const incident = withPolicy([{ afterMs: 600_000, targets: [oncall], urgency: 'low' }]);
    expect(incident.dueAt).toBe(T0);
    const { deliveries } = claimDue(incident, T0);
    expect(deliveries).toMatchObject([{ role: 'fallback', to: FALLBACK }]);
    expect(deliveries[0]?.reason).toContain('the escalation policy has no step for incidents of high urgency');
    const paged = pageDue(incident, T0);
    expect(ask(paged, T0)).toEqual({ kind: 'done', reason: 'policy finished' });
  });
});

describe('passes', () => {
  const steps = [{ afterMs: 0, targets: [oncall] }];
  const repeated = (atEnd: 'fallback' | 'give up') =>
    withPolicy(steps, anIncident(), { repeats: 2, passMs: 600_000, atEnd });

  it('page the same people again, saying which pass it is', () => {
    const twice = pageDue(pageDue(repeated('give up'), T0), ESCALATION);
    expect(addresses(twice)).toEqual([ADA, ADA]);
    expect(twice.timeline.map((entry) => entry.text)).toContain(
      `Not acknowledged after 10 min: escalating to ${ADA} (pass 2).`,
    );
    const thrice = pageDue(twice, T0 + 1_200_000);
    expect(thrice).not.toHaveProperty('dueAt');
    expect(thrice.timeline.at(-1)?.kind).toBe('escalation_finished');
  });

  it('end with the fallback contact when the policy says so', () => {
    let incident = repeated('fallback');
    for (const pass of [0, 1, 2]) incident = pageDue(incident, T0 + pass * 600_000);
    expect(incident.timeline.at(-1)?.kind).not.toBe('escalation_finished');
    const { deliveries } = claimDue(incident, T0 + 1_800_000);
    expect(deliveries).toMatchObject([{ role: 'fallback', to: FALLBACK, step: 3 }]);
    expect(pageDue(incident, T0 + 1_800_000).timeline.at(-1)?.kind).toBe('escalation_finished');
  });
});

describe('wake', () => {
  it('raises the generation when something is due earlier, unless that was done already', () => {
    const before = anIncident();
    const sooner = { ...before, escalation: { ...before.escalation, startedAt: T0 - 1 } };
    expect(wake(before, sooner)).toMatchObject({ generation: 2, dueAt: T0 - 1 });
    expect(wake(before, { ...sooner, generation: 2 }).generation).toBe(2);
    expect(wake(before, { ...before, escalation: { ...before.escalation, startedAt: T0 + 1 } }).generation).toBe(1);
    const { dueAt: _dueAt, ...idle } = before;
    expect(wake(idle, before).generation).toBe(2);
  });
});

describe('settle', () => {
  it('derives what is due from the earliest thing owed', () => {
    const retrying = pageDue(anIncident(), T0, LATER);
    expect(retrying.dueAt).toBe(T0 + 15_000);
    const { dueAt: _dueAt, ...without } = retrying;
    expect(settle(without).dueAt).toBe(T0 + 15_000);
    expect(settle({ ...retrying, state: 'RESOLVED' })).not.toHaveProperty('dueAt');
  });
});
