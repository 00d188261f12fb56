import type { EscalationPolicy, PolicyStep, Target } from '../policy.ts';
import { MINUTE_MS } from '../time.ts';
import {
  DEFAULT_ESCALATE_AFTER_MINUTES,
  type EscalationPolicyForm,
  type OwnPolicy,
  type PastedPolicy,
  type TargetForm,
} from './escalation-policy.ts';
import { listed } from './fields.ts';
import { type Names, namesOf } from './names.ts';
import { bareDocument, isUser, type PagerDutyRule, takesTurns } from './pagerduty-policy.ts';
import type { ConfigDocument } from './shape.ts';

/** The escalation policies of a checked document by id. */
export function policiesOf(document: ConfigDocument): ReadonlyMap<string, EscalationPolicy> {
  const names = namesOf(document);
  return new Map(listed(document.escalationPolicies).map((form) => [form.id, toPolicy(form, names)]));
}

/** One policy; undefined when the document has none of this id. */
export function policyById(document: ConfigDocument, id: string): EscalationPolicy | undefined {
  const form = listed(document.escalationPolicies).find((each) => each.id === id);
  return form && toPolicy(form, namesOf(document));
}

/** Users who take turns by a rule of a pasted policy, by the name of the pool: the rule's target is that pool, as if it were a team. */
export function poolsOf(document: ConfigDocument): ReadonlyMap<string, readonly string[]> {
  const names = namesOf(document);
  return new Map(
    listed(document.escalationPolicies)
      .filter(isPasted)
      .flatMap(({ id, pagerduty }) =>
        bareDocument(pagerduty).escalation_rules.flatMap((rule, index) => {
          const users = rule.targets.map((target) => names.pagerdutyUsers.get(target.id) ?? target.id);
          return takesTurns(rule) ? [[poolName(id, index), users] as const] : [];
        }),
      ),
  );
}

function isPasted(form: EscalationPolicyForm): form is PastedPolicy {
  return 'pagerduty' in form;
}

/** No team has this name: its id would have no blanks. */
function poolName(policy: string, rule: number): string {
  return `${policy} rule ${rule + 1}`;
}

function toPolicy(form: EscalationPolicyForm, names: Names): EscalationPolicy {
  const { rules, repeat } = isPasted(form) ? fromPagerDuty(form, names) : own(form);
  const steps: PolicyStep[] = [];
  let afterMs = 0;
  for (const { waitMinutes, ...rest } of rules) {
    steps.push({ afterMs, ...rest });
    afterMs += waitMinutes * MINUTE_MS;
  }
  // Passes that take no time would page the same people in the same instant again.
  const repeats = afterMs > 0 ? repeat : 0;
  return { id: form.id, steps, repeats, passMs: afterMs, atEnd: form.atEnd === 'giveUp' ? 'give up' : 'fallback' };
}

/** A step with the time until the next one. */
type Rule = Omit<PolicyStep, 'afterMs'> & { readonly waitMinutes: number };

interface Rules {
  readonly rules: readonly Rule[];
  readonly repeat: number;
}

function own({ rules, repeat = 0 }: OwnPolicy): Rules {
  return {
    repeat,
    rules: rules.map(({ targets, escalateAfterMinutes, ...rest }) => ({
      targets: targets.map(toTarget),
      ...rest,
      waitMinutes: escalateAfterMinutes ?? DEFAULT_ESCALATE_AFTER_MINUTES,
    })),
  };
}

function toTarget(form: TargetForm): Target {
  if ('user' in form) return { kind: 'user', user: form.user };
  if ('schedule' in form) return { kind: 'schedule', schedule: form.schedule };
  if ('team' in form)
    return { kind: 'team', team: form.team, mode: form.mode === 'roundRobin' ? 'round robin' : 'everyone' };
  if ('calendar' in form) return { kind: 'calendar', role: form.calendar };
  return { kind: 'address', address: form.email, ...(form.name === undefined ? {} : { name: form.name }) };
}

function fromPagerDuty({ id, pagerduty }: PastedPolicy, names: Names): Rules {
  const { num_loops: loops, escalation_rules: rules } = bareDocument(pagerduty);
  return {
    repeat: loops ?? 0,
    rules: rules.map((rule, index) => ({
      targets: takesTurns(rule)
        ? [{ kind: 'team', team: poolName(id, index), mode: 'round robin' }]
        : rule.targets.map((target) => fromReference(target, names)),
      waitMinutes: rule.escalation_delay_in_minutes,
    })),
  };
}

function fromReference(target: PagerDutyRule['targets'][number], names: Names): Target {
  return isUser(target)
    ? { kind: 'user', user: names.pagerdutyUsers.get(target.id) ?? target.id }
    : { kind: 'schedule', schedule: names.pagerdutySchedules.get(target.id) ?? target.id };
}
