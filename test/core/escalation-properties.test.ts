import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChannelOutcome } from '../../core/delivery.ts';
import { nextDue } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import { type EscalationPolicy, nextStep, type PolicyStep, URGENCIES, type Urgency } from '../../core/policy.ts';
import {
  aCalendar,
  aJumpMs,
  anOutcome,
  aState,
  aWholePolicy,
  policySteps,
  SEED,
  SOME_PEOPLE,
} from '../support/arbitraries.ts';
import { ADA, aDirectory, anIncident, OK, T0, withPolicy } from '../support/builders.ts';
import { AdvanceLoop } from './advance-loop.ts';

const runs = { seed: SEED, numRuns: 300 };
/** Far above what 6 steps of 4 targets with all their retries can need; a loop that takes more does not end. */
const MOST_TURNS = 2_000;
/** The delays of the notification rules of SOME_PEOPLE. */
const DELAYS = [0, 120_000, 300_000];

type Event =
  | { readonly kind: 'jump'; readonly ms: number }
  | { readonly kind: 'turn' }
  | { readonly kind: 'half turn' }
  | { readonly kind: 'late report' }
  | { readonly kind: 'bounce' }
  | { readonly kind: 'change'; readonly state: Incident['state'] };

const anEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: aJumpMs.map((ms): Event => ({ kind: 'jump', ms })) },
  { weight: 5, arbitrary: fc.constant<Event>({ kind: 'turn' }) },
  { weight: 2, arbitrary: fc.constantFrom<Event>({ kind: 'half turn' }, { kind: 'late report' }, { kind: 'bounce' }) },
  { weight: 1, arbitrary: aState.map((state): Event => ({ kind: 'change', state })) },
);
const script = fc.array(anEvent, { maxLength: 40 });
const outcomes = fc.array(anOutcome, { minLength: 1, maxLength: 12 });

function loopOf(
  steps: readonly PolicyStep[],
  calendar: Parameters<typeof aDirectory>[0],
  channel: readonly ChannelOutcome[],
): AdvanceLoop {
  let sent = 0;
  const answer = () => channel[sent++ % channel.length] ?? OK;
  return new AdvanceLoop(withPolicy(steps, anIncident()), T0, aDirectory(calendar, SOME_PEOPLE), answer);
}

function wholeLoop(policy: EscalationPolicy, urgency: Urgency, channel: readonly ChannelOutcome[]): AdvanceLoop {
  const { steps, ...rest } = policy;
  const loop = loopOf(steps, { default: { oncall: ADA } }, channel);
  loop.incident = withPolicy(steps, { ...anIncident(), urgency }, rest);
  return loop;
}

function play(loop: AdvanceLoop, event: Event): void {
  if (event.kind === 'jump') loop.now += event.ms;
  else if (event.kind === 'turn') loop.turn();
  else if (event.kind === 'half turn') loop.halfTurn();
  else if (event.kind === 'late report') loop.reportLate();
  else if (event.kind === 'bounce') loop.bounce();
  else loop.change(event.state);
}

/** The workflow as it is meant to run: waits exactly as told, until it ends. */
function finish(loop: AdvanceLoop): void {
  for (let turns = 0; turns < MOST_TURNS; turns++) {
    const until = loop.turn();
    if (until === undefined) return;
    if (until < loop.now) throw new Error(`told to wait until the past: ${until - loop.now} ms`);
    loop.now = until;
  }
  throw new Error('the escalation does not end');
}

const reached = ({ escalation }: Incident) => escalation.deliveries.some((d) => d.status === 'sent');
const givenUp = ({ escalation }: Incident) =>
  escalation.deliveries.some((d) => d.role === 'fallback' && d.status === 'failed');

