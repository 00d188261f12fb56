import type { EpochMs } from './time.ts';

/** Whom a step reaches. `calendar` is a column of the team's on-call calendar; `address` a fixed mail address. */
export type Target =
  | { readonly kind: 'calendar'; readonly role: 'oncall' | 'escalation' }
  | { readonly kind: 'address'; readonly address: string; readonly name?: string };

export interface PolicyStep {
  /** Counted from the start of the run, not from the step before. */
  readonly afterMs: number;
  readonly targets: readonly Target[];
}

/** Steps in order of `afterMs`. Frozen into the incident when its escalation starts (design, principle 6). */
export interface EscalationPolicy {
  readonly id: string;
  readonly steps: readonly PolicyStep[];
}

/** The mission's policy: the on-call engineer first, the escalation contact later. Both delays count from the start of the run. */
export function calendarPolicy(pageAfterMs: number, escalateAfterMs: number): EscalationPolicy {
  return {
    id: 'calendar',
    steps: [
      { afterMs: pageAfterMs, targets: [{ kind: 'calendar', role: 'oncall' }] },
      { afterMs: escalateAfterMs, targets: [{ kind: 'calendar', role: 'escalation' }] },
    ],
  };
}

/** When step `index` of a run that began at `startedAt` falls due; undefined past the last step. */
export function stepDueAt(policy: EscalationPolicy, index: number, startedAt: EpochMs): EpochMs | undefined {
  const step = policy.steps[index];
  return step ? startedAt + step.afterMs : undefined;
}
