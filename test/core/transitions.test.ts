import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextDue } from '../../core/escalation.ts';
import { FOR_EVER, type Incident, type IncidentState, STATES } from '../../core/incident.ts';
import { applyChange, type Change, openIncident } from '../../core/transitions.ts';
import { aChange, aJumpMs, SEED } from '../support/arbitraries.ts';
import { anIncident, aRequest, aService, claimDue, pageDue, T0, unownedService } from '../support/builders.ts';

function changed(incident: Incident, change: Partial<Change>, now = T0 + 1_000): Incident {
  const decision = applyChange(incident, { by: 'ada', ...change }, now);
  if (decision.kind !== 'changed') throw new Error(`expected a change, got ${decision.kind}`);
  return { ...decision.incident, version: incident.version + 1 };
}

function inState(state: IncidentState): Incident {
  const paged = pageDue(anIncident(), T0);
  return state === 'OPEN' ? paged : changed(paged, { state });
}

describe('openIncident', () => {
  it('is open, due at once and frozen with its policy', () => {
    const incident = openIncident(aRequest({ source: 'nagios' }), aService(), 10_000, 'key-1', T0);
    expect(incident).toMatchObject({
      incidentId: 10_000,
      version: 1,
      state: 'OPEN',
      team: 'payments',
      count: 1,
      createdAt: T0,
      detectedAt: T0,
      lastSeenAt: T0,
      absorbUntil: FOR_EVER,
      dueAt: T0,
      generation: 1,
    });
    expect(incident.escalation).toMatchObject({ run: 1, startedAt: T0, nextStep: 0, timeZone: 'Europe/Berlin' });
    expect(incident.escalation.policy.steps.map((step) => step.afterMs)).toEqual([0, 600_000]);
    expect(incident.timeline).toEqual([
      { seq: 1, at: T0, kind: 'created', by: 'key-1', text: 'Incident 10000 raised by nagios for service athens.' },
    ]);
  });

  it('keeps when the sender saw it', () => {
    expect(openIncident(aRequest({ detectedAt: T0 - 5 }), aService(), 1, 'x', T0)).toMatchObject({
      detectedAt: T0 - 5,
      createdAt: T0,
    });
  });

  it('counts the delays of the service from the incident', () => {
    const late = aService({ pageAfterSeconds: 60, escalateAfterSeconds: 120 });
    expect(openIncident(aRequest(), late, 1, 'x', T0).dueAt).toBe(T0 + 60_000);
  });

  it('has no team when the service has none', () => {
    expect(openIncident(aRequest(), unownedService(), 1, 'x', T0)).not.toHaveProperty('team');
  });
});

