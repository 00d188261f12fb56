import { type ScheduleForm, scheduleForm, toSchedule } from '../schedule/form.ts';
import { parsePagerDutySchedule } from '../schedule/pagerduty.ts';
import type { Override, Schedule } from '../schedule/schedule.ts';
import { listed } from './fields.ts';
import { type Names, namesOf } from './names.ts';
import { type OverrideForm, type PastedSchedule, pastedDocument, type ScheduleEntry } from './schedule.ts';
import type { ConfigDocument } from './shape.ts';

/** The schedules of a checked document by id, with the overrides that are kept apart from them. */
export function schedulesOf(document: ConfigDocument): ReadonlyMap<string, Schedule> {
  const names = namesOf(document);
  return new Map(
    listed(document.schedules).map((entry) => {
      const schedule = isPasted(entry) ? fromPagerDuty(entry, names) : toSchedule(scheduleForm.parse(entry));
      const overrides = listed(document.overrides).filter((override) => override.schedule === schedule.id);
      return [schedule.id, { ...schedule, overrides: [...schedule.overrides, ...toOverrides(overrides, schedule)] }];
    }),
  );
}

/** What an override is called. One that has no id is known by what it says. */
export function overrideId({ id, user, from }: Pick<OverrideForm, 'id' | 'user' | 'from'>): string {
  return id ?? `${from}-${user}`;
}

function isPasted(entry: ScheduleEntry): entry is PastedSchedule {
  return 'pagerduty' in entry;
}

function toOverrides(overrides: readonly OverrideForm[], { id, timeZone }: Schedule): readonly Override[] {
  const forms = overrides.map((override): ScheduleForm['overrides'][number] => ({
    id: overrideId(override),
    kind: override.kind,
    user: override.user,
    from: override.from,
    to: override.to,
  }));
  return toSchedule({ id, timeZone, layers: [], overrides: forms, days: {} }).overrides;
}

function fromPagerDuty({ id, name, pagerduty, layerOrder }: PastedSchedule, names: Names): Schedule {
  const order = layerOrder ?? (isAnswer(pagerduty) ? 'as-returned' : 'as-sent');
  const result = parsePagerDutySchedule(pagerduty, { id, layerOrder: order });
  if (!result.ok) throw new Error(`schedule ${id} was not checked: ${JSON.stringify(result.faults)}`);
  const { value } = result;
  const layers = value.layers.map((layer) => ({
    ...layer,
    users: layer.users.map((user) => names.pagerdutyUsers.get(user) ?? user),
  }));
  return { ...value, id, name: name ?? String(pastedDocument(pagerduty).name ?? id), layers };
}

/** Only PagerDuty's answers, which list the layers the other way round, carry its id and address of the schedule. */
function isAnswer(pagerduty: unknown): boolean {
  const document = pastedDocument(pagerduty);
  return typeof document.id === 'string' || typeof document.self === 'string';
}
