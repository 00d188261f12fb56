import { contactsOf, WORKING_CHANNELS } from '../people.ts';
import type { Target } from '../policy.ts';
import type { EpochMs } from '../time.ts';
import { dayAndClock } from './clock-text.ts';
import { listed } from './fields.ts';
import { peopleOf } from './people.ts';
import { policiesOf } from './policies.ts';
import { calendarName, rostersOf, scheduleName } from './rosters.ts';
import { policyIdOf } from './services.ts';
import type { ConfigDocument } from './shape.ts';

/** What is allowed, and probably not meant. */
export interface Warning {
  readonly kind: 'gap' | 'no channel' | 'unreachable' | 'no owner' | 'nobody in team' | 'unused';
  readonly message: string;
}

/** Everything about a checked document that its author may want to know. Gaps are looked for between the two instants. */
export function warningsOf(document: ConfigDocument, from: EpochMs, to: EpochMs): Warning[] {
  const uses = usesOf(document);
  return [
    ...gapWarnings(document, uses, from, to),
    ...peopleWarnings(document, uses),
    ...ownerWarnings(document),
    ...unusedWarnings(document, uses),
  ];
}

/** What policies reach, and whose calendars services go by. */
interface Uses {
  readonly policies: ReadonlySet<string>;
  readonly schedules: ReadonlySet<string>;
  readonly teams: ReadonlySet<string>;
  /** Names of rosters. */
  readonly rosters: ReadonlySet<string>;
}

function usesOf(document: ConfigDocument): Uses {
  const policies = policiesOf(document);
  const targetsOf = (id: string | undefined) => policies.get(id ?? '')?.steps.flatMap((step) => step.targets) ?? [];
  const all = [...policies.keys()].flatMap(targetsOf);
  const schedules = new Set(all.flatMap((target) => (target.kind === 'schedule' ? [target.schedule] : [])));
  const teams = new Map(listed(document.teams).map((team) => [team.id, team]));
  const followed = listed(document.services).map((service) => {
    const id = policyIdOf(service, teams.get(service.team ?? ''));
    return { id, team: service.team, targets: id === undefined ? CALENDAR : targetsOf(id) };
  });
  const calendars = followed.flatMap(({ team, targets }) =>
    targets.flatMap((target) =>
      team !== undefined && target.kind === 'calendar' ? [calendarName(team, target.role)] : [],
    ),
  );
  const defaults = listed(document.teams).flatMap(({ escalationPolicy: id }) => (id === undefined ? [] : [id]));
  return {
    policies: new Set([...followed.flatMap(({ id }) => (id === undefined ? [] : [id])), ...defaults]),
    schedules,
    teams: new Set(all.flatMap((target) => (target.kind === 'team' ? [target.team] : []))),
    rosters: new Set([...[...schedules].map(scheduleName), ...calendars]),
  };
}

const CALENDAR: readonly Target[] = [
  { kind: 'calendar', role: 'oncall' },
  { kind: 'calendar', role: 'escalation' },
];

function gapWarnings(document: ConfigDocument, uses: Uses, from: EpochMs, to: EpochMs): Warning[] {
  const rosters = rostersOf(document);
  return [...uses.rosters].flatMap((name): Warning[] => {
    const roster = rosters.get(name);
    if (!roster) return [{ kind: 'gap', message: `${name}: the team has no on-call calendar` }];
    const gaps = joined(roster.duties(from, to).filter(({ people }) => people.length === 0));
    const first = gaps[0];
    if (!first) return [];
    const { timeZone } = roster;
    const when = `from ${dayAndClock(first.from, timeZone)} to ${dayAndClock(first.to, timeZone)} (${timeZone})`;
    const more = gaps.length === 1 ? '' : `, and ${gaps.length - 1} more times in these two weeks`;
    return [{ kind: 'gap', message: `${name}: nobody is on call ${when}${more}` }];
  });
}

function joined<S extends { readonly from: EpochMs; readonly to: EpochMs }>(spans: readonly S[]): S[] {
  const result: S[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last?.to === span.from) result[result.length - 1] = { ...last, to: span.to };
    else result.push(span);
  }
  return result;
}

function peopleWarnings(document: ConfigDocument, uses: Uses): Warning[] {
  const { users, teams } = peopleOf(document);
  const ofUsers = [...users.values()].flatMap((user): Warning[] => {
    const silent = user.contactMethods.filter(({ kind }) => !WORKING_CHANNELS.includes(kind));
    const kinds = [...new Set(silent.map(({ kind }) => kind))].join(', ');
    const message = `user ${user.id}: nothing is sent by ${kinds} yet`;
    return [
      ...(kinds === '' ? [] : [{ kind: 'no channel', message } as const]),
      ...(contactsOf(user, 'high').length > 0
        ? []
        : [{ kind: 'unreachable', message: `user ${user.id} has no contact method that works` } as const]),
    ];
  });
  const empty = [...uses.teams].filter((id) => (teams.get(id) ?? []).length === 0);
  const ofTeams = empty.map(
    (id): Warning => ({ kind: 'nobody in team', message: `team ${id} is paged by a policy, but has no members` }),
  );
  return [...ofUsers, ...ofTeams];
}

function ownerWarnings(document: ConfigDocument): Warning[] {
  const ownerless = listed(document.services).filter(({ team }) => team === undefined);
  return ownerless.map(({ id, escalationPolicy }): Warning => {
    const what = escalationPolicy === undefined ? ': its incidents go to the fallback contact' : '';
    return { kind: 'no owner', message: `service ${id} has no team${what}` };
  });
}

function unusedWarnings(document: ConfigDocument, uses: Uses): Warning[] {
  const policies = listed(document.escalationPolicies).filter(({ id }) => !uses.policies.has(id));
  const schedules = listed(document.schedules).filter(({ id }) => !uses.schedules.has(id));
  return [
    ...policies.map(
      ({ id }): Warning => ({ kind: 'unused', message: `escalation policy ${id} is followed by no service` }),
    ),
    ...schedules.map(({ id }): Warning => ({ kind: 'unused', message: `schedule ${id} is in no escalation policy` })),
  ];
}
