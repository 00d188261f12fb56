import type { ContactMethod, NotificationRule, People, User } from '../people.ts';
import { listed } from './fields.ts';
import { poolsOf } from './policies.ts';
import { schedulesOf } from './schedules.ts';
import type { ConfigDocument } from './shape.ts';
import { EMAIL_METHOD, type UserForm } from './user.ts';

/** Everybody whom a checked document knows, and who is on call when. */
export function peopleOf(document: ConfigDocument): People {
  return {
    users: new Map(listed(document.users).map((form) => [form.id, toUser(form)])),
    schedules: schedulesOf(document),
    teams: new Map([
      ...listed(document.teams).map(({ id, members }) => [id, listed(members)] as const),
      ...poolsOf(document),
    ]),
  };
}

function toUser(form: UserForm): User {
  const { id, name = id, email, timeZone, contactMethods, notificationRules } = form;
  const short: ContactMethod[] = email === undefined ? [] : [{ id: EMAIL_METHOD, kind: 'email', address: email }];
  const rules = listed(notificationRules).map(
    ({ afterMinutes = 0, ...rest }): NotificationRule => ({ afterMinutes, ...rest }),
  );
  return {
    id,
    name,
    ...(timeZone === undefined ? {} : { timeZone }),
    contactMethods: [...short, ...listed(contactMethods)],
    notificationRules: rules,
  };
}
