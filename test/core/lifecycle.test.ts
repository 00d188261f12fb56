import { describe, expect, it } from '@jest/globals';
import { applyAction } from '../../core/actions.ts';
import { decide } from '../../core/escalation.ts';
import { FOR_EVER, type Incident } from '../../core/incident.ts';
import { expire, timers } from '../../core/lifecycle.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { applyChange } from '../../core/transitions.ts';
import { ADA, aDirectory, claimDue, pageDue, T0, withSettings } from '../support/builders.ts';

const TIMEOUT = 30 * MINUTE_MS;
const AUTO = 4 * HOUR_MS;
const ACK_AT = T0 + MINUTE_MS;

const acknowledged = (incident: Incident, now = ACK_AT) =>
  applyChange(incident, { state: 'CLAIMED', by: ADA }, now).incident;
const snoozed = (incident: Incident, until: number, now = ACK_AT) =>
  applyAction(incident, { kind: 'snooze', until }, { by: ADA }, aDirectory(), now).incident;
const ask = (incident: Incident, now: number) => decide(incident, incident.generation, aDirectory(), now, 'a claim');

/** Applies what time alone does, as the workflow does it. */
function expired(incident: Incident, now: number): Incident {
  const decision = ask(incident, now);
  if (decision.kind !== 'change') throw new Error(`expected a change, got ${decision.kind}`);
  return decision.incident;
}

describe('the acknowledgement timeout', () => {
  const claimed = () => acknowledged(pageDue(withSettings({ acknowledgementTimeoutMs: TIMEOUT }), T0));

  it('is waited for, and not a millisecond less', () => {
    expect(claimed().dueAt).toBe(ACK_AT + TIMEOUT);
    expect(ask(claimed(), ACK_AT + TIMEOUT - 1)).toMatchObject({ kind: 'wait', until: ACK_AT + TIMEOUT });
  });

  it('opens the incident again and pages from the first step, saying why', () => {
    const again = expired(claimed(), ACK_AT + TIMEOUT);
    expect(again).toMatchObject({
      state: 'OPEN',
      generation: 1,
      dueAt: ACK_AT + TIMEOUT,
      absorbUntil: FOR_EVER,
      firstClaimedAt: ACK_AT,
      escalation: { run: 2, startedAt: ACK_AT + TIMEOUT },
    });
    expect(again).not.toHaveProperty('claimedBy');
    expect(again.timeline.at(-1)).toMatchObject({ kind: 'timed_out', by: 'inresponse' });
    expect(again.timeline.at(-1)?.text).toContain(`${ADA} acknowledged at 2026-11-21T07:01:00.000Z`);
    expect(claimDue(again, ACK_AT + TIMEOUT).deliveries).toMatchObject([{ to: { address: ADA }, run: 2 }]);
  });

  it('counts anew from the next acknowledgement', () => {
    const again = acknowledged(pageDue(expired(claimed(), ACK_AT + TIMEOUT), ACK_AT + TIMEOUT), T0 + HOUR_MS);
    expect(again.dueAt).toBe(T0 + HOUR_MS + TIMEOUT);
  });

  it('does not run without the setting, nor while open or resolved', () => {
    expect(acknowledged(pageDue(withSettings({}), T0))).not.toHaveProperty('dueAt');
    const open = withSettings({ acknowledgementTimeoutMs: TIMEOUT });
    expect(timers(open)).toEqual([]);
    expect(timers(applyChange(claimed(), { state: 'RESOLVED', by: ADA }, ACK_AT + 1).incident)).toEqual([]);
  });
});

