import type { Hours } from '../hours.ts';
import type { MaintenanceWindow } from '../maintenance.ts';
import type { EscalationPolicy } from '../policy.ts';
import { parseClock, SECONDS_PER_DAY } from '../schedule/moment.ts';
import type { Restriction } from '../schedule/schedule.ts';
import {
  DEFAULT_ESCALATE_AFTER_SECONDS,
  DEFAULT_PAGE_AFTER_SECONDS,
  DEFAULT_SETTINGS,
  DEFAULT_URGENCY,
  type Grouping,
  type Service,
  type ServiceSettings,
} from '../service.ts';
import { MINUTE_MS } from '../time.ts';
import { listed } from './fields.ts';
import { instantIn, type MaintenanceForm } from './maintenance-window.ts';
import { policiesOf } from './policies.ts';
import { toRestrictions } from './restrictions.ts';
import { type ServiceForm, type SupportHoursForm, WEEKDAYS } from './service.ts';
import type { ConfigDocument } from './shape.ts';
import { DEFAULT_TIME_ZONE, type TeamForm } from './team.ts';

/** The services of a checked document, each complete in itself: a look-up never has to follow a reference. Plain data. */
export function servicesOf(document: ConfigDocument): Service[] {
  const teams = new Map(listed(document.teams).map((team) => [team.id, team]));
  const policies = policiesOf(document);
  const windows = listed(document.maintenanceWindows).map((form) => ({ form, window: toWindow(form) }));
  return listed(document.services).map((form) => {
    const team = form.team === undefined ? undefined : teams.get(form.team);
    const policy = policies.get(policyIdOf(form, team) ?? '');
    const maintenance = windows.filter(({ form: window }) => concerns(window, form)).map(({ window }) => window);
    return toService(form, team, policy, maintenance);
  });
}

/** Which policy a service follows; undefined: its team's on-call calendar, as do services that set its delays. */
export function policyIdOf(form: ServiceForm, team: TeamForm | undefined): string | undefined {
  const byCalendar = form.pageAfterSeconds !== undefined || form.escalateAfterSeconds !== undefined;
  return form.escalationPolicy ?? (byCalendar ? undefined : team?.escalationPolicy);
}

function toService(
  form: ServiceForm,
  team: TeamForm | undefined,
  policy: EscalationPolicy | undefined,
  maintenance: readonly MaintenanceWindow[],
): Service {
  const timeZone = team?.timeZone ?? DEFAULT_TIME_ZONE;
  const { urgency, supportHours } = form;
  return {
    serviceId: form.id,
    ...(form.team === undefined ? {} : { team: form.team }),
    timeZone,
    pageAfterSeconds: form.pageAfterSeconds ?? DEFAULT_PAGE_AFTER_SECONDS,
    escalateAfterSeconds: form.escalateAfterSeconds ?? DEFAULT_ESCALATE_AFTER_SECONDS,
    ...(policy === undefined ? {} : { policy }),
    settings: toSettings(form),
    grouping: toGrouping(form.grouping),
    urgency:
      typeof urgency === 'string' ? { CRIT: urgency, ERR: urgency, WARN: urgency } : { ...DEFAULT_URGENCY, ...urgency },
    ...(supportHours === undefined ? {} : { supportHours: toHours(supportHours, timeZone) }),
    lowUrgencyOutsideHours: form.lowUrgencyOutsideHours ?? 'wait',
    maintenance,
  };
}

function toSettings(form: ServiceForm): ServiceSettings {
  const { acknowledgementTimeoutMinutes, autoResolveMinutes, repageAfterMinutes, repageAfterAcknowledgedMinutes } =
    form;
  const inMs = <K extends keyof ServiceSettings>(key: K, minutes: number | undefined) =>
    minutes === undefined ? {} : { [key]: minutes * MINUTE_MS };
  return {
    ...DEFAULT_SETTINGS,
    ...inMs('acknowledgementTimeoutMs', acknowledgementTimeoutMinutes),
    ...inMs('autoResolveMs', autoResolveMinutes),
    ...inMs('repageAfterMs', repageAfterMinutes),
    ...inMs('repageAfterAcknowledgedMs', repageAfterAcknowledgedMinutes),
  };
}

function toGrouping(form: ServiceForm['grouping']): Grouping {
  if (form === undefined || form.by === 'dedupKey') return { by: 'dedupKey' };
  const windowMs = form.windowMinutes * MINUTE_MS;
  return form.by === 'time' ? { by: 'time', windowMs } : { by: 'fields', fields: form.fields, windowMs };
}

function toHours({ timeZone, days, from, to }: SupportHoursForm, teamZone: string): Hours {
  const startSeconds = parseClock(from) ?? 0;
  const length = (parseClock(to) ?? SECONDS_PER_DAY) - startSeconds;
  const durationSeconds = length > 0 ? length : length + SECONDS_PER_DAY;
  const times = [...new Set(days.map((day) => (typeof day === 'number' ? day : WEEKDAYS.indexOf(day) + 1)))];
  return {
    timeZone: timeZone ?? teamZone,
    times: times.sort().map((day): Restriction => ({ kind: 'weekly', day, startSeconds, durationSeconds })),
  };
}

function concerns(window: MaintenanceForm, service: ServiceForm): boolean {
  if (listed(window.services).includes(service.id)) return true;
  return service.team !== undefined && listed(window.teams).includes(service.team);
}

function toWindow({ id, timeZone = DEFAULT_TIME_ZONE, from, to, recurring }: MaintenanceForm): MaintenanceWindow {
  const [begin, end] = [instantIn(from, timeZone), instantIn(to, timeZone)];
  if (begin === undefined || end === undefined) throw new Error(`maintenance window ${id} was not checked`);
  const hours = recurring && { hours: { timeZone, times: toRestrictions(recurring, timeZone) } };
  return { id, from: begin, to: end, ...hours };
}
