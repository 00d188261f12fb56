import { type ConfigFault, quoted } from './faults.ts';
import { isRecord } from './fields.ts';
import { found, foundTexts } from './found.ts';
import { ENTITY_TITLES } from './shape.ts';
import { EMAIL_METHOD } from './user.ts';

/** What must not occur twice, and in what list: `scope` is where counting begins anew. */
const UNIQUE: readonly (readonly [scope: string, pattern: string, title: string])[] = [
  ...Object.entries(ENTITY_TITLES)
    .filter(([kind]) => kind !== 'overrides')
    .map(([kind, title]) => [kind, '*.id', `${title} `] as const),
  ['users', '*.pagerdutyId', 'PagerDuty id '],
  ['users.*.contactMethods', '*.id', 'contact method '],
  ['teams.*.members', '*', ''],
  ['teams.*.calendar', '*.day', ''],
];

/** Everything that is there a second time. */
export function duplicates(document: unknown): ConfigFault[] {
  const twice = UNIQUE.flatMap(([scope, pattern, title]) =>
    found(document, scope).flatMap(({ path: base, value: list }) => {
      const seen = new Set<string>();
      return foundTexts(list, pattern).flatMap(({ path, text }) => {
        const isNew = !seen.has(text);
        seen.add(text);
        return isNew ? [] : [{ path: [...base, ...path], message: `${title}${quoted(text)} is there twice` }];
      });
    }),
  );
  return [...twice, ...emailTwice(document), ...overridesTwice(document)];
}

/** The field `email` makes a contact method, whose id is taken then. */
function emailTwice(document: unknown): ConfigFault[] {
  return found(document, 'users.*').flatMap(({ path, value: user }) => {
    if (!isRecord(user) || user.email === undefined) return [];
    return foundTexts(user, 'contactMethods.*.id')
      .filter(({ text }) => text === EMAIL_METHOD)
      .map((each) => ({
        path: [...path, ...each.path],
        message: 'is the id of the method that the field email makes',
      }));
  });
}

/** Overrides of one schedule are told apart by their ids, wherever they are written. */
function overridesTwice(document: unknown): ConfigFault[] {
  const taken = new Map<unknown, Set<string>>();
  for (const { value: schedule } of found(document, 'schedules.*')) {
    if (!isRecord(schedule)) continue;
    taken.set(schedule.id, new Set(foundTexts(schedule, 'overrides.*.id').map(({ text }) => text)));
  }
  return found(document, 'overrides.*').flatMap(({ path, value: override }) => {
    if (!isRecord(override) || typeof override.id !== 'string') return [];
    const ids = taken.get(override.schedule) ?? new Set();
    const isNew = !ids.has(override.id);
    ids.add(override.id);
    taken.set(override.schedule, ids);
    return isNew ? [] : [{ path: [...path, 'id'], message: `override ${quoted(override.id)} is there twice` }];
  });
}