describe('auto-resolve', () => {
  const open = (more = {}) => pageDue(withSettings({ autoResolveMs: AUTO, ...more }), T0);

  it('resolves what is open or acknowledged, when its time has come', () => {
    const finished = pageDue(open(), T0 + 600_000);
    for (const incident of [finished, acknowledged(finished)]) {
      expect(incident.dueAt).toBe(T0 + AUTO);
      expect(ask(incident, T0 + AUTO - 1)).toMatchObject({ kind: 'wait', until: T0 + AUTO });
      const after = expired(incident, T0 + AUTO);
      expect(after).toMatchObject({
        state: 'RESOLVED',
        resolvedBy: 'inresponse',
        resolvedAt: T0 + AUTO,
        absorbUntil: 0,
      });
      expect(after).not.toHaveProperty('dueAt');
      expect(after.timeline.at(-1)).toMatchObject({ kind: 'resolved', text: 'Resolved by itself: open for 240 min.' });
      expect(ask(after, T0 + AUTO)).toEqual({ kind: 'done', reason: 'resolved' });
    }
  });

  it('does not end an incident that is held back before anybody was paged', () => {
    const maintenance = [{ id: 'long', from: T0, to: T0 + 2 * AUTO }];
    const held = withSettings({ autoResolveMs: AUTO }, { maintenance });
    expect(held.dueAt).toBe(T0 + 2 * AUTO);
    const paged = pageDue(pageDue(held, T0 + 2 * AUTO), T0 + 2 * AUTO + 600_000);
    expect(paged.dueAt).toBe(T0 + 3 * AUTO);
  });

  it('begins again when somebody re-opens, however old the incident is', () => {
    const resolved = expired(pageDue(open(), T0 + 600_000), T0 + AUTO);
    const reopened = applyChange(resolved, { state: 'OPEN', by: ADA }, T0 + 2 * AUTO).incident;
    expect(claimDue(reopened, T0 + 2 * AUTO).deliveries).toHaveLength(1);
    expect(timers(reopened)).toEqual([{ kind: 'auto resolve', at: T0 + 3 * AUTO }]);
  });

  it('is not moved by escalating by hand', () => {
    const escalated = applyAction(open(), { kind: 'escalate' }, { by: ADA }, aDirectory(), T0 + 1).incident;
    expect(timers(escalated)).toEqual([{ kind: 'auto resolve', at: T0 + AUTO }]);
  });

  it('leaves the shorter limit to come first', () => {
    const claimed = acknowledged(open({ acknowledgementTimeoutMs: TIMEOUT }));
    expect(claimed.dueAt).toBe(ACK_AT + TIMEOUT);
    expect(expire(claimed, T0 + 2 * AUTO)?.reason).toBe('acknowledgement timeout');
    const late = acknowledged(open({ acknowledgementTimeoutMs: 2 * AUTO }));
    expect(expire(late, T0 + 4 * AUTO)?.reason).toBe('auto resolve');
  });
});

describe('a snooze', () => {
  const UNTIL = T0 + 6 * HOUR_MS;

  it('ends on time and pages from the first step', () => {
    const asleep = snoozed(pageDue(withSettings({}), T0), UNTIL);
    expect(asleep.dueAt).toBe(UNTIL);
    expect(ask(asleep, UNTIL - 1)).toMatchObject({ kind: 'wait', until: UNTIL });
    const awake = expired(asleep, UNTIL);
    expect(awake).toMatchObject({ state: 'OPEN', dueAt: UNTIL, escalation: { run: 2 } });
    expect(awake).not.toHaveProperty('snoozedUntil');
    expect(awake.timeline.at(-1)).toMatchObject({ kind: 'timed_out', text: 'The snooze is over; paging starts anew.' });
  });

  it('keeps the acknowledgement timeout and auto-resolve away until it is over', () => {
    const settings = { acknowledgementTimeoutMs: TIMEOUT, autoResolveMs: AUTO };
    const asleep = snoozed(pageDue(withSettings(settings), T0), UNTIL);
    expect(timers(asleep)).toEqual([{ kind: 'snooze over', at: UNTIL }]);
    expect(timers(expired(asleep, UNTIL))).toEqual([{ kind: 'auto resolve', at: UNTIL + AUTO }]);
  });

  it('is over when somebody re-opens or resolves', () => {
    const asleep = snoozed(pageDue(withSettings({}), T0), UNTIL);
    for (const state of ['OPEN', 'RESOLVED'] as const) {
      const after = applyChange(asleep, { state, by: ADA }, ACK_AT + 1).incident;
      expect(after).not.toHaveProperty('snoozedUntil');
      expect(timers(after)).toEqual([]);
    }
  });
});

describe('an outage over several limits', () => {
  it('ends in a state where somebody is paged, or that needs nobody', () => {
    const settings = { acknowledgementTimeoutMs: TIMEOUT, autoResolveMs: AUTO };
    const claimed = acknowledged(pageDue(withSettings(settings), T0));
    const late = T0 + 10 * AUTO;
    const again = expired(claimed, late);
    expect(again.state).toBe('OPEN');
    expect(claimDue(again, late).deliveries).toHaveLength(1);
  });
});
