import type { EpochMs } from '../time.ts';
import type { WallMs } from './zone.ts';

/** Half open: `from` belongs to it, `to` does not. */
export interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/**
 * How long a turn is. Days and months count on the wall clock of the layer's zone, so a hand-off at 09:00 stays at 09:00 across
 * daylight saving; milliseconds are elapsed time. `anchor` is the beginning of turn 0; turns reach back before it as well.
 */
export type Rotation =
  | { readonly unit: 'days' | 'months'; readonly every: number; readonly anchor: WallMs }
  | { readonly unit: 'milliseconds'; readonly every: number; readonly anchor: EpochMs };

/** A time of the day or of the week in which a layer counts, on the wall clock. It may run over midnight or the week's end. */
export type Restriction =
  | { readonly kind: 'daily'; readonly startSeconds: number; readonly durationSeconds: number }
  | {
      readonly kind: 'weekly';
      /** 1 = Monday … 7 = Sunday. */
      readonly day: number;
      readonly startSeconds: number;
      readonly durationSeconds: number;
    };

/** People who take turns. Counts from `start` until `end`, at any time when there are no restrictions, else in any of them. */
export interface Layer {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly users: readonly string[];
  readonly start: EpochMs;
  readonly end?: EpochMs;
  readonly rotation: Rotation;
  readonly restrictions: readonly Restriction[];
}

/** `replace`: this person instead of everybody. `add`: this person as well. `remove`: everybody but this person. */
export interface Override extends Span {
  readonly id: string;
  readonly kind: 'replace' | 'add' | 'remove';
  readonly user: string;
}

/** A row of an explicit calendar. `escalation` is whom the team turns to when `oncall` does not answer. */
export interface CalendarDay {
  readonly oncall: string;
  readonly escalation?: string;
}

/**
 * Who is on call when. Strongest first: overrides, then the calendar's days, then the layers from the last to the first.
 * Plain data: it can be kept as JSON. Made from text by `form.ts`, from PagerDuty's document by `pagerduty.ts`.
 */
export interface Schedule {
  readonly id: string;
  readonly name: string;
  /** IANA name. Overrides and days are read in it; a layer may have its own. */
  readonly timeZone: string;
  /** Lowest first: a later layer hides an earlier one wherever it counts. */
  readonly layers: readonly Layer[];
  /** Oldest first: a newer override has the last word. */
  readonly overrides: readonly Override[];
  /** By day, YYYY-MM-DD in the schedule's zone. */
  readonly days: Readonly<Record<string, CalendarDay>>;
}

/** Why somebody is on call. `turn` counts the rotation's turns from its anchor. */
export type Reason =
  | { readonly kind: 'override'; readonly override: string }
  | { readonly kind: 'day'; readonly day: string }
  | { readonly kind: 'layer'; readonly layer: string; readonly turn: number };

export interface OnCall {
  readonly user: string;
  readonly reason: Reason;
}

/** The same people on call all the time. Each reason is the one at the beginning of the shift. */
export interface Shift extends Span {
  readonly onCall: readonly OnCall[];
}
