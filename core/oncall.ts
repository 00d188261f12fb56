import type { Contact, DeliveryRole } from './delivery.ts';
import type { Target } from './policy.ts';
import { type EpochMs, localDay } from './time.ts';

/** One day of a team's on-call calendar. */
export interface CalendarDay {
  readonly oncall?: string;
  readonly escalation?: string;
}

/** What the notifier knows about people at the moment of paging. */
export interface Directory {
  /** Rows of the team's calendar by day (YYYY-MM-DD), plus `default` for days without a row. */
  readonly calendar: Readonly<Record<string, CalendarDay | undefined>>;
  /** Who is paged when nobody else can be. Belongs to the deployment, so there always is one. */
  readonly fallback: Contact;
}

export interface Reached {
  readonly role: DeliveryRole;
  readonly to: Contact;
  readonly reason: string;
}

const ROLE_TITLE = { oncall: 'on-call engineer', escalation: 'escalation contact' } as const;

/**
 * Whom a target means at an instant. Never nobody: without a row, a team or an address it is the fallback contact, with the reason
 * in words, because silence is the one wrong answer.
 */
export function reach(
  target: Target,
  at: EpochMs,
  team: string | undefined,
  timeZone: string,
  directory: Directory,
): Reached {
  if (target.kind === 'address') {
    const to: Contact = { kind: 'email', address: target.address, ...(target.name ? { name: target.name } : {}) };
    return { role: 'responder', to, reason: `${target.address} is named in the escalation policy` };
  }
  const title = ROLE_TITLE[target.role];
  if (!team) return fallback(directory, 'the service has no owner team, so nobody is on call for it');
  const day = localDay(at, timeZone);
  const row = directory.calendar[day] ?? directory.calendar.default;
  if (!row) return fallback(directory, `team ${team} has no on-call calendar row for ${day}`);
  const address = row[target.role];
  if (!address) return fallback(directory, `team ${team} has no ${title} on ${day}`);
  return { role: target.role, to: { kind: 'email', address }, reason: `${title} of team ${team} on ${day}` };
}

export function fallback(directory: Pick<Directory, 'fallback'>, why: string): Reached {
  return { role: 'fallback', to: directory.fallback, reason: `fallback contact, because ${why}` };
}
