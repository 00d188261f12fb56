import type { Answer, Seen } from './calls.ts';

/** One incident. Of its version only the least that it can be is known: notifiers raise it by writing down what they sent. */
export interface Entry extends Seen {
  readonly key: string;
  /** Steps of its policy, passes and end counted. */
  readonly steps: number;
  /** Asked to help, and not paged for it yet. */
  readonly asked: readonly string[];
  /** Steps of this run of which a second page is still to come. */
  readonly later: readonly number[];
  /** The incident that it was merged into was over before it knew, or so soon after that nobody can tell. */
  readonly undoable: boolean;
}

/** All incidents of some dedup keys. */
export interface World {
  readonly incidents: Readonly<Record<number, Entry>>;
  /** The incident that a key's events go to, or to whatever that one was merged into. */
  readonly holders: Readonly<Record<string, number>>;
  /**
   * Keys whose next incident somebody is about to create, with its number once that is known (0 before): from then on a resolved one
   * of the key is not opened again.
   */
  readonly reserved: Readonly<Record<string, number>>;
  /** Who asked for a re-opening and got it, and has not looked at the incident since. */
  readonly reopened: readonly string[];
  /** Merges whose receiver does not know yet: source and receiver. */
  readonly tells: readonly (readonly [number, number])[];
}

/** Three steps, gone through twice, and the fallback contact. */
export const STEPS_OF_SERVICE = 7;

/** Keys that begin so belong to a service that pages anew at every event that finds nobody being paged. */
export const EAGER = 'eager';

export const NEW: Omit<Entry, 'key' | 'steps'> = {
  version: 1,
  state: 'OPEN',
  count: 1,
  claimedBy: null,
  resolvedBy: null,
  snoozedUntil: null,
  assignedTo: null,
  priority: null,
  run: 1,
  stepsDone: 0,
  mergedInto: null,
  mergedFrom: [],
  asked: [],
  later: [],
  undoable: false,
};

/** The unresolved incident that an event of the key is counted on. */
export function destination({ incidents, holders }: World, key: string): number | undefined {
  const met = new Set<number>();
  for (let id = holders[key]; id !== undefined && !met.has(id); id = incidents[id]?.mergedInto ?? undefined) {
    if (incidents[id]?.state !== 'RESOLVED') return id;
    met.add(id);
  }
  return undefined;
}

export function isTaken({ holders, incidents }: World, id: number, key: string): boolean {
  const holder = holders[key];
  return holder !== undefined && holder !== id && incidents[holder]?.state !== 'RESOLVED';
}

export function resolved(entry: Entry, by: string): Entry {
  return { ...entry, state: 'RESOLVED', resolvedBy: by, snoozedUntil: null, asked: [], later: [] };
}

/** Open, and paging from the first step. */
export function rerun(entry: Entry): Entry {
  const nobody = { claimedBy: null, resolvedBy: null, snoozedUntil: null, mergedInto: null, undoable: false };
  return { ...entry, ...nobody, state: 'OPEN', run: entry.run + 1, stepsDone: 0, later: [] };
}

/** The world in which the incident is so, if that is what the answer shows. The answer's version is news, unless it must be `exact`. */
export function shown(world: World, id: number, entry: Entry, answer: Answer, exact = false): World[] {
  if (answer.kind !== 'shown' || answer.id !== id || !matches(entry, answer.seen)) return [];
  const { version } = answer.seen;
  if (exact ? version !== entry.version : version < entry.version) return [];
  return [put(world, id, { ...entry, version })];
}

export function put(world: World, id: number, entry: Entry): World {
  const incidents = { ...world.incidents, [id]: entry };
  if (entry.state !== 'RESOLVED') return { ...world, incidents };
  for (const [source, other] of Object.entries(incidents)) {
    const owed = world.tells.some(([from, into]) => from === Number(source) && into === id);
    if (other.mergedInto === id && (owed || !entry.mergedFrom.includes(Number(source))))
      incidents[Number(source)] = { ...other, undoable: true };
  }
  return { ...world, incidents };
}

export function matches(entry: Entry, seen: Seen): boolean {
  return (
    entry.state === seen.state &&
    entry.count === seen.count &&
    entry.claimedBy === seen.claimedBy &&
    entry.resolvedBy === seen.resolvedBy &&
    entry.snoozedUntil === seen.snoozedUntil &&
    entry.assignedTo === seen.assignedTo &&
    entry.priority === seen.priority &&
    entry.run === seen.run &&
    entry.stepsDone === seen.stepsDone &&
    entry.mergedInto === seen.mergedInto &&
    entry.mergedFrom.length === seen.mergedFrom.length &&
    entry.mergedFrom.every((id) => seen.mergedFrom.includes(id))
  );
}
