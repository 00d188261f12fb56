import { DAY_MS } from '../schedule/zone.ts';
import { type EpochMs, toIso } from '../time.ts';
import { isRecord, listed } from './fields.ts';
import { type Duty, type Roster, rostersOf } from './rosters.ts';
import { overrideId } from './schedules.ts';
import { type ConfigDocument, ENTITY_TITLES, type EntityKind } from './shape.ts';
import { type Warning, warningsOf } from './warnings.ts';

export interface EntityChange {
  readonly change: 'added' | 'changed' | 'removed';
  /** `service`, `escalation policy`, … */
  readonly kind: string;
  readonly id: string;
  /** Names of the fields that differ, of what is changed. */
  readonly fields?: readonly string[];
}

/** A time in which somebody else is on call than before. Instants are RFC 3339. */
export interface OnCallChange {
  /** `schedule primary`, or `team payments, oncall` for a column of a team's calendar. */
  readonly where: string;
  readonly timeZone: string;
  readonly from: string;
  readonly to: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What applying a configuration would do. Plain data, so that it can be an answer of the API. */
export interface Plan {
  /** The time that was looked at for `onCallChanges` and gaps. */
  readonly from: string;
  readonly to: string;
  readonly changes: readonly EntityChange[];
  readonly onCallChanges: readonly OnCallChange[];
  readonly warnings: readonly Warning[];
}

export const PLAN_DAYS = 14;

/** Compares two checked documents, and looks 14 days ahead from `now`. */
export function planOf(before: ConfigDocument, after: ConfigDocument, now: EpochMs): Plan {
  const to = now + PLAN_DAYS * DAY_MS;
  return {
    from: toIso(now),
    to: toIso(to),
    changes: (Object.keys(ENTITY_TITLES) as EntityKind[]).flatMap((kind) => entityChanges(kind, before, after)),
    onCallChanges: onCallChanges(before, after, now, to),
    warnings: warningsOf(after, now, to),
  };
}

function entityChanges(kind: EntityKind, before: ConfigDocument, after: ConfigDocument): EntityChange[] {
  const [old, next] = [entities(before, kind), entities(after, kind)];
  const title = ENTITY_TITLES[kind];
  const changes = [...next].flatMap(([id, entity]): EntityChange[] => {
    const was = old.get(id);
    if (!was) return [{ change: 'added', kind: title, id }];
    const fields = changedFields(was, entity);
    return fields.length === 0 ? [] : [{ change: 'changed', kind: title, id, fields }];
  });
  const gone = [...old.keys()].filter((id) => !next.has(id));
  return [...changes, ...gone.map((id): EntityChange => ({ change: 'removed', kind: title, id }))];
}

function entities(document: ConfigDocument, kind: EntityKind): ReadonlyMap<string, object> {
  if (kind === 'overrides')
    return new Map(listed(document.overrides).map((each) => [`${overrideId(each)} of ${each.schedule}`, each]));
  return new Map(listed<{ id: string }>(document[kind]).map((each) => [each.id, each]));
}

function changedFields(before: object, after: object): string[] {
  const [old, next] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const fields = new Set([...old.keys(), ...next.keys()]);
  return [...fields].filter((field) => canonical(old.get(field)) !== canonical(next.get(field)));
}

/** The same text for the same value, in whatever order its keys are. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, each: unknown) =>
    isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

function onCallChanges(before: ConfigDocument, after: ConfigDocument, from: EpochMs, to: EpochMs): OnCallChange[] {
  const [old, next] = [rostersOf(before), rostersOf(after)];
  const nobody: Duty[] = [{ from, to, people: [] }];
  const dutiesOf = (roster: Roster | undefined) => roster?.duties(from, to) ?? nobody;
  return [...new Set([...next.keys(), ...old.keys()])].flatMap((where) => {
    const timeZone = (next.get(where) ?? old.get(where))?.timeZone ?? 'UTC';
    return differences(dutiesOf(old.get(where)), dutiesOf(next.get(where))).map((each) => ({
      where,
      timeZone,
      from: toIso(each.from),
      to: toIso(each.to),
      before: each.before,
      after: each.after,
    }));
  });
}

interface Difference {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Where two rosters of the same time do not agree; neighbours that say the same are one. */
function differences(before: readonly Duty[], after: readonly Duty[]): Difference[] {
  const result: Difference[] = [];
  let [i, j] = [0, 0];
  for (let [old, next] = [before[i], after[j]]; old && next; [old, next] = [before[i], after[j]]) {
    const [from, to] = [Math.max(old.from, next.from), Math.min(old.to, next.to)];
    if (old.to === to) i += 1;
    if (next.to === to) j += 1;
    if (isSame(old.people, next.people)) continue;
    const last = result.at(-1);
    if (last?.to === from && isSame(last.before, old.people) && isSame(last.after, next.people))
      result[result.length - 1] = { ...last, to };
    else result.push({ from, to, before: old.people, after: next.people });
  }
  return result;
}

/** On call together has no order. */
function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((person) => b.includes(person));
}
