import { describe, expect, it } from '@jest/globals';
import { LEASE_MS, retryAt } from '../../core/delivery.ts';
import { nextDue } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import { recordBounce, recordOutcomes } from '../../core/outcome.ts';
import type { PolicyStep } from '../../core/policy.ts';
import { applyChange } from '../../core/transitions.ts';
import {
  ADA,
  aDirectory,
  anIncident,
  claimDue,
  FALLBACK,
  GRACE,
  LATER,
  NEVER,
  OK,
  pageDue,
  T0,
  withPolicy,
} from '../support/builders.ts';

const onlyOncall = () => withPolicy([{ afterMs: 0, targets: [{ kind: 'calendar', role: 'oncall' }] }]);
const statuses = (incident: Incident) => incident.escalation.deliveries.map((d) => `${d.role} ${d.status}`);
const kinds = (incident: Incident) => incident.timeline.map((e) => e.kind);
const change = (incident: Incident, state: Incident['state'], now: number) =>
  applyChange(incident, { state, by: GRACE }, now).incident;

/** Has every attempt fail, at the instant it is due, until nothing is owed or `most` attempts are over. */
function failing(incident: Incident, most: number, directory = aDirectory()): { incident: Incident; at: number[] } {
  const at: number[] = [];
  let current = incident;
  for (let due = nextDue(current); due !== undefined && at.length < most; due = nextDue(current)) {
    at.push(due - T0);
    current = pageDue(current, due, LATER, directory);
  }
  return { incident: current, at };
}

describe('retryAt', () => {
  it.each([
    ['oncall', [15, 30, 60, 120, 240, undefined]],
    ['escalation', [15, 30, 60, 120, 240, undefined]],
    ['responder', [15, 30, 60, 120, 240, undefined]],
    ['fallback', [15, 30, 60, 120, 240, 240, 240]],
  ] as const)('of %s', (role, seconds) => {
    const delays = seconds.map((_, i) => retryAt(role, i + 1, T0));
    expect(delays).toEqual(seconds.map((s) => (s === undefined ? undefined : T0 + s * 1_000)));
  });

  it('gives the fallback contact up after more than a day', () => {
    expect(retryAt('fallback', 20, T0)).toBe(T0 + 240_000);
    expect(retryAt('fallback', 21, T0)).toBe(T0 + 900_000);
    expect(retryAt('fallback', 116, T0)).toBeUndefined();
  });
});

