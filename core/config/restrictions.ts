import type * as z from 'zod';
import { scheduleForm, toSchedule } from '../schedule/form.ts';
import type { Restriction } from '../schedule/schedule.ts';

/** A time of every day or week, written as in a schedule's layer. */
export const restriction = scheduleForm.shape.layers.unwrap().element.shape.restrictions.unwrap().element;
export type RestrictionForm = z.infer<typeof restriction>;

/** The restrictions that checked forms mean. */
export function toRestrictions(restrictions: RestrictionForm[], timeZone: string): readonly Restriction[] {
  const layer = { users: ['anybody'], start: '2000-01-01', rotation: { unit: 'day' as const }, restrictions };
  const { layers } = toSchedule({ id: 'times', timeZone, layers: [layer], overrides: [], days: {} });
  return layers.flatMap((each) => each.restrictions);
}
