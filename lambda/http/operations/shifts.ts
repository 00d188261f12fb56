import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { People } from '../../../core/people.ts';
import { layerShifts } from '../../../core/schedule/layer.ts';
import type { Schedule, Shift, Span } from '../../../core/schedule/schedule.ts';
import { coveragePercentage, gaps, shifts } from '../../../core/schedule/shifts.ts';
import { DAY_MS } from '../../../core/schedule/zone.ts';
import { SECOND_MS } from '../../../core/time.ts';
import type { Surroundings } from '../../app/ports.ts';
import type { CurrentConfig } from '../../data/current-config.ts';
import { notConfigured } from '../not-configured.ts';
import { json, Problem } from '../problem.ts';
import { checkQuery } from '../request.ts';
import type { Operations } from '../router.ts';
import { personView, shiftView, spanView } from '../schedule-views.ts';
import { spanQuery } from '../schemas.ts';

export interface ShiftDeps extends Pick<Surroundings, 'now'> {
  readonly currentConfig: Pick<CurrentConfig, 'current'>;
}

const DEFAULT_SPAN_MS = 14 * DAY_MS;
const MOST_DAYS = 400;
/** Keeps an answer well below the 6 MB that a Lambda may answer with. */
const MOST_SHIFTS = 10_000;

/** A schedule drawn out: its shifts, final and per layer, and its gaps. */
export function shiftOperations(deps: ShiftDeps): Pick<Operations, 'getShifts' | 'getGaps'> {
  /** The schedule in the path and the span in the query. */
  async function asked(event: APIGatewayProxyEvent): Promise<{ schedule: Schedule; people: People; span: Span }> {
    const { people } = await deps.currentConfig.current();
    const schedule = people.schedules.get(event.pathParameters?.id ?? '');
    if (!schedule) throw notConfigured('schedule', event.pathParameters?.id ?? '');
    const query = checkQuery(spanQuery, event.multiValueQueryStringParameters);
    const from = query.from ?? deps.now();
    const to = query.to ?? from + DEFAULT_SPAN_MS;
    if (to <= from) throw badSpan('must be after from');
    if (to - from > MOST_DAYS * DAY_MS) throw badSpan(`must be ${MOST_DAYS} days after from at most`);
    return { schedule, people, span: { from, to } };
  }

  return {
    async getShifts(event) {
      const { schedule, people, span } = await asked(event);
      const { id, timeZone, layers } = schedule;
      const { from, to } = span;
      let room = MOST_SHIFTS;
      const counted = (list: Shift[]) => {
        room -= list.length;
        if (room < 0) throw badSpan(`would make more than ${MOST_SHIFTS} shifts: ask for a shorter time`);
        return list;
      };
      const final = counted(shifts(schedule, from, to));
      const byLayer = layers.map((layer) => ({ layer, shifts: counted(layerShifts(layer, from, to)) }));
      const users = new Set([...final, ...byLayer.flatMap((each) => each.shifts)].flatMap(usersOf));
      return json(200, {
        schedule: id,
        name: schedule.name,
        timeZone,
        ...spanView(span, timeZone),
        people: [...users].map((user) => personView(user, people)),
        final: final.map((shift) => shiftView(shift, schedule)),
        layers: byLayer.map(({ layer, shifts: own }) => ({
          id: layer.id,
          name: layer.name,
          shifts: own.map((shift) => shiftView(shift, schedule)),
        })),
        coveragePercentage: coverage(schedule, span),
      });
    },

    async getGaps(event) {
      const { schedule, span } = await asked(event);
      const { id, name, timeZone } = schedule;
      const found = gaps(schedule, span.from, span.to);
      if (found.length > MOST_SHIFTS) throw badSpan(`has more than ${MOST_SHIFTS} gaps: ask for a shorter time`);
      return json(200, {
        schedule: id,
        name,
        timeZone,
        ...spanView(span, timeZone),
        gaps: found.map((gap) => ({
          ...spanView(gap, timeZone),
          seconds: Math.round((gap.to - gap.from) / SECOND_MS),
        })),
        coveragePercentage: coverage(schedule, span),
      });
    },
  };
}

function usersOf({ onCall }: Shift): string[] {
  return onCall.map(({ user }) => user);
}

/** Rounded down, so that 100 means every second. */
function coverage(schedule: Schedule, { from, to }: Span): number {
  return Math.floor(coveragePercentage(schedule, from, to) * 100) / 100;
}

function badSpan(message: string): Problem {
  return new Problem('invalid_request', `The query is not valid: to ${message}.`, {
    errors: [{ field: 'to', message }],
  });
}