describe('applyChange', () => {
  it.each([
    ['OPEN', 'OPEN', 'unchanged'],
    ['OPEN', 'CLAIMED', 'changed'],
    ['OPEN', 'RESOLVED', 'changed'],
    ['CLAIMED', 'OPEN', 'changed, wake'],
    ['CLAIMED', 'CLAIMED', 'unchanged'],
    ['CLAIMED', 'RESOLVED', 'changed'],
    ['RESOLVED', 'OPEN', 'changed, wake'],
    ['RESOLVED', 'CLAIMED', 'refused'],
    ['RESOLVED', 'RESOLVED', 'unchanged'],
  ] as const)('from %s to %s: %s', (from, state, expected) => {
    const incident = inState(from);
    const decision = applyChange(incident, { state, by: 'grace' }, T0 + 2_000);
    const wake = decision.kind === 'changed' && decision.wake ? ', wake' : '';
    expect(`${decision.kind}${wake}`).toBe(expected);
    expect(decision.incident.state).toBe(decision.kind === 'changed' ? state : from);
    if (decision.kind !== 'changed') expect(decision.incident).toBe(incident);
  });

  it('says who acknowledged and who resolved, and when', () => {
    const claimed = changed(inState('OPEN'), { state: 'CLAIMED', by: 'ada' }, T0 + 1);
    expect(claimed).toMatchObject({ claimedAt: T0 + 1, claimedBy: 'ada', firstClaimedAt: T0 + 1, updatedAt: T0 + 1 });
    const resolved = changed(claimed, { state: 'RESOLVED', by: 'grace' }, T0 + 2);
    expect(resolved).toMatchObject({ claimedBy: 'ada', resolvedAt: T0 + 2, resolvedBy: 'grace', absorbUntil: 0 });
    expect(resolved.timeline.slice(-2).map((e) => [e.kind, e.by])).toEqual([
      ['acknowledged', 'ada'],
      ['resolved', 'grace'],
    ]);
  });

  it('does not change who acknowledged when somebody else does so again', () => {
    const claimed = changed(inState('OPEN'), { state: 'CLAIMED', by: 'ada' });
    expect(applyChange(claimed, { state: 'CLAIMED', by: 'grace' }, T0 + 9_000)).toMatchObject({
      kind: 'unchanged',
      incident: { claimedBy: 'ada' },
    });
  });

  it('is refused as a whole, note included, when the incident is resolved already', () => {
    const resolved = inState('RESOLVED');
    expect(applyChange(resolved, { state: 'CLAIMED', note: 'mine', by: 'ada' }, T0)).toEqual({
      kind: 'refused',
      reason: 'already resolved',
      incident: resolved,
    });
  });

  it.each(STATES)('holds only for the version named, before anything else: %s', (state) => {
    const incident = inState('OPEN');
    const stale = applyChange(incident, { state, by: 'ada', ifVersion: incident.version - 1 }, T0);
    expect(stale).toEqual({ kind: 'refused', reason: 'stale version', incident });
    const current = applyChange(incident, { state, by: 'ada', ifVersion: incident.version }, T0);
    expect(current.kind).toBe(state === 'OPEN' ? 'unchanged' : 'changed');
  });

  it.each(STATES)('takes a note alone without touching the state: %s', (state) => {
    const incident = inState(state);
    const decision = applyChange(incident, { note: 'looking', by: 'lin' }, T0 + 5_000);
    expect(decision).toMatchObject({ kind: 'changed', wake: false, incident: { state } });
    expect(decision.incident.timeline.at(-1)).toMatchObject({ kind: 'noted', by: 'lin', text: 'looking' });
    expect(decision.incident.dueAt).toBe(incident.dueAt);
  });

  it('takes the note of a change that changes no state', () => {
    const decision = applyChange(inState('CLAIMED'), { state: 'CLAIMED', note: 'still on it', by: 'ada' }, T0);
    expect(decision).toMatchObject({ kind: 'changed', wake: false });
    expect(decision.incident.timeline.at(-1)?.kind).toBe('noted');
  });

  it('wakes nobody for a note on what is open already', () => {
    const decision = applyChange(inState('OPEN'), { state: 'OPEN', note: 'still down', by: 'ada' }, T0 + 5_000);
    expect(decision).toMatchObject({
      kind: 'changed',
      wake: false,
      incident: { generation: 1, escalation: { run: 1 } },
    });
  });

  it('writes state before note', () => {
    const after = changed(inState('OPEN'), { state: 'CLAIMED', note: 'on it' });
    expect(after.timeline.slice(-2).map((e) => e.kind)).toEqual(['acknowledged', 'noted']);
  });

  it.each(['CLAIMED', 'RESOLVED'] as const)('owes nothing any more once %s', (state) => {
    const after = changed(anIncident(), { state });
    expect(after).not.toHaveProperty('dueAt');
    expect(nextDue(after)).toBeUndefined();
  });

  it('calls off what is planned and lets what is in flight report', () => {
    const failing = pageDue(anIncident(), T0, { kind: 'retryable', error: 'throttled' });
    expect(changed(failing, { state: 'CLAIMED' }).escalation.deliveries[0]?.status).toBe('cancelled');
    const inFlight = claimDue(anIncident(), T0).incident;
    expect(changed(inFlight, { state: 'CLAIMED' }).escalation.deliveries[0]?.status).toBe('claimed');
  });

  it.each(['CLAIMED', 'RESOLVED'] as const)('starts a new run when re-opened from %s', (from) => {
    const before = inState(from);
    const after = changed(before, { state: 'OPEN', by: 'lin' }, T0 + 60_000);
    expect(after).toMatchObject({ state: 'OPEN', generation: before.generation + 1, dueAt: T0 + 60_000 });
    expect(after.absorbUntil).toBe(FOR_EVER);
    expect(after.escalation).toMatchObject({
      run: 2,
      startedAt: T0 + 60_000,
      nextStep: 0,
      deliveries: [],
      deliverySeq: before.escalation.deliverySeq,
      policy: before.escalation.policy,
    });
    for (const gone of ['claimedAt', 'claimedBy', 'resolvedAt', 'resolvedBy']) expect(after).not.toHaveProperty(gone);
    expect(after.timeline.at(-1)).toMatchObject({ kind: 'reopened', by: 'lin' });
  });

  it('numbers the pages of a new run on from the old', () => {
    const again = pageDue(changed(inState('CLAIMED'), { state: 'OPEN' }), T0 + 90_000);
    expect(again.escalation.deliveries.map((d) => [d.id, d.run])).toEqual([[2, 2]]);
  });

  it('remembers the very first acknowledgement', () => {
    const first = changed(inState('OPEN'), { state: 'CLAIMED' }, T0 + 1);
    const again = changed(changed(first, { state: 'OPEN' }, T0 + 2), { state: 'CLAIMED' }, T0 + 3);
    expect(again).toMatchObject({ claimedAt: T0 + 3, firstClaimedAt: T0 + 1 });
  });

  it('keeps its invariants under any changes', () => {
    const steps = fc.array(fc.record({ change: aChange, jump: aJumpMs, page: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (script) => {
        let now = T0;
        let incident = anIncident();
        for (const { change, jump, page } of script) {
          now += jump;
          if (page && incident.dueAt !== undefined && incident.dueAt <= now) incident = pageDue(incident, now);
          const before = incident;
          const decision = applyChange(before, change, now);
          if (decision.kind === 'changed') incident = { ...decision.incident, version: before.version + 1 };
          else expect(decision.incident).toBe(before);
          expectSound(incident);
          expect(applyChange(incident, { by: 'x', state: incident.state }, now).kind).toBe('unchanged');
          expect(incident.escalation.deliverySeq).toBeGreaterThanOrEqual(before.escalation.deliverySeq);
          if (before.firstClaimedAt !== undefined) expect(incident.firstClaimedAt).toBe(before.firstClaimedAt);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});

function expectSound(incident: Incident): void {
  const { timeline, timelineSeq, timelineMoved, state, dueAt, absorbUntil } = incident;
  expect(timelineSeq).toBe(timelineMoved + timeline.length);
  expect(timeline.map((entry) => entry.seq)).toEqual(timeline.map((_, i) => timelineMoved + i + 1));
  expect(dueAt).toBe(nextDue(incident));
  if (state !== 'OPEN') expect(dueAt).toBeUndefined();
  expect(absorbUntil === 0).toBe(state === 'RESOLVED');
  expect(incident.claimedBy !== undefined).toBe(incident.claimedAt !== undefined);
  expect(incident.resolvedAt !== undefined).toBe(state === 'RESOLVED');
}