describe('the escalation, whatever happens', () => {
  it('is never silent, claims only what is open and numbers its pages once', () => {
    fc.assert(
      fc.property(policySteps, aCalendar, outcomes, script, (steps, calendar, channel, events) => {
        const loop = loopOf(steps, calendar, channel);
        const ids = new Map<number, string>();
        for (const event of events) {
          play(loop, event);
          const { incident } = loop;
          const { deliveries, deliverySeq } = incident.escalation;
          for (const { id, to, run } of deliveries) {
            const was = ids.get(id) ?? `${run} ${to.address}`;
            expect(`${run} ${to.address}`).toBe(was);
            ids.set(id, was);
          }
          expect(new Set(deliveries.map((d) => d.id)).size).toBe(deliveries.length);
          expect(Math.max(0, ...ids.keys())).toBeLessThanOrEqual(deliverySeq);
          expect(incident.dueAt).toBe(nextDue(incident));
          if (incident.state === 'OPEN') {
            expect(incident.dueAt !== undefined || reached(incident) || givenUp(incident)).toBe(true);
          }
        }
        for (const message of loop.sent) expect(message.state).toBe('OPEN');
      }),
      runs,
    );
  });

  it('ends, and then somebody has been paged or the last resort was tried to its end', () => {
    fc.assert(
      fc.property(policySteps, aCalendar, outcomes, script, (steps, calendar, channel, events) => {
        const loop = loopOf(steps, calendar, channel);
        for (const event of events) play(loop, event);
        if (loop.incident.state !== 'OPEN') loop.change('OPEN');
        finish(loop);
        expect(loop.incident).not.toHaveProperty('dueAt');
        expect(reached(loop.incident) || givenUp(loop.incident)).toBe(true);
        expect(loop.incident.escalation.nextStep).toBe(steps.length);
        const open = loop.incident.escalation.deliveries.filter((d) => !['sent', 'failed'].includes(d.status));
        expect(open).toEqual([]);
      }),
      runs,
    );
  });

  it('is never late after a turn, unless somebody is sending', () => {
    fc.assert(
      fc.property(policySteps, aCalendar, outcomes, script, (steps, calendar, channel, events) => {
        const loop = loopOf(steps, calendar, channel);
        for (const event of events) {
          play(loop, event);
          if (event.kind !== 'turn') continue;
          const due = nextDue(loop.incident);
          // A page that was refused for good leaves the fallback contact's, due at once: the next turn's.
          if (due !== undefined) expect(due).toBeGreaterThanOrEqual(loop.now);
        }
      }),
      runs,
    );
  });

  it('pages nobody after an acknowledgement', () => {
    fc.assert(
      fc.property(policySteps, aCalendar, outcomes, script, script, (steps, calendar, channel, before, after) => {
        const loop = loopOf(steps, calendar, channel);
        for (const event of before) play(loop, event);
        loop.change('OPEN');
        loop.change('CLAIMED');
        const sent = loop.sent.length;
        for (const event of after) if (event.kind !== 'change') play(loop, event);
        finish(loop);
        expect(loop.sent).toHaveLength(sent);
      }),
      runs,
    );
  });
});

describe('the escalation, while every page is taken', () => {
  it('pages each target of each step exactly once, in order', () => {
    const jumps = fc.array(aJumpMs, { maxLength: 20 });
    fc.assert(
      fc.property(policySteps, aCalendar, jumps, (steps, calendar, waits) => {
        const loop = loopOf(steps, calendar, [OK]);
        for (const ms of waits) {
          loop.turn();
          loop.now += ms;
        }
        finish(loop);
        const pages = loop.sent.map(({ delivery }) => `${delivery.step} ${delivery.to.address} ${delivery.notBefore}`);
        expect(new Set(pages).size).toBe(pages.length);
        const met = [...new Set(loop.sent.map(({ delivery }) => delivery.step))].sort((a, b) => a - b);
        expect(met).toEqual(steps.map((_, i) => i));
      }),
      runs,
    );
  });

  it('pages at the instant that the policy names when the workflow is on time', () => {
    fc.assert(
      fc.property(policySteps, aCalendar, (steps, calendar) => {
        const loop = loopOf(steps, calendar, [OK]);
        finish(loop);
        for (const { delivery, at } of loop.sent) {
          expect(delivery.notBefore).toBe(at);
          const delay = at - T0 - (steps[delivery.step]?.afterMs ?? 0);
          expect(DELAYS).toContain(delay);
        }
      }),
      runs,
    );
  });
});

