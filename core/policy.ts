import type { EpochMs } from './time.ts';

export const URGENCIES = ['high', 'low'] as const;
/** High wakes people; low can wait for somebody to be at work. */
export type Urgency = (typeof URGENCIES)[number];

/** Whom a step reaches. Ids refer to the configuration in force at the moment of paging, so a swapped shift counts at once. */
export type Target =
  /** A column of the on-call calendar of the incident's team. */
  | { readonly kind: 'calendar'; readonly role: 'oncall' | 'escalation' }
  | { readonly kind: 'address'; readonly address: string; readonly name?: string }
  | { readonly kind: 'user'; readonly user: string }
  /** Whoever is on call in a schedule. */
  | { readonly kind: 'schedule'; readonly schedule: string }
  | { readonly kind: 'team'; readonly team: string; readonly mode: 'everyone' | 'round robin' };

/** What ends a step's pages: somebody has it, or it is over. */
export type StopsWhen = 'acknowledged' | 'resolved';

export interface PolicyStep {
  /** Counted from the start of the pass, not from the step before. */
  readonly afterMs: number;
  readonly targets: readonly Target[];
  /** Default `acknowledged`. A step that stops only when resolved also pages while somebody works on it. */
  readonly stopsWhen?: StopsWhen;
  /** The step is passed over for incidents of another urgency. Default: none is. */
  readonly urgency?: Urgency;
}

/** Steps in order of `afterMs`. Frozen into the incident when its escalation starts (design, principle 6). */
export interface EscalationPolicy {
  readonly id: string;
  readonly steps: readonly PolicyStep[];
  /** How many times the steps are gone through again when nobody has acknowledged. Default 0. */
  readonly repeats?: number;
  /** Length of one pass: when the next begins, or what comes at the end. At least the last step's `afterMs`. */
  readonly passMs: number;
  /** After the last pass: `fallback` pages the deployment's fallback contact; `give up` says so in the timeline. */
  readonly atEnd: 'fallback' | 'give up';
  /** The fallback contact is never paged, not even in place of a mail that fails: for the canary, whose failure is an alarm and no page. */
  readonly noFallback?: true;
}

/** The mission's policy: the on-call engineer first, the escalation contact later. Both delays count from the start of the run. */
export function calendarPolicy(pageAfterMs: number, escalateAfterMs: number): EscalationPolicy {
  return {
    id: 'calendar',
    steps: [
      { afterMs: pageAfterMs, targets: [{ kind: 'calendar', role: 'oncall' }] },
      { afterMs: escalateAfterMs, targets: [{ kind: 'calendar', role: 'escalation' }] },
    ],
    passMs: escalateAfterMs,
    atEnd: 'give up',
  };
}

/** Step `index` of a run, counted over all passes, with the time it falls due; undefined past the end. */
export function stepAt(policy: EscalationPolicy, index: number, startedAt: EpochMs): DueStep | undefined {
  const { steps, repeats = 0, passMs, atEnd } = policy;
  const pass = Math.floor(index / steps.length);
  const step = steps[index % steps.length];
  if (step && pass <= repeats) return { index, pass, step, at: startedAt + pass * passMs + step.afterMs };
  const end = steps.length * (repeats + 1);
  if (index !== end || atEnd !== 'fallback') return undefined;
  return { index, pass, step: 'fallback', at: startedAt + (repeats + 1) * passMs };
}

export interface DueStep {
  readonly index: number;
  /** 0 in the first pass. */
  readonly pass: number;
  readonly step: PolicyStep | 'fallback';
  readonly at: EpochMs;
  /** Why the fallback contact, when it is not because nobody in the policy acknowledged. */
  readonly why?: string;
}

/** True when the step pages in this situation; otherwise it is passed over. */
export function pages(due: DueStep, situation: { readonly acknowledged: boolean; readonly urgency: Urgency }): boolean {
  if (due.step === 'fallback') return !situation.acknowledged;
  const { stopsWhen = 'acknowledged', urgency = situation.urgency } = due.step;
  return urgency === situation.urgency && (!situation.acknowledged || stopsWhen === 'resolved');
}

/**
 * The first step from `index` on that pages in this situation. A policy without a single step for incidents of this urgency would
 * page nobody, so its one step is the fallback contact, at once.
 */
export function nextStep(
  policy: EscalationPolicy,
  index: number,
  startedAt: EpochMs,
  situation: Parameters<typeof pages>[1],
): DueStep | undefined {
  const { urgency } = situation;
  if (policy.steps.every((step) => (step.urgency ?? urgency) !== urgency)) {
    if (index > 0 || situation.acknowledged) return undefined;
    const why = `the escalation policy has no step for incidents of ${urgency} urgency`;
    return { index, pass: 0, step: 'fallback', at: startedAt, why };
  }
  for (let at = index; ; at++) {
    const due = stepAt(policy, at, startedAt);
    if (!due || pages(due, situation)) return due;
  }
}
