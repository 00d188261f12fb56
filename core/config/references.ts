import { type ConfigFault, type Path, quoted } from './faults.ts';
import { isRecord, person } from './fields.ts';
import { found, foundTexts } from './found.ts';
import { NAMED, type Names } from './names.ts';
import { EMAIL_METHOD } from './user.ts';

/** Who is named where. `address`: it may as well be a mail address. */
const REFERENCES: readonly (readonly [pattern: string, kind: keyof Names, or?: 'address'])[] = [
  ['teams.*.members.*', 'users'],
  ['teams.*.calendar.*.oncall', 'users', 'address'],
  ['teams.*.calendar.*.escalation', 'users', 'address'],
  ['teams.*.escalationPolicy', 'escalationPolicies'],
  ['schedules.*.layers.*.users.*', 'users', 'address'],
  ['schedules.*.overrides.*.user', 'users', 'address'],
  ['schedules.*.days.*.oncall', 'users', 'address'],
  ['schedules.*.days.*.escalation', 'users', 'address'],
  ['schedules.*.pagerduty.schedule_layers.*.users.*.user.id', 'pagerdutyUsers', 'address'],
  ['schedules.*.pagerduty.schedule.schedule_layers.*.users.*.user.id', 'pagerdutyUsers', 'address'],
  ['overrides.*.schedule', 'schedules'],
  ['overrides.*.user', 'users', 'address'],
  ['escalationPolicies.*.rules.*.targets.*.user', 'users'],
  ['escalationPolicies.*.rules.*.targets.*.schedule', 'schedules'],
  ['escalationPolicies.*.rules.*.targets.*.team', 'teams'],
  ['services.*.team', 'teams'],
  ['services.*.escalationPolicy', 'escalationPolicies'],
  ['maintenanceWindows.*.services.*', 'services'],
  ['maintenanceWindows.*.teams.*', 'teams'],
];

/** Targets of pasted escalation policies: what their ids stand for, their types say. */
const PASTED_TARGETS = [
  'escalationPolicies.*.pagerduty.escalation_rules.*.targets.*',
  'escalationPolicies.*.pagerduty.escalation_policy.escalation_rules.*.targets.*',
];

/** Names that lead nowhere. */
export function danglingReferences(document: unknown, names: Names): ConfigFault[] {
  const own = REFERENCES.flatMap(([pattern, kind, or]) =>
    foundTexts(document, pattern).flatMap(({ path, text }) =>
      or && text.includes('@') ? badAddress(path, text) : dangling(path, text, kind, names),
    ),
  );
  const pasted = PASTED_TARGETS.flatMap((pattern) => found(document, pattern)).flatMap(({ path, value: target }) => {
    if (!isRecord(target) || typeof target.id !== 'string') return [];
    const kind =
      target.type === 'schedule' || target.type === 'schedule_reference' ? 'pagerdutySchedules' : 'pagerdutyUsers';
    return dangling([...path, 'id'], target.id, kind, names);
  });
  return [...own, ...pasted, ...danglingMethods(document)];
}

function dangling(path: Path, text: string, kind: keyof Names, names: Names): ConfigFault[] {
  const wanted = text.trim();
  // Nothing at all is the shape's fault.
  if (wanted === '' || names[kind].has(wanted)) return [];
  const hint = kind === 'pagerdutyUsers' ? '; the user whom PagerDuty calls so needs it as pagerdutyId' : '';
  return [{ path, message: `there is no ${NAMED[kind]} ${quoted(wanted)}${hint}` }];
}

function badAddress(path: Path, text: string): ConfigFault[] {
  const result = person.safeParse(text.trim());
  return result.success ? [] : result.error.issues.map(({ message }) => ({ path, message }));
}

function danglingMethods(document: unknown): ConfigFault[] {
  return found(document, 'users.*').flatMap(({ path, value: user }) => {
    const methods = new Set(foundTexts(user, 'contactMethods.*.id').map(({ text }) => text));
    if (isRecord(user) && user.email !== undefined) methods.add(EMAIL_METHOD);
    return foundTexts(user, 'notificationRules.*.method')
      .filter(({ text }) => !methods.has(text))
      .map((each) => ({ path: [...path, ...each.path], message: `there is no contact method ${quoted(each.text)}` }));
  });
}
