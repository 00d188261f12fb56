import { parseSchedule } from '../../../core/schedule/form.ts';
import type { Schedule, Shift } from '../../../core/schedule/schedule.ts';

/** A schedule from our own form; throws where the form is at fault. */
export function schedule(form: Record<string, unknown>): Schedule {
  const result = parseSchedule({ id: 'primary', timeZone: 'Europe/Berlin', ...form });
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.value;
}

/** Shifts as a person would note them: `2026-03-28T08:00Z ada+grace`. */
export function noted(shifts: readonly Shift[]): string[] {
  return shifts.map(
    ({ from, to, onCall }) => `${minute(from)} ${minute(to)} ${onCall.map(({ user }) => user).join('+')}`,
  );
}

export function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}

/** An instant from text with a zone. */
export function at(text: string): number {
  const ms = Date.parse(text);
  if (!/(?:Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(ms)) throw new Error(`not an instant: ${text}`);
  return ms;
}
