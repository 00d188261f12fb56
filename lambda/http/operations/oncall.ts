import { policyById } from '../../../core/config/policies.ts';
import { servicesOf } from '../../../core/config/services.ts';
import type { Contact } from '../../../core/delivery.ts';
import { type Directory, reachStep } from '../../../core/oncall.ts';
import type { People } from '../../../core/people.ts';
import { type EscalationPolicy, type PolicyStep, stepAt } from '../../../core/policy.ts';
import { onCallAt } from '../../../core/schedule/oncall.ts';
import type { Schedule } from '../../../core/schedule/schedule.ts';
import { policyOf, type Service } from '../../../core/service.ts';
import { type EpochMs, localDay, SECOND_MS, toIso } from '../../../core/time.ts';
import type { Surroundings } from '../../app/ports.ts';
import type { CalendarStore } from '../../data/calendar.ts';
import type { Compiled, CurrentConfig } from '../../data/current-config.ts';
import { DEFAULT_DAY } from '../../data/keys.ts';
import type { ServiceStore } from '../../data/services.ts';
import { notConfigured } from '../not-configured.ts';
import { json } from '../problem.ts';
import { checkQuery } from '../request.ts';
import type { Operations } from '../router.ts';
import { names, nextStint, onCallView, personView } from '../schedule-views.ts';
import { onCallQuery } from '../schemas.ts';

export interface OnCallDeps extends Pick<Surroundings, 'now'> {
  readonly currentConfig: Pick<CurrentConfig, 'current'>;
  readonly services: Pick<ServiceStore, 'get'>;
  readonly calendar: CalendarStore;
  readonly fallback: Contact;
}

/** Who is on call: in which schedule, in a team's calendar, at each step of a service's policy. The filters narrow each other. */
export function onCallOperations(deps: OnCallDeps): Pick<Operations, 'getOnCall'> {
  async function teamView(team: string, { document, people }: Compiled, at: EpochMs) {
    const timeZone = document.teams?.find(({ id }) => id === team)?.timeZone ?? 'UTC';
    const day = localDay(at, timeZone);
    const rows = await deps.calendar.days(team, [day]);
    const row = rows[day] ?? rows[DEFAULT_DAY];
    const person = (value: string | undefined) => (value === undefined ? null : personView(value, people));
    const rowOf = rows[day] ? day : row ? DEFAULT_DAY : null;
    return { team, timeZone, day, row: rowOf, oncall: person(row?.oncall), escalation: person(row?.escalation) };
  }

  return {
    async getOnCall(event) {
      const query = checkQuery(onCallQuery, event.multiValueQueryStringParameters);
      const { at = deps.now(), schedule: only, team, service: serviceId, user } = query;
      const config = await deps.currentConfig.current();
      const { people } = config;
      const all = [...people.schedules.values()];
      const service = serviceId === undefined ? undefined : await deps.services.get(serviceId);
      if (serviceId !== undefined && !service) throw notConfigured('service', serviceId);
      if (only !== undefined && !people.schedules.has(only)) throw notConfigured('schedule', only);
      if (team !== undefined && !isTeam(team, config)) throw notConfigured('team', team);
      const theirs = user === undefined ? [] : all.filter((schedule) => names(schedule, user));
      if (user !== undefined && theirs.length === 0 && !people.users.has(user)) throw notConfigured('user', user);
      const ofTeam = team === undefined ? undefined : schedulesIn(policiesOfTeam(team, config));
      const ofService = service && schedulesIn([policyOf(service)]);
      const onCall = (schedule: Schedule) => onCallAt(schedule, at).some((person) => person.user === user);
      const shown = all
        .filter(({ id }) => only === undefined || id === only)
        .filter(({ id }) => ofTeam?.has(id) ?? true)
        .filter(({ id }) => ofService?.has(id) ?? true)
        .filter((schedule) => user === undefined || onCall(schedule));
      return json(200, {
        at: toIso(at),
        schedules: shown.map((schedule) => onCallView(schedule, at, people)),
        ...(team === undefined ? {} : { team: await teamView(team, config, at) }),
        ...(service ? { service: await serviceView(deps, service, people, at) } : {}),
        ...(user === undefined
          ? {}
          : {
              user: {
                ...personView(user, people),
                onCall: theirs.some(onCall),
                next: nextStint(theirs, user, at),
              },
            }),
      });
    },
  };
}

/** Whom each step of a service's policy would page if it were due at `at`. */
async function serviceView(deps: OnCallDeps, service: Service, people: People, at: EpochMs) {
  const { serviceId, team, timeZone } = service;
  const policy = policyOf(service);
  const calendar = team === undefined ? {} : await deps.calendar.days(team, [localDay(at, timeZone)]);
  const directory: Directory = { calendar, people, fallback: deps.fallback };
  const last =
    policy.atEnd === 'fallback' ? stepAt(policy, policy.steps.length * ((policy.repeats ?? 0) + 1), 0) : undefined;
  const due = [...policy.steps.keys()].map((index) => stepAt(policy, index, 0));
  const levels = [...due, last].flatMap((each) => {
    if (!each) return [];
    const step = each.step === 'fallback' ? undefined : each.step;
    const urgency = step?.urgency ?? 'high';
    const occasion = { at, incidentId: 0, ...(team === undefined ? {} : { team }), timeZone, urgency };
    const reached = reachStep(step ? { ...each, step: everyTurn(step) } : each, occasion, directory);
    const turns = step ? roundRobinTeams(step) : [];
    return {
      level: step ? each.index + 1 : 'fallback',
      afterSeconds: each.at / SECOND_MS,
      ...(step?.urgency ? { onlyUrgency: step.urgency } : {}),
      ...(turns.length > 0 ? { oneInTurnOf: turns } : {}),
      pages: reached.map(({ to, role, reason, delayMs }) => ({
        who: to.name ?? to.address,
        to: to.address,
        by: to.kind,
        role,
        reason,
        delaySeconds: delayMs / SECOND_MS,
      })),
    };
  });
  return { service: serviceId, team: team ?? null, timeZone, policy: policy.id, repeats: policy.repeats ?? 0, levels };
}

/** Whose turn it is depends on the number of an incident: without one, everybody who may be meant is shown. */
function everyTurn(step: PolicyStep): PolicyStep {
  return {
    ...step,
    targets: step.targets.map((each) => (each.kind === 'team' ? { ...each, mode: 'everyone' } : each)),
  };
}

function roundRobinTeams({ targets }: PolicyStep): string[] {
  return targets.flatMap((each) => (each.kind === 'team' && each.mode === 'round robin' ? [each.team] : []));
}

function isTeam(team: string, { document }: Compiled): boolean {
  return (document.teams ?? []).some(({ id }) => id === team);
}

function policiesOfTeam(team: string, { document }: Compiled): EscalationPolicy[] {
  const own = document.teams?.find(({ id }) => id === team)?.escalationPolicy;
  const default_ = own === undefined ? undefined : policyById(document, own);
  const ofServices = servicesOf(document).filter((service) => service.team === team);
  return [...(default_ ? [default_] : []), ...ofServices.map(policyOf)];
}

function schedulesIn(policies: readonly EscalationPolicy[]): ReadonlySet<string> {
  const targets = policies.flatMap(({ steps }) => steps).flatMap((step) => step.targets);
  return new Set(targets.flatMap((target) => (target.kind === 'schedule' ? [target.schedule] : [])));
}