describe('recordOutcomes', () => {
  it('writes down a page that was sent', () => {
    const after = pageDue(anIncident(), T0);
    const [delivery] = after.escalation.deliveries;
    expect(delivery).toMatchObject({ status: 'sent', sentAt: T0, messageId: 'message-1', attempts: 1 });
    expect(delivery).not.toHaveProperty('claim');
    expect(delivery).not.toHaveProperty('leaseUntil');
    expect(after.timeline.at(-1)).toMatchObject({ kind: 'notified', to: ADA, step: 0, messageId: 'message-1' });
  });

  it('tries again on its schedule, then pages the fallback contact at once', () => {
    const { incident, at } = failing(onlyOncall(), 6);
    expect(at).toEqual([0, 15_000, 45_000, 105_000, 225_000, 465_000]);
    expect(statuses(incident)).toEqual(['oncall failed', 'fallback pending']);
    expect(nextDue(incident)).toBe(T0 + 465_000);
    expect(incident.escalation.deliveries[1]?.reason).toContain(`${ADA} could not be reached (throttled)`);
  });

  it('tries the fallback contact for more than a day, then ends and says so', () => {
    const { incident, at } = failing(onlyOncall(), 1_000, aDirectory({}));
    expect(at).toHaveLength(116);
    expect(at.at(-1)).toBeGreaterThan(86_400_000);
    expect(statuses(incident)).toEqual(['fallback failed']);
    expect(incident.timeline.at(-2)?.text).toContain('Given up.');
    expect(incident.timeline.at(-1)?.kind).toBe('escalation_finished');
  });

  it('goes to the fallback contact at once when an address will never work', () => {
    const after = pageDue(onlyOncall(), T0, NEVER);
    expect(statuses(after)).toEqual(['oncall failed', 'fallback pending']);
    expect(claimDue(after, T0).deliveries).toMatchObject([{ role: 'fallback', to: FALLBACK, step: 0, id: 2 }]);
  });

  it('keeps what the provider said', () => {
    expect(pageDue(onlyOncall(), T0, LATER).escalation.deliveries[0]).toMatchObject({
      status: 'pending',
      error: 'throttled',
      notBefore: T0 + 15_000,
    });
  });

  it('does not hold up the next step while it tries again', () => {
    const failed = failing(anIncident(), 6).incident;
    const sent = pageDue(failed, T0 + 465_000);
    expect(nextDue(sent)).toBe(T0 + 600_000);
  });

  it('lets a page in flight at the acknowledgement finish, and retries none', () => {
    for (const [outcome, status] of [
      [OK, 'oncall sent'],
      [LATER, 'oncall cancelled'],
      [NEVER, 'oncall cancelled'],
    ] as const) {
      const { incident, deliveries } = claimDue(anIncident(), T0);
      const claimed = change(incident, 'CLAIMED', T0 + 1);
      const reports = deliveries.map((delivery) => ({ delivery, outcome }));
      const after = recordOutcomes(claimed, reports, T0 + 2, aDirectory());
      expect(statuses(after)).toEqual([status]);
      expect(after).not.toHaveProperty('dueAt');
      expect(kinds(after).at(-1)).toBe(outcome.kind === 'ok' ? 'notified' : 'notify_failed');
    }
  });

  it.each([OK, LATER, NEVER])('notes a report about an earlier run, but leaves the new run alone: $kind', (outcome) => {
    const { incident, deliveries } = claimDue(anIncident(), T0);
    const reopened = change(change(incident, 'CLAIMED', T0 + 1), 'OPEN', T0 + 2);
    const again = claimDue(reopened, T0 + 2, aDirectory(), 'the new run');
    const reports = deliveries.map((delivery) => ({ delivery, outcome }));
    const after = recordOutcomes(again.incident, reports, T0 + 3, aDirectory());
    expect(after.escalation).toEqual(again.incident.escalation);
    expect(after.dueAt).toBe(again.incident.dueAt);
    expect(after.timeline).toHaveLength(again.incident.timeline.length + 1);
  });

  it('notes a report whose lease has lapsed, but does not touch the claim that followed', () => {
    const first = claimDue(anIncident(), T0, aDirectory(), 'first');
    const second = claimDue(first.incident, T0 + LEASE_MS, aDirectory(), 'second');
    const late = first.deliveries.map((delivery) => ({ delivery, outcome: OK }));
    const after = recordOutcomes(second.incident, late, T0 + LEASE_MS + 1, aDirectory());
    expect(after.escalation.deliveries).toEqual(second.incident.escalation.deliveries);
    expect(kinds(after).at(-1)).toBe('notified');
  });

  it('takes a late report whose claim nobody has taken over', () => {
    const { incident, deliveries } = claimDue(anIncident(), T0);
    const reports = deliveries.map((delivery) => ({ delivery, outcome: OK }));
    expect(statuses(recordOutcomes(incident, reports, T0 + 10 * LEASE_MS, aDirectory()))).toEqual(['oncall sent']);
  });

  it('says only once that the escalation is finished, whoever reports late', () => {
    const first = claimDue(onlyOncall(), T0, aDirectory(), 'first');
    const finished = pageDue(first.incident, T0 + LEASE_MS);
    const late = first.deliveries.map((delivery) => ({ delivery, outcome: OK }));
    const after = recordOutcomes(finished, late, T0 + LEASE_MS + 1, aDirectory());
    expect(kinds(after).filter((kind) => kind === 'escalation_finished')).toHaveLength(1);
  });

  it('does not say that the escalation is finished while something is owed', () => {
    expect(kinds(pageDue(anIncident(), T0))).not.toContain('escalation_finished');
    expect(kinds(pageDue(onlyOncall(), T0, NEVER))).not.toContain('escalation_finished');
    expect(kinds(pageDue(onlyOncall(), T0)).at(-1)).toBe('escalation_finished');
  });
});

describe('a page that stops only when the incident is resolved', () => {
  const steps: PolicyStep[] = [{ afterMs: 0, targets: [{ kind: 'calendar', role: 'oncall' }], stopsWhen: 'resolved' }];
  const inFlight = () => {
    const { incident, deliveries } = claimDue(withPolicy(steps), T0);
    return { incident: change(incident, 'CLAIMED', T0 + 1), deliveries };
  };
  const hard = { permanent: true, text: 'no such user' };

  it('is tried again although somebody has acknowledged', () => {
    const { incident, deliveries } = inFlight();
    const reports = deliveries.map((delivery) => ({ delivery, outcome: LATER }));
    const after = recordOutcomes(incident, reports, T0 + 2, aDirectory());
    expect(after).toMatchObject({ state: 'CLAIMED', dueAt: T0 + 2 + 15_000 });
    expect(claimDue(after, T0 + 2 + 15_000).deliveries).toMatchObject([{ to: { address: ADA }, attempts: 2 }]);
  });

  it('goes to the fallback contact although somebody has acknowledged', () => {
    const { incident, deliveries } = inFlight();
    const reports = deliveries.map((delivery) => ({ delivery, outcome: NEVER }));
    const after = recordOutcomes(incident, reports, T0 + 2, aDirectory());
    expect(claimDue(after, T0 + 2).deliveries).toMatchObject([{ to: FALLBACK, stopsWhen: 'resolved' }]);
  });

  it('goes to the fallback contact when it bounces after the acknowledgement, and wakes for it', () => {
    const sent = change(pageDue(withPolicy(steps), T0), 'CLAIMED', T0 + 1);
    const after = recordBounce(sent, 1, hard, T0 + 2, aDirectory());
    if (!after) throw new Error('the bounce was not taken');
    expect(after.generation).toBe(sent.generation + 1);
    expect(claimDue(after, T0 + 2).deliveries).toMatchObject([{ to: FALLBACK }]);
  });

  it('is over with the incident', () => {
    const { incident, deliveries } = inFlight();
    const reports = deliveries.map((delivery) => ({ delivery, outcome: NEVER }));
    const after = recordOutcomes(change(incident, 'RESOLVED', T0 + 2), reports, T0 + 3, aDirectory());
    expect(statuses(after)).toEqual(['oncall cancelled']);
    expect(after).not.toHaveProperty('dueAt');
  });
});

