import type { Incident } from './incident.ts';
import type { EpochMs } from './time.ts';

/** What can happen to an incident. The names are part of the API. */
export const TIMELINE_KINDS = [
  'created',
  'notified',
  'notify_failed',
  'escalated',
  'escalation_finished',
  'acknowledged',
  'resolved',
  'reopened',
  'noted',
  'bounced',
  'complained',
  'repaired',
  'held',
  'timed_out',
  'snoozed',
  'assigned',
  'responders_added',
  'merged',
  'priority_changed',
  'edited',
  'repeated',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

/** One line of the story of an incident. `text` is a whole sentence; the rest is the same for machines. */
export interface TimelineEntry {
  /** Counts from 1 without gaps within an incident; the order of things. */
  readonly seq: number;
  readonly at: EpochMs;
  readonly kind: TimelineKind;
  readonly text: string;
  /** Who did it: a person's address, an API key's name, or `inresponse`. */
  readonly by?: string;
  readonly to?: string;
  readonly messageId?: string;
  readonly step?: number;
  /** Id of the delivery that a provider reported on later. */
  readonly delivery?: number;
}

export type NewEntry = Omit<TimelineEntry, 'seq' | 'at'>;

/**
 * Appends entries in order and stamps the change. Never stamps it earlier than the one before: the clocks of two processes differ,
 * and one may have looked at its clock before the other's change and at the incident after it.
 */
export function record(incident: Incident, now: EpochMs, ...entries: readonly NewEntry[]): Incident {
  const at = Math.max(now, incident.updatedAt);
  const numbered = entries.map((entry, i) => ({ ...entry, seq: incident.timelineSeq + i + 1, at }));
  return {
    ...incident,
    updatedAt: at,
    timeline: [...incident.timeline, ...numbered],
    timelineSeq: incident.timelineSeq + entries.length,
  };
}

/** Beyond these an item grows expensive to write; DynamoDB's own limit is 400 KB. */
const MOST_ENTRIES = 40;
const MOST_TEXT = 16_000;
const KEPT_ENTRIES = 10;

/**
 * Which entries to move to the timeline table, oldest first, and the incident without them. Only entries up to `storedSeq`: those
 * are written already, so no writer that loses the race can leave its own behind. They are copied before the incident is
 * written without them: dying in between leaves an entry in both places, under one number, and never in none.
 */
export function overflow(
  incident: Incident,
  storedSeq: number,
): { move: readonly TimelineEntry[]; rest: Incident } | undefined {
  const { timeline } = incident;
  const text = timeline.reduce((sum, entry) => sum + entry.text.length, 0);
  if (timeline.length <= MOST_ENTRIES && text <= MOST_TEXT) return undefined;
  const kept = text > MOST_TEXT ? 1 : KEPT_ENTRIES;
  const move = timeline.slice(0, -kept).filter((entry) => entry.seq <= storedSeq);
  if (move.length === 0) return undefined;
  const rest = {
    ...incident,
    timeline: timeline.slice(move.length),
    timelineMoved: incident.timelineMoved + move.length,
  };
  return { move, rest };
}
