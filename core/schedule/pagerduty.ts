import * as z from 'zod';
import { clockText, label, momentText, type Parsed, parsed, turnSeconds, zoneName } from './fields.ts';
import { instantOf, parseClock, parseMoment, readMoment, SECONDS_PER_WEEK, secondsRotation } from './moment.ts';
import type { Layer, Restriction, Schedule } from './schedule.ts';
import { zoneClock } from './zone.ts';

const hours = {
  start_time_of_day: clockText,
  duration_seconds: z
    .int()
    .min(1)
    .max(SECONDS_PER_WEEK - 1),
};

const restriction = z.discriminatedUnion('type', [
  z.object({ type: z.literal('daily_restriction'), ...hours }),
  z.object({ type: z.literal('weekly_restriction'), ...hours, start_day_of_week: z.int().min(1).max(7) }),
]);

const layer = z
  .object({
    id: label.nullish(),
    name: label.nullish(),
    start: momentText,
    end: momentText.nullish(),
    rotation_virtual_start: momentText,
    rotation_turn_length_seconds: turnSeconds,
    users: z.array(z.object({ user: z.object({ id: label }) })).min(1, 'must name at least one user'),
    restrictions: z.array(restriction).nullish(),
  })
  .refine(({ start, end }) => !end || isBefore(start, end), { path: ['end'], error: 'must be after the start' });

/** Only as far as it can be told without the zone; a layer of no time at all is never on call. A text that is no moment is named already. */
function isBefore(from: string, to: string): boolean {
  const [a, b] = [parseMoment(from), parseMoment(to)];
  if (!a || !b) return true;
  if (a.kind === 'instant' && b.kind === 'instant') return a.at < b.at;
  return a.kind !== 'wall' || b.kind !== 'wall' || a.wall < b.wall;
}

const schedule = z.object({
  id: label.nullish(),
  name: label.nullish(),
  time_zone: zoneName,
  schedule_layers: z.array(layer),
});

type LayerDocument = z.infer<typeof layer>;

function toRestriction(document: z.infer<typeof restriction>): Restriction {
  const rest = {
    startSeconds: parseClock(document.start_time_of_day) ?? 0,
    durationSeconds: document.duration_seconds,
  };
  return document.type === 'daily_restriction'
    ? { kind: 'daily', ...rest }
    : { kind: 'weekly', day: document.start_day_of_week, ...rest };
}

function toLayer(document: LayerDocument, index: number, timeZone: string): Layer {
  const clock = zoneClock(timeZone);
  return {
    id: document.id ?? `layer-${index + 1}`,
    name: document.name ?? `Layer ${index + 1}`,
    timeZone,
    users: document.users.map(({ user }) => user.id),
    start: instantOf(readMoment(document.start), clock),
    ...(document.end ? { end: instantOf(readMoment(document.end), clock) } : {}),
    rotation: secondsRotation(
      document.rotation_turn_length_seconds,
      readMoment(document.rotation_virtual_start),
      clock,
    ),
    restrictions: (document.restrictions ?? []).map(toRestriction),
  };
}

export interface PagerDutyOptions {
  /** PagerDuty lists layers in its answers in the reverse of the order in which it takes them; the last one taken wins. */
  readonly layerOrder: 'as-sent' | 'as-returned';
  /** The schedule's id where the document has none, as in a request to make one. */
  readonly id: string;
}

/**
 * PagerDuty's REST document of a schedule, bare or within `schedule`, as a schedule that means the same. Fields that do not bear
 * on who is on call are passed over. Names every fault at its path in the document.
 */
export function parsePagerDutySchedule(document: unknown, options: PagerDutyOptions): Parsed<Schedule> {
  const toSchedule = ({ id, name, time_zone: timeZone, schedule_layers }: z.infer<typeof schedule>): Schedule => {
    const lowestFirst = options.layerOrder === 'as-sent' ? schedule_layers : schedule_layers.toReversed();
    return {
      id: id ?? options.id,
      name: name ?? id ?? options.id,
      timeZone,
      layers: lowestFirst.map((each, index) => toLayer(each, index, timeZone)),
      overrides: [],
      days: {},
    };
  };
  const isWrapped = typeof document === 'object' && document !== null && Object.hasOwn(document, 'schedule');
  if (!isWrapped) return parsed(schedule.safeParse(document), toSchedule);
  return parsed(z.object({ schedule }).safeParse(document), (wrapped) => toSchedule(wrapped.schedule));
}