describe('recordBounce', () => {
  const hard = { permanent: true, text: 'Permanent bounce General 550 no such user' };
  const bounce = (incident: Incident, id: number, what = hard, now = T0 + 5_000) =>
    recordBounce(incident, id, what, now, aDirectory());

  it('pages the fallback contact and wakes a new workflow', () => {
    const after = bounce(pageDue(anIncident(), T0), 1);
    expect(after).toMatchObject({ generation: 2, dueAt: T0 + 5_000 });
    expect(after && statuses(after)).toEqual(['oncall failed', 'fallback pending']);
    expect(after?.timeline.at(-1)).toMatchObject({ kind: 'bounced', to: ADA, step: 0 });
  });

  it('also when the policy was finished before', () => {
    const finished = pageDue(onlyOncall(), T0);
    expect(finished).not.toHaveProperty('dueAt');
    expect(bounce(finished, 1)?.dueAt).toBe(T0 + 5_000);
  });

  it.each(['CLAIMED', 'RESOLVED'] as const)('only notes it when somebody has taken care: %s', (state) => {
    const after = bounce(change(pageDue(anIncident(), T0), state, T0 + 1), 1);
    expect(after).toMatchObject({ generation: 1, state });
    expect(after && statuses(after)).toEqual(['oncall failed']);
    expect(after).not.toHaveProperty('dueAt');
  });

  it('does not page the fallback contact because of itself', () => {
    const paged = pageDue(onlyOncall(), T0, OK, aDirectory({}));
    const after = bounce(paged, 1);
    expect(after && statuses(after)).toEqual(['fallback failed']);
    expect(after?.generation).toBe(1);
  });

  it('only notes a delay', () => {
    const paged = pageDue(anIncident(), T0);
    const after = bounce(paged, 1, { permanent: false, text: 'mailbox full' });
    expect(after?.escalation).toEqual(paged.escalation);
    expect(after).toMatchObject({ generation: 1, dueAt: paged.dueAt });
  });

  it.each([true, false])('has nothing to change the second time (permanent: %p)', (permanent) => {
    const what = { permanent, text: 'mailbox full' };
    const once = bounce(pageDue(anIncident(), T0), 1, what);
    expect(once && bounce(once, 1, what)).toBeUndefined();
  });

  it('has nothing to change for a page that it does not know', () => {
    const paged = pageDue(anIncident(), T0);
    expect(bounce(paged, 99)).toBeUndefined();
    expect(bounce(change(change(paged, 'CLAIMED', T0 + 1), 'OPEN', T0 + 2), 1)).toBeUndefined();
  });

  it('beats the report of the page that it is about', () => {
    const { incident, deliveries } = claimDue(anIncident(), T0);
    const bounced = bounce(incident, 1);
    if (!bounced) throw new Error('the bounce was not taken');
    const reports = deliveries.map((delivery) => ({ delivery, outcome: OK }));
    expect(statuses(recordOutcomes(bounced, reports, T0 + 6_000, aDirectory()))).toEqual([
      'oncall failed',
      'fallback pending',
    ]);
  });

  it('pages the fallback contact again when the same mailbox bounces in a new run', () => {
    const first = bounce(pageDue(anIncident(), T0), 1);
    if (!first) throw new Error('the first bounce was not taken');
    const acknowledged = change(pageDue(first, T0 + 5_000), 'CLAIMED', T0 + 6_000);
    const again = pageDue(change(acknowledged, 'OPEN', T0 + 7_000), T0 + 7_000);
    const page = again.escalation.deliveries[0];
    const after = bounce(again, page?.id ?? 0, hard, T0 + 8_000);
    expect(after && statuses(after)).toEqual(['oncall failed', 'fallback pending']);
  });

  it('takes each page of a step for itself when two bounce with the same words', () => {
    const same = aDirectory({ default: { oncall: ADA, escalation: ADA } });
    const twice = pageDue(pageDue(anIncident(), T0, OK, same), T0 + 600_000, OK, same);
    const first = bounce(twice, 1);
    const second = first && bounce(first, 2);
    expect(second?.escalation.deliveries.slice(0, 2).map((d) => d.status)).toEqual(['failed', 'failed']);
  });
});
