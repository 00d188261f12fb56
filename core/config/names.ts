import { isRecord } from './fields.ts';
import { found, foundTexts } from './found.ts';
import { pastedDocument } from './schedule.ts';
import { ENTITY_TITLES } from './shape.ts';

/** What a name may stand for. A pasted PagerDuty document may use PagerDuty's own ids as well as ours. */
export const NAMED = {
  ...ENTITY_TITLES,
  pagerdutyUsers: 'user',
  pagerdutySchedules: 'schedule',
} as const;

/** By kind, our id of everything that can be referred to. */
export type Names = Readonly<Record<keyof typeof NAMED, ReadonlyMap<string, string>>>;

/** Reads the names out of a document, checked or not. */
export function namesOf(document: unknown): Names {
  const ids = (kind: string) => new Map(foundTexts(document, `${kind}.*.id`).map(({ text }) => [text, text]));
  const [users, schedules] = [ids('users'), ids('schedules')];
  return {
    users,
    schedules,
    teams: ids('teams'),
    overrides: ids('overrides'),
    escalationPolicies: ids('escalationPolicies'),
    services: ids('services'),
    maintenanceWindows: ids('maintenanceWindows'),
    pagerdutyUsers: new Map([...aliases(document, 'users', (user) => user.pagerdutyId), ...users]),
    pagerdutySchedules: new Map([
      ...aliases(document, 'schedules', ({ pagerduty }) => pastedDocument(pagerduty).id),
      ...schedules,
    ]),
  };
}

type Entry = Readonly<Record<string, unknown>>;

function aliases(document: unknown, kind: string, aliasOf: (entry: Entry) => unknown): (readonly [string, string])[] {
  return found(document, `${kind}.*`).flatMap(({ value: entry }) => {
    if (!isRecord(entry)) return [];
    const [alias, id] = [aliasOf(entry), entry.id];
    return typeof alias === 'string' && typeof id === 'string' ? [[alias.trim(), id] as const] : [];
  });
}
