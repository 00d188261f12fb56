import fc from 'fast-check';
import type { ChannelOutcome } from '../../core/delivery.ts';
import { SEVERITIES, STATES } from '../../core/incident.ts';
import type { PolicyStep, Target } from '../../core/policy.ts';
import { HOUR_MS, SECOND_MS } from '../../core/time.ts';
import type { Change } from '../../core/transitions.ts';

/** Every run draws the same cases, so that a red build is red again. */
export const SEED = 20_261_121;

export const anAddress = fc.constantFrom('ada', 'grace', 'lin', 'margaret').map((name) => `${name}@example.org`);

export const aTarget: fc.Arbitrary<Target> = fc.oneof(
  fc.constantFrom('oncall' as const, 'escalation' as const).map((role): Target => ({ kind: 'calendar', role })),
  anAddress.map((address): Target => ({ kind: 'address', address })),
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

export const aCalendar = fc.constantFrom(
  {},
  { default: {} },
  { default: { oncall: 'ada@example.org' } },
  { default: { oncall: 'ada@example.org', escalation: 'grace@example.org' } },
  { default: { oncall: 'ada@example.org', escalation: 'ada@example.org' } },
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
