import type { AlertResponder } from '../../../core/alert.ts';
import { policyById } from '../../../core/config/policies.ts';
import type { TeamForm } from '../../../core/config/team.ts';
import type { User } from '../../../core/people.ts';
import type { EscalationPolicy, Target } from '../../../core/policy.ts';
import { type EpochMs, localDay } from '../../../core/time.ts';
import type { CalendarStore } from '../../data/calendar.ts';
import type { Compiled } from '../../data/current-config.ts';
import { DEFAULT_DAY } from '../../data/keys.ts';

/** What Opsgenie's senders name people and things by; ids are Opsgenie's own until the sender has been told ours. */
export type Named = Pick<AlertResponder, 'id' | 'name' | 'username'>;

const textsOf = ({ id, name, username }: Named): string[] =>
  [id, name, username].filter((text) => text !== undefined).map((text) => text.trim().toLowerCase());

const isCalled = (texts: readonly string[], ...names: readonly (string | undefined)[]) =>
  names.some((name) => name !== undefined && texts.includes(name.toLowerCase()));

/** A configured user by id, name or mail address; else whatever looks like a mail address. */
export function userNamed({ people }: Compiled, named: Named): { id: string; label: string } | undefined {
  const texts = textsOf(named);
  const addresses = (user: User) => user.contactMethods.filter(({ kind }) => kind === 'email').map((m) => m.address);
  const user = [...people.users.values()].find((each) => isCalled(texts, each.id, each.name, ...addresses(each)));
  if (user) return { id: user.id, label: addresses(user)[0] ?? user.name };
  const address = [named.username, named.id, named.name].find((text) => /^[^\s@]+@[^\s@]+$/.test(text ?? ''));
  return address === undefined ? undefined : { id: address, label: address };
}

/** A configured escalation policy by id or name. */
export function policyNamed({ document }: Compiled, named: Named): EscalationPolicy | undefined {
  const texts = textsOf(named);
  const form = document.escalationPolicies?.find(({ id, name }) => isCalled(texts, id, name));
  return form && policyById(document, form.id);
}

export function teamNamed({ document }: Compiled, named: Named): TeamForm | undefined {
  const texts = textsOf(named);
  return document.teams?.find(({ id, name }) => isCalled(texts, id, name));
}

export interface LookUpDeps {
  readonly calendar: CalendarStore;
  now(): EpochMs;
}

/** Whom a responder means; undefined when nobody in the configuration is called so, or nobody is behind the name. */
export async function targetsOf(
  deps: LookUpDeps,
  config: Compiled,
  responder: AlertResponder,
): Promise<readonly Target[] | undefined> {
  switch (responder.type) {
    case 'user': {
      const user = userNamed(config, responder);
      return user && [{ kind: 'user', user: user.id }];
    }
    case 'schedule': {
      const texts = textsOf(responder);
      const found = [...config.people.schedules.values()].find(({ id, name }) => isCalled(texts, id, name));
      return found && [{ kind: 'schedule', schedule: found.id }];
    }
    case 'escalation':
      return portable(policyNamed(config, responder)?.steps[0]?.targets ?? []);
    case 'team': {
      const team = teamNamed(config, responder);
      return team && teamTargets(deps, config, team);
    }
  }
}

/** Whoever would be paged first for the team: by its own policy, by its calendar, or else all its members. */
async function teamTargets(deps: LookUpDeps, config: Compiled, team: TeamForm): Promise<readonly Target[] | undefined> {
  const policy = team.escalationPolicy === undefined ? undefined : policyById(config.document, team.escalationPolicy);
  const byPolicy = portable(policy?.steps[0]?.targets ?? []);
  if (byPolicy) return byPolicy;
  const day = localDay(deps.now(), team.timeZone ?? 'UTC');
  const rows = await deps.calendar.days(team.id, [day]);
  const oncall = (rows[day] ?? rows[DEFAULT_DAY])?.oncall;
  if (oncall !== undefined) return [{ kind: 'user', user: oncall }];
  return (team.members ?? []).length > 0 ? [{ kind: 'team', team: team.id, mode: 'everyone' }] : undefined;
}

/** A calendar target means the team of the incident, which may be another one. */
function portable(targets: readonly Target[]): readonly Target[] | undefined {
  const own = targets.filter(({ kind }) => kind !== 'calendar');
  return own.length > 0 ? own : undefined;
}
