import type { Incident, Link } from '../../../core/incident.ts';
import type { EpochMs } from '../../../core/time.ts';
import { HOUR_MS, isTimeZone, localClock, MINUTE_MS, SECOND_MS } from '../../../core/time.ts';
import { oneLine, safeHref } from './escape.ts';

/** What mails and pages show of an incident. */
export type IncidentView = Pick<
  Incident,
  | 'incidentId'
  | 'service'
  | 'team'
  | 'severity'
  | 'state'
  | 'title'
  | 'message'
  | 'source'
  | 'dedupKey'
  | 'details'
  | 'links'
  | 'detectedAt'
  | 'count'
  | 'lastSeenAt'
  | 'claimedAt'
  | 'claimedBy'
  | 'resolvedAt'
  | 'resolvedBy'
  | 'priority'
  | 'snoozedUntil'
  | 'assignedTo'
  | 'mergedInto'
>;

/** A label and its value, both on one line. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** A link to show; without `href` it is not one that may be followed, and `label` holds its address. */
export interface ShownLink {
  readonly label: string;
  readonly href?: string;
}

const MAX_LABEL_CHARS = 100;
const MAX_VALUE_CHARS = 2_000;
const MAX_ROWS = 100;
const MAX_LINKS = 50;
/** How long a title is shown in full. */
export const MAX_TITLE_CHARS = 500;

/** `4 min ago`, `in 2 h 5 min`: coarser the further away. */
export function distance(at: EpochMs, now: EpochMs): string {
  const span = Math.abs(now - at);
  const hours = Math.floor(span / HOUR_MS);
  const minutes = Math.floor(span / MINUTE_MS);
  const restMinutes = minutes % 60;
  const restText = restMinutes === 0 ? '' : ` ${restMinutes} min`;
  let text = `${Math.floor(span / SECOND_MS)} s`;
  if (hours >= 48) text = `${Math.floor(hours / 24)} days`;
  else if (hours >= 1) text = `${hours} h${restText}`;
  else if (minutes >= 1) text = `${minutes} min`;
  if (span < SECOND_MS) return 'just now';
  return at > now ? `in ${text}` : `${text} ago`;
}

/** The wall clock of the team; UTC when its zone is unknown, because a page must go out all the same. */
export function clock(at: EpochMs, timeZone: string): string {
  return localClock(at, isTimeZone(timeZone) ? timeZone : 'UTC');
}

/** An instant for people: the team's local time, UTC (with its day where that is another), and how long ago. */
export function when(at: EpochMs, timeZone: string, now: EpochMs): string {
  const local = clock(at, timeZone);
  const utc = localClock(at, 'UTC');
  const day = utc.slice(0, utc.indexOf(' ') + 1);
  const both = local === utc ? [utc] : [local, local.startsWith(day) ? utc.slice(day.length) : utc];
  return [...both, distance(at, now)].join(' · ');
}

function fact(label: string, value: string): Fact {
  return { label: oneLine(label, MAX_LABEL_CHARS), value: oneLine(value, MAX_VALUE_CHARS) };
}

/** The facts that decide whether to get up, most important first. */
export function urgentFacts(incident: IncidentView, timeZone: string, now: EpochMs): Fact[] {
  const { severity, priority, service, team, assignedTo, detectedAt, count, lastSeenAt } = incident;
  return [
    fact('Severity', severity),
    ...(priority === undefined ? [] : [fact('Priority', priority)]),
    fact('Service', service),
    fact('Team', team ?? 'none: the service has no owner'),
    ...(assignedTo === undefined ? [] : [fact('Assigned to', assignedTo)]),
    fact('Since', when(detectedAt, timeZone, now)),
    fact(
      'Seen',
      count === 1 ? 'once' : `${count} times, last ${clock(lastSeenAt, timeZone)} · ${distance(lastSeenAt, now)}`,
    ),
  ];
}

/** Where it came from: for the desk rather than for the phone. */
export function originFacts({ source, dedupKey }: IncidentView): Fact[] {
  return [
    ...(source === undefined ? [] : [fact('Source', source)]),
    ...(dedupKey === undefined ? [] : [fact('Dedup key', dedupKey)]),
  ];
}

function compact(value: unknown): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? String(value);
}

/** The sender's own key/values, nested ones as compact JSON; a flood of them is cut and says so. */
export function detailFacts({ details = {} }: IncidentView): Fact[] {
  const entries = Object.entries(details);
  const shown = entries.slice(0, MAX_ROWS).map(([key, value]) => fact(key, compact(value)));
  const rest = entries.length - shown.length;
  return rest === 0 ? shown : [...shown, fact('Not shown', `${rest} more`)];
}

function shownLink({ href, text }: Link): ShownLink {
  const safe = safeHref(href);
  const address = oneLine(href, MAX_VALUE_CHARS);
  const label = oneLine(text ?? '', MAX_LABEL_CHARS);
  if (safe !== undefined) return { label: label || oneLine(safe, MAX_VALUE_CHARS), href: safe };
  return { label: label ? `${label}: ${address}` : address };
}

/** The sender's links; what is not plainly http or https stays text. */
export function incidentLinks({ links = [] }: IncidentView): ShownLink[] {
  return links.slice(0, MAX_LINKS).map(shownLink);
}

/** The host that a link really leads to, to stand beside a label that could claim anything. */
export function hostOf(href: string): string {
  return new URL(href).host;
}
