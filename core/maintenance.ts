import { type Hours, openingAt, within } from './hours.ts';
import type { EpochMs } from './time.ts';

/**
 * A maintenance window as a service knows it. Incidents raised in it are recorded and not paged; those still unresolved at its end
 * are paged then. With `hours` it recurs within its span, at those times.
 */
export interface MaintenanceWindow {
  readonly id: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly hours?: Hours;
}

/** Two recurring windows may take turns; after this many paging begins, whatever they say. */
const MOST_ROUNDS = 1_000;

/** Until when and by which window paging is held back at `at`; undefined outside every window. Windows that touch count as one. */
export function maintenanceAt(
  windows: readonly MaintenanceWindow[],
  at: EpochMs,
): { readonly id: string; readonly until: EpochMs } | undefined {
  let found: { id: string; until: EpochMs } | undefined;
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    const time = found?.until ?? at;
    const ends = windows
      .map((window) => ({ id: window.id, until: endOf(window, time) }))
      .filter(({ until }) => until > time);
    const last = ends.sort((a, b) => b.until - a.until)[0];
    if (!last) return found;
    found = { id: found?.id ?? last.id, until: last.until };
  }
  return found;
}

/** When the window lets go, if it holds at `at`; else `at` itself. */
function endOf({ from, to, hours }: MaintenanceWindow, at: EpochMs): EpochMs {
  if (at < from || at >= to) return at;
  if (!hours) return to;
  return within(hours, at) ? Math.min(to, openingAt(hours, at)?.to ?? to) : at;
}