describe('a policy with everything', () => {
  const anUrgency = fc.constantFrom(...URGENCIES);

  it('is never silent, and pages in an acknowledged incident only what stops when it is resolved', () => {
    fc.assert(
      fc.property(aWholePolicy, anUrgency, outcomes, script, (policy, urgency, channel, events) => {
        const loop = wholeLoop(policy, urgency, channel);
        for (const event of events) {
          play(loop, event);
          const { incident } = loop;
          expect(incident.dueAt).toBe(nextDue(incident));
          if (incident.state === 'OPEN') {
            expect(incident.dueAt !== undefined || reached(incident) || givenUp(incident)).toBe(true);
          }
        }
        for (const { state, delivery } of loop.sent) {
          expect(state).toBe(delivery.stopsWhen === 'resolved' && state === 'CLAIMED' ? 'CLAIMED' : 'OPEN');
        }
      }),
      runs,
    );
  });

  it('pages every step of every pass once at its instant, and ends as it says', () => {
    fc.assert(
      fc.property(aWholePolicy, anUrgency, (policy, urgency) => {
        const loop = wholeLoop(policy, urgency, [OK]);
        finish(loop);
        const wanted = [];
        const situation = { acknowledged: false, urgency };
        for (let due = nextStep(policy, 0, T0, situation); due; due = nextStep(policy, due.index + 1, T0, situation))
          wanted.push(due);
        const pages = loop.sent.map(({ delivery: d }) => `${d.step} ${d.to.address} ${d.notBefore}`);
        expect(new Set(pages).size).toBe(pages.length);
        expect([...new Set(loop.sent.map(({ delivery }) => delivery.step))].sort((a, b) => a - b)).toEqual(
          wanted.map(({ index }) => index),
        );
        for (const { delivery, at } of loop.sent) {
          expect(DELAYS).toContain(at - (wanted.find(({ index }) => index === delivery.step)?.at ?? 0));
        }
        const kinds = loop.incident.timeline.map((entry) => entry.kind);
        expect(kinds.filter((kind) => kind === 'escalation_finished')).toHaveLength(1);
        expect(kinds.at(-1)).toBe('escalation_finished');
      }),
      runs,
    );
  });

  it('goes on, once acknowledged, with the steps that stop only when resolved, and ends when it is', () => {
    fc.assert(
      fc.property(aWholePolicy, anUrgency, aJumpMs, (policy, urgency, wait) => {
        const loop = wholeLoop(policy, urgency, [OK]);
        loop.turn();
        loop.change('CLAIMED');
        const before = loop.sent.length;
        loop.now += wait;
        finish(loop);
        const after = loop.sent.slice(before).map(({ delivery }) => delivery);
        expect(after.filter((delivery) => delivery.stopsWhen !== 'resolved')).toEqual([]);
        const { length } = policy.steps;
        const applies = policy.steps.flatMap((step, i) =>
          step.stopsWhen === 'resolved' && (step.urgency ?? urgency) === urgency ? [i] : [],
        );
        const passes = 1 + (policy.repeats ?? 0);
        const wanted = Array.from({ length: passes }, (_, pass) => applies.map((i) => pass * length + i)).flat();
        const paged = new Set(
          loop.sent.filter(({ delivery }) => delivery.stopsWhen).map(({ delivery }) => delivery.step),
        );
        for (const index of wanted) expect(paged).toContain(index);
        loop.change('OPEN');
        loop.change('RESOLVED');
        const sent = loop.sent.length;
        finish(loop);
        expect(loop.sent).toHaveLength(sent);
      }),
      runs,
    );
  });
});
