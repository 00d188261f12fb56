import * as z from 'zod';
import { label } from '../schedule/fields.ts';
import { delayMinutes, isRecord } from './fields.ts';

const target = z.looseObject({
  id: label,
  type: z.enum(['user_reference', 'user', 'schedule_reference', 'schedule']),
});

const STRATEGIES = ['assign_to_everyone', 'round_robin'] as const;

const ruleShape = z.looseObject({
  /** PagerDuty wants a minute at least; 0 goes on to the next rule at once. */
  escalation_delay_in_minutes: delayMinutes,
  targets: z.array(target).min(1).max(10),
  /** The name alone, or an object with it, as clients write it. */
  escalation_rule_assignment_strategy: z
    .union([z.enum(STRATEGIES), z.looseObject({ type: z.enum(STRATEGIES) })], `must be ${STRATEGIES.join(' or ')}`)
    .nullish(),
});
export type PagerDutyRule = z.infer<typeof ruleShape>;

const rule = ruleShape.refine((form) => !takesTurns(form) || form.targets.every(isUser), {
  path: ['escalation_rule_assignment_strategy'],
  error: 'round_robin goes with users only',
});

const bare = z.looseObject({
  id: label.nullish(),
  name: label.nullish(),
  num_loops: z.int().min(0).max(9).nullish(),
  escalation_rules: z.array(rule).min(1).max(50),
});

export const pagerDutyPolicy = z.union(
  [bare, z.looseObject({ escalation_policy: bare })],
  'must have escalation_rules',
);

/** The policy within a pasted document. */
export function bareDocument(document: z.infer<typeof pagerDutyPolicy>): z.infer<typeof bare> {
  return isWrapped(document) ? document.escalation_policy : document;
}

type Wrapped = Extract<z.infer<typeof pagerDutyPolicy>, { escalation_policy: unknown }>;

function isWrapped(document: z.infer<typeof pagerDutyPolicy>): document is Wrapped {
  return isRecord(document.escalation_policy);
}

/** True where each incident goes to the next of the users in turn. */
export function takesTurns({ escalation_rule_assignment_strategy: strategy, targets }: PagerDutyRule): boolean {
  const type = isRecord(strategy) ? strategy.type : strategy;
  return type === 'round_robin' && targets.length > 1;
}

export function isUser({ type }: { readonly type: string }): boolean {
  return type === 'user' || type === 'user_reference';
}
