import type { Contact, DeliveryRole } from './delivery.ts';
import { contactsOf, type People } from './people.ts';
import type { DueStep, Target, Urgency } from './policy.ts';
import { onCallAt } from './schedule/oncall.ts';
import type { Reason } from './schedule/schedule.ts';
import { type EpochMs, localDay } from './time.ts';

/** One day of a team's on-call calendar. A value is a mail address, or the id of a configured user. */
export interface CalendarDay {
  readonly oncall?: string;
  readonly escalation?: string;
}

/** What is known about people at the moment of paging. */
export interface Directory {
  /** Rows of the team's calendar by day (YYYY-MM-DD), plus `default` for days without a row. */
  readonly calendar: Readonly<Record<string, CalendarDay | undefined>>;
  readonly people: People;
  /** Who is paged when nobody else can be. Belongs to the deployment, so there always is one. */
  readonly fallback: Contact;
}

/** Somebody whom a step reaches, by one contact. */
export interface Reached {
  readonly role: DeliveryRole;
  readonly to: Contact;
  readonly reason: string;
  /** How long after the step is due, by the person's own notification rules. */
  readonly delayMs: number;
}

/** What a target is resolved for. */
export interface Occasion {
  readonly at: EpochMs;
  readonly incidentId: number;
  readonly team?: string;
  readonly timeZone: string;
  readonly urgency: Urgency;
}

/**
 * Whom a step means at an instant. Never nobody: without a row, a team, a person on call or a usable address it is the fallback
 * contact, with the reason in words, because silence is the one wrong answer. Everybody is reached once, for the first reason.
 */
export function reachStep(due: DueStep, occasion: Occasion, directory: Directory): Reached[] {
  if (due.step === 'fallback')
    return [fallback(directory, due.why ?? 'everybody in the policy was paged and nobody acknowledged')];
  const reached = due.step.targets.flatMap((target) => reach(target, occasion, directory));
  if (reached.length === 0) return [fallback(directory, 'the step of the escalation policy names nobody')];
  const firstOf = new Map<string, Reached>();
  for (const each of reached) {
    const key = `${each.to.kind} ${each.to.address.toLowerCase()} ${each.delayMs}`;
    if (!firstOf.has(key)) firstOf.set(key, each);
  }
  return [...firstOf.values()];
}

const ROLE_TITLE = { oncall: 'on-call engineer', escalation: 'escalation contact' } as const;

function reach(target: Target, occasion: Occasion, directory: Directory): Reached[] {
  switch (target.kind) {
    case 'address':
      return [mail(target.address, 'responder', `${target.address} is named in the escalation policy`, target.name)];
    case 'user':
      return person(target.user, 'responder', 'named in the escalation policy', occasion, directory);
    case 'schedule':
      return schedule(target.schedule, occasion, directory);
    case 'team':
      return team(target, occasion, directory);
    case 'calendar':
      return calendar(target.role, occasion, directory);
  }
}

function calendar(role: 'oncall' | 'escalation', occasion: Occasion, directory: Directory): Reached[] {
  const { team: owner, at, timeZone } = occasion;
  const title = ROLE_TITLE[role];
  if (!owner) return [fallback(directory, 'the service has no owner team, so nobody is on call for it')];
  const day = localDay(at, timeZone);
  const row = directory.calendar[day] ?? directory.calendar.default;
  if (!row) return [fallback(directory, `team ${owner} has no on-call calendar row for ${day}`)];
  const who = row[role];
  if (!who) return [fallback(directory, `team ${owner} has no ${title} on ${day}`)];
  const reason = `${title} of team ${owner} on ${day}`;
  return who.includes('@') ? [mail(who, role, reason)] : person(who, role, reason, occasion, directory);
}

function schedule(id: string, occasion: Occasion, directory: Directory): Reached[] {
  const found = directory.people.schedules.get(id);
  if (!found) return [fallback(directory, `there is no schedule ${id} any more`)];
  const onCall = onCallAt(found, occasion.at);
  if (onCall.length === 0) return [fallback(directory, `nobody is on call in schedule ${found.name}`)];
  return onCall.flatMap(({ user, reason }) =>
    person(user, 'oncall', `on call in schedule ${found.name}${because(reason)}`, occasion, directory),
  );
}

function because(reason: Reason): string {
  if (reason.kind === 'override') return ` by override ${reason.override}`;
  return reason.kind === 'day' ? ` by its calendar of ${reason.day}` : ` (${reason.layer})`;
}

function team(target: Extract<Target, { kind: 'team' }>, occasion: Occasion, directory: Directory): Reached[] {
  const members = directory.people.teams.get(target.team) ?? [];
  if (members.length === 0) return [fallback(directory, `team ${target.team} has no members`)];
  const reason = `member of team ${target.team}`;
  if (target.mode === 'everyone') return members.flatMap((id) => person(id, 'responder', reason, occasion, directory));
  // Incident numbers count up, so they go round the members without any state to keep.
  const turn = members[occasion.incidentId % members.length] ?? '';
  return person(turn, 'responder', `${reason}, whose turn it is`, occasion, directory);
}

function person(id: string, role: DeliveryRole, reason: string, occasion: Occasion, directory: Directory): Reached[] {
  const user = directory.people.users.get(id);
  // A user may be a bare address where the configuration knows no such id.
  if (!user)
    return id.includes('@') ? [mail(id, role, reason)] : [fallback(directory, `there is no user ${id} any more`)];
  const contacts = contactsOf(user, occasion.urgency);
  if (contacts.length === 0) return [fallback(directory, `${user.name} has no contact method that works`)];
  return contacts.map(({ to, delayMs }) => ({ role, to, delayMs, reason: `${user.name} is ${reason}` }));
}

/** The contacts of one person, for a page outside a policy's steps: re-assigned to, or asked to help. */
export function reachPerson(user: string, reason: string, occasion: Occasion, directory: Directory): Reached[] {
  return person(user, 'responder', reason, occasion, directory);
}

function mail(address: string, role: DeliveryRole, reason: string, name?: string): Reached {
  return { role, to: { kind: 'email', address, ...(name ? { name } : {}) }, reason, delayMs: 0 };
}

export function fallback(directory: Pick<Directory, 'fallback'>, why: string): Reached {
  return { role: 'fallback', to: directory.fallback, reason: `fallback contact, because ${why}`, delayMs: 0 };
}
