import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  calendarPolicy,
  type DueStep,
  type EscalationPolicy,
  nextStep,
  type pages,
  stepAt,
  URGENCIES,
} from '../../core/policy.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { aWholePolicy, SEED } from '../support/arbitraries.ts';
import { aPolicy, T0 } from '../support/builders.ts';

const nobody = [{ kind: 'user' as const, user: 'ada' }];
const STEPS = [
  { afterMs: 0, targets: nobody },
  { afterMs: 5 * MINUTE_MS, targets: nobody },
];
const TWICE = aPolicy(STEPS, { repeats: 1, passMs: 20 * MINUTE_MS, atEnd: 'fallback' });
const minutes = (due: DueStep | undefined) => due && (due.at - T0) / MINUTE_MS;
const OPEN = { acknowledged: false, urgency: 'high' } as const;
const TAKEN = { acknowledged: true, urgency: 'high' } as const;

/** Every step that pages in a situation, walked as the escalation walks them. */
function walk(policy: EscalationPolicy, situation: Parameters<typeof pages>[1]): DueStep[] {
  const met: DueStep[] = [];
  for (let due = nextStep(policy, 0, T0, situation); due; due = nextStep(policy, due.index + 1, T0, situation)) {
    met.push(due);
    if (met.length > 1_000) throw new Error('the policy does not end');
  }
  return met;
}

describe('stepAt', () => {
  it('counts steps over the passes, each pass from its own start', () => {
    expect([0, 1, 2, 3].map((i) => minutes(stepAt(TWICE, i, T0)))).toEqual([0, 5, 20, 25]);
    expect([0, 1, 2, 3].map((i) => stepAt(TWICE, i, T0)?.pass)).toEqual([0, 0, 1, 1]);
    expect(stepAt(TWICE, 3, T0)?.step).toBe(STEPS[1]);
  });

  it('ends with the fallback contact after the last pass, once', () => {
    expect(stepAt(TWICE, 4, T0)).toEqual({ index: 4, pass: 2, step: 'fallback', at: T0 + 40 * MINUTE_MS });
    expect(stepAt(TWICE, 5, T0)).toBeUndefined();
  });

  it('ends with nothing when the policy gives up', () => {
    expect(stepAt({ ...TWICE, atEnd: 'give up' }, 4, T0)).toBeUndefined();
  });

  it('has one pass by default', () => {
    const { repeats: _repeats, ...once } = TWICE;
    expect(stepAt(once, 2, T0)?.step).toBe('fallback');
  });
});

describe('calendarPolicy', () => {
  it('pages the on-call engineer, then the escalation contact, and gives up', () => {
    const policy = calendarPolicy(1_000, 600_000);
    expect(policy.steps.map(({ afterMs, targets }) => [afterMs, targets])).toEqual([
      [1_000, [{ kind: 'calendar', role: 'oncall' }]],
      [600_000, [{ kind: 'calendar', role: 'escalation' }]],
    ]);
    expect(stepAt(policy, 2, T0)).toBeUndefined();
  });
});

describe('nextStep', () => {
  it('passes over the steps for another urgency', () => {
    const policy = aPolicy([
      { ...STEPS[0], afterMs: 0, targets: nobody, urgency: 'low' },
      { afterMs: 1, targets: nobody },
    ]);
    expect(nextStep(policy, 0, T0, OPEN)?.index).toBe(1);
    expect(nextStep(policy, 0, T0, { ...OPEN, urgency: 'low' })?.index).toBe(0);
  });

  it('passes over everything but what stops only when resolved, once acknowledged', () => {
    const policy = aPolicy([...STEPS, { afterMs: 6 * MINUTE_MS, targets: nobody, stopsWhen: 'resolved' }], {
      passMs: 20 * MINUTE_MS,
      atEnd: 'fallback',
    });
    expect(walk(policy, OPEN).map(minutes)).toEqual([0, 5, 6, 20]);
    expect(walk(policy, TAKEN).map(minutes)).toEqual([6]);
  });

  it.each(['fallback', 'give up'] as const)(
    'is the fallback contact at once, and why, when no step is for the urgency (at the end: %s)',
    (atEnd) => {
      const policy = aPolicy([{ afterMs: 0, targets: nobody, urgency: 'low' }], {
        atEnd,
        repeats: 3,
        passMs: MINUTE_MS,
      });
      expect(walk(policy, OPEN)).toEqual([
        {
          index: 0,
          pass: 0,
          step: 'fallback',
          at: T0,
          why: 'the escalation policy has no step for incidents of high urgency',
        },
      ]);
      expect(walk(policy, TAKEN)).toEqual([]);
    },
  );

  it('is the fallback contact at once when the policy has no step at all', () => {
    expect(walk(aPolicy([]), OPEN)).toMatchObject([{ step: 'fallback', at: T0 }]);
  });

  const aSituation = fc.record({ acknowledged: fc.boolean(), urgency: fc.constantFrom(...URGENCIES) });

  it('gives exactly the steps that page, in order of time, to its end', () => {
    fc.assert(
      fc.property(aWholePolicy, aSituation, (policy, situation) => {
        const met = walk(policy, situation);
        const { steps, repeats = 0, passMs, atEnd } = policy;
        const fits = (i: number) => (steps[i]?.urgency ?? situation.urgency) === situation.urgency;
        const wanted: [number, number][] = [];
        for (let pass = 0; pass <= repeats; pass++) {
          for (const [i, step] of steps.entries()) {
            if (fits(i) && (!situation.acknowledged || step.stopsWhen === 'resolved'))
              wanted.push([pass * steps.length + i, T0 + pass * passMs + step.afterMs]);
          }
        }
        if (!steps.some((_, i) => fits(i))) {
          if (!situation.acknowledged) wanted.push([0, T0]);
        } else if (atEnd === 'fallback' && !situation.acknowledged) {
          wanted.push([steps.length * (repeats + 1), T0 + (repeats + 1) * passMs]);
        }
        expect(met.map(({ index, at }) => [index, at])).toEqual(wanted);
        const times = met.map(({ at }) => at);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('always pages somebody while nobody has acknowledged', () => {
    fc.assert(
      fc.property(aWholePolicy, fc.constantFrom(...URGENCIES), (policy, urgency) => {
        expect(walk(policy, { acknowledged: false, urgency }).length).toBeGreaterThan(0);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
