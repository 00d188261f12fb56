import * as z from 'zod';
import { delayMinutes, EVEN_IF_FAULTY, email, id, isRecord, name, urgency } from './fields.ts';
import { pagerDutyPolicy } from './pagerduty-policy.ts';

const target = z.union(
  [
    z.strictObject({ user: id }),
    z.strictObject({ schedule: id }),
    z.strictObject({ team: id, mode: z.enum(['everyone', 'roundRobin']).exactOptional() }),
    z.strictObject({ email, name: name.exactOptional() }),
    z.strictObject({ calendar: z.enum(['oncall', 'escalation']) }),
  ],
  'must name one of user, schedule, team, email or calendar',
);
export type TargetForm = z.infer<typeof target>;

const rule = z.strictObject({
  /** At once, all of them. */
  targets: z.array(target).min(1).max(10),
  /** How long to wait for somebody to acknowledge before the next rule; after the last: before a repeat, or the end. Default 10. */
  escalateAfterMinutes: delayMinutes.exactOptional(),
  /** Default `acknowledged`. */
  stopsWhen: z.enum(['acknowledged', 'resolved']).exactOptional(),
  /** Default: for both. */
  urgency: urgency.exactOptional(),
});

export const DEFAULT_ESCALATE_AFTER_MINUTES = 10;

/** Default `fallback`: when in doubt, page. */
const atEnd = z.enum(['fallback', 'giveUp']).exactOptional();

const ownForm = z
  .strictObject({
    id,
    name: name.exactOptional(),
    rules: z.array(rule).min(1).max(50),
    /** How many times more the rules are gone through. Default 0. */
    repeat: z.int().min(0).max(9).exactOptional(),
    atEnd,
  })
  .superRefine(({ rules, repeat }, context) => {
    const isInstant = (each: unknown) => isRecord(each) && each.escalateAfterMinutes === 0;
    if (!repeat || !Array.isArray(rules) || !rules.every(isInstant)) return;
    const message = 'needs a rule with time to acknowledge: with no delay at all, every pass would page at once';
    context.addIssue({ code: 'custom', path: ['repeat'], message });
  }, EVEN_IF_FAULTY);

const pastedForm = z.strictObject({
  id,
  name: name.exactOptional(),
  /** PagerDuty's REST document of an escalation policy, bare or within `escalation_policy`. */
  pagerduty: pagerDutyPolicy,
  atEnd,
});

export const escalationPolicy = z.union([ownForm, pastedForm], 'must either have rules, or be a pagerduty document');
export type EscalationPolicyForm = z.infer<typeof escalationPolicy>;
export type OwnPolicy = z.infer<typeof ownForm>;
export type PastedPolicy = z.infer<typeof pastedForm>;
