import type { Contact } from './delivery.ts';
import type { Urgency } from './policy.ts';
import type { Schedule } from './schedule/schedule.ts';
import { MINUTE_MS } from './time.ts';

/** A way to reach a person, named so that notification rules can refer to it. */
export interface ContactMethod extends Contact {
  readonly id: string;
}

/** When and how a person wants to be told. Counted from the moment at which the escalation reaches them. */
export interface NotificationRule {
  readonly afterMinutes: number;
  /** Id of a contact method. */
  readonly method: string;
  /** Default: for both. */
  readonly urgency?: Urgency;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly timeZone?: string;
  readonly contactMethods: readonly ContactMethod[];
  readonly notificationRules: readonly NotificationRule[];
}

/** Everybody and every schedule of the configuration in force. */
export interface People {
  readonly users: ReadonlyMap<string, User>;
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** User ids by team. */
  readonly teams: ReadonlyMap<string, readonly string[]>;
}

export const NOBODY: People = { users: new Map(), schedules: new Map(), teams: new Map() };

export interface PlannedContact {
  readonly to: Contact;
  readonly delayMs: number;
}

/** Channels that there is code for. A method of another kind is kept, but nothing is sent by it yet. */
export const WORKING_CHANNELS: readonly Contact['kind'][] = ['email'];

/**
 * How a person is told of an incident: their rules for its urgency, in time order. Without a rule that applies and works, their
 * first working method at once: whoever is on call is told. Empty only when the person has no working method at all.
 */
export function contactsOf(user: User, urgency: Urgency): PlannedContact[] {
  const working = user.contactMethods.filter((method) => WORKING_CHANNELS.includes(method.kind));
  const byId = new Map(working.map((method) => [method.id, method]));
  const planned = user.notificationRules
    .filter((rule) => (rule.urgency ?? urgency) === urgency)
    .flatMap(({ method, afterMinutes }) => plan(byId.get(method), afterMinutes * MINUTE_MS, user))
    .sort((a, b) => a.delayMs - b.delayMs);
  return planned.length > 0 ? planned : plan(working[0], 0, user);
}

function plan(method: ContactMethod | undefined, delayMs: number, user: User): PlannedContact[] {
  if (!method) return [];
  return [{ to: { kind: method.kind, address: method.address, name: user.name }, delayMs }];
}
