import { isWithin, windows } from './schedule/restriction.ts';
import type { Restriction, Span } from './schedule/schedule.ts';
import { DAY_MS, zoneClock } from './schedule/zone.ts';
import type { EpochMs } from './time.ts';

/** Recurring times on the wall clock of a zone, such as Monday to Friday 09:00 to 17:00. None means always. */
export interface Hours {
  readonly timeZone: string;
  readonly times: readonly Restriction[];
}

/** True while the hours run at `at`. */
export function within(hours: Hours, at: EpochMs): boolean {
  return isWithin(hours.times, zoneClock(hours.timeZone), at);
}

/** The span of the hours that holds `at`, or the next one that begins after it. Undefined when none does within nine days. */
export function openingAt(hours: Hours, at: EpochMs): Span | undefined {
  const clock = zoneClock(hours.timeZone);
  const around = { from: at - 8 * DAY_MS, to: at + 9 * DAY_MS };
  return windows(hours.times, clock, around).find((span) => span.to > at);
}
