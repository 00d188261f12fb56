import fc from 'fast-check';
import type { ChannelOutcome } from '../../core/delivery.ts';
import { SEVERITIES, STATES } from '../../core/incident.ts';
import type { People } from '../../core/people.ts';
import { type EscalationPolicy, type PolicyStep, type Target, URGENCIES } from '../../core/policy.ts';
import { HOUR_MS, SECOND_MS } from '../../core/time.ts';
import type { Change } from '../../core/transitions.ts';
import { aSchedule, aUser, usersById } from './builders.ts';

/** Every run draws the same cases, so that a red build is red again. */
export const SEED = 20_261_121;

export const anAddress = fc.constantFrom('ada', 'grace', 'lin', 'margaret').map((name) => `${name}@example.org`);

/** Ada is told at once, Lin at once and again, Margaret later, and Mute has nothing that works. */
export const SOME_PEOPLE: People = {
  users: usersById(
    aUser('ada'),
    aUser('lin', {
      notificationRules: [
        { afterMinutes: 0, method: 'email' },
        { afterMinutes: 5, method: 'email' },
      ],
    }),
    aUser('margaret', { notificationRules: [{ afterMinutes: 2, method: 'email' }] }),
    aUser('mute', { contactMethods: [{ id: 'phone', kind: 'voice', address: '+000' }] }),
  ),
  schedules: new Map([
    ['always', aSchedule('always', ['lin'])],
    ['never', aSchedule('never', [])],
  ]),
  teams: new Map([
    ['crew', ['ada', 'lin', 'margaret']],
    ['empty', []],
  ]),
};

/** Every kind of target; about one in three leads nowhere. */
export const aTarget: fc.Arbitrary<Target> = fc.oneof(
  fc.constantFrom('oncall' as const, 'escalation' as const).map((role): Target => ({ kind: 'calendar', role })),
  anAddress.map((address): Target => ({ kind: 'address', address })),
  fc.constantFrom('ada', 'lin', 'margaret', 'mute', 'ghost').map((user): Target => ({ kind: 'user', user })),
  fc.constantFrom('always', 'never', 'gone').map((schedule): Target => ({ kind: 'schedule', schedule })),
  fc
    .tuple(fc.constantFrom('crew', 'empty', 'gone'), fc.constantFrom('everyone' as const, 'round robin' as const))
    .map(([team, mode]): Target => ({ kind: 'team', team, mode })),
);

/** 1 to 6 steps in order, up to an hour apart; some at the same instant. */
export const policySteps: fc.Arbitrary<readonly PolicyStep[]> = fc
  .array(
    fc.record({
      delay: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: HOUR_MS / SECOND_MS })),
      targets: fc.array(aTarget, { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((steps) => {
    let afterMs = 0;
    return steps.map(({ delay, targets }) => {
      afterMs += delay * SECOND_MS;
      return { afterMs, targets };
    });
  });

/** Policies with everything that a policy can have: steps for one urgency or until resolved, passes, either end. */
export const aWholePolicy: fc.Arbitrary<EscalationPolicy> = fc
  .record({
    steps: policySteps,
    more: fc.array(
      fc.record(
        {
          stopsWhen: fc.constantFrom('acknowledged' as const, 'resolved' as const),
          urgency: fc.constantFrom(...URGENCIES),
        },
        { requiredKeys: [] },
      ),
      { minLength: 6, maxLength: 6 },
    ),
    repeats: fc.integer({ min: 0, max: 3 }),
    restMs: fc.integer({ min: 1, max: HOUR_MS }),
    atEnd: fc.constantFrom('fallback' as const, 'give up' as const),
  })
  .map(({ steps, more, repeats, restMs, atEnd }) => ({
    id: 'whole',
    steps: steps.map((step, i) => ({ ...step, ...more[i] })),
    repeats,
    passMs: (steps.at(-1)?.afterMs ?? 0) + restMs,
    atEnd,
  }));

export const aCalendar = fc.constantFrom(
  {},
  { default: {} },
  { default: { oncall: 'ada@example.org' } },
  { default: { oncall: 'ada@example.org', escalation: 'grace@example.org' } },
  { default: { oncall: 'ada@example.org', escalation: 'ada@example.org' } },
  { default: { oncall: 'lin', escalation: 'ghost' } },
);

export const anOutcome: fc.Arbitrary<ChannelOutcome> = fc.constantFrom<ChannelOutcome>(
  { kind: 'ok', messageId: 'message' },
  { kind: 'retryable', error: 'throttled' },
  { kind: 'permanent', error: 'address refused' },
);

/** From an instant to an outage of hours. */
export const aJumpMs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 120 * SECOND_MS }),
  fc.integer({ min: 1, max: 6 * HOUR_MS }),
);

export const aState = fc.constantFrom(...STATES);
export const aSeverity = fc.constantFrom(...SEVERITIES);

/** A legal request in form; whether it may happen is for the transitions to say. */
export const aChange: fc.Arbitrary<Change> = fc
  .record({
    state: fc.option(aState, { nil: undefined }),
    note: fc.option(fc.string({ minLength: 1, maxLength: 40 }), { nil: undefined }),
    by: anAddress,
  })
  .map(({ state, note, by }) => ({
    by,
    ...(state === undefined ? {} : { state }),
    ...(note === undefined ? {} : { note }),
  }));
