import type { Answer, Call } from './calls.ts';
import type { Model } from './checker.ts';
import { unprompted } from './meantime.ts';
import {
  destination,
  type Entry,
  isTaken,
  matches,
  NEW,
  put,
  rerun,
  resolved,
  STEPS_OF_SERVICE,
  shown,
  type World,
} from './world.ts';

/** What InResponse is when everything happens one after the other, written from its documents and not from its code. */
export function incidentModel(): Model<World, Call, Answer> {
  return {
    initial: { incidents: {}, holders: {}, reserved: {}, reopened: [], tells: [] },
    key: (world) => JSON.stringify(world),
    step(world, call, answer) {
      if (answer === undefined) throw new Error('every call of these histories is answered');
      // By contract: an error leaves nothing behind.
      if (answer.kind === 'unavailable') return [world];
      if (call.kind === 'raise') return raise(world, call.key, answer, STEPS_OF_SERVICE);
      if (call.kind === 'update by key') return updateByKey(world, call, answer);
      const entry = world.incidents[call.id];
      if (!entry) return answer.kind === 'not found' ? [world] : [];
      return stepOf(world, call.id, entry, call, answer);
    },
    unprompted,
  };
}

function raise(world: World, key: string, answer: Answer, steps: number): World[] {
  const open = destination(world, key);
  if (answer.kind === 'created') {
    const { [key]: reserved = 0, ...others } = world.reserved;
    if (open !== undefined || world.incidents[answer.id] || (reserved !== 0 && reserved !== answer.id)) return [];
    const entry: Entry = { ...NEW, key, steps };
    const next = { ...world, holders: { ...world.holders, [key]: answer.id }, reserved: others };
    return matches(entry, answer.seen) && answer.seen.version === 1 ? [put(next, answer.id, entry)] : [];
  }
  if (answer.kind !== 'shown' || open !== answer.id) return [];
  const entry = world.incidents[open];
  return entry ? shown(world, open, { ...entry, count: entry.count + 1 }, answer) : [];
}

function updateByKey(world: World, call: Extract<Call, { kind: 'update by key' }>, answer: Answer): World[] {
  const id = world.holders[call.key];
  const entry = id === undefined ? undefined : world.incidents[id];
  if (answer.kind === 'ignored') return !entry || entry.state === 'RESOLVED' ? [world] : [];
  if (id === undefined || !entry) return [];
  return stepOf(world, id, entry, { kind: 'update', id, by: call.by, state: call.state }, answer);
}

type OnIncident = Exclude<Call, { kind: 'raise' | 'update by key' }>;

function stepOf(world: World, id: number, entry: Entry, call: OnIncident, answer: Answer): World[] {
  if (call.kind === 'claim') return claim(world, id, entry, call, answer);
  if (call.kind === 'merge') return merge(world, id, entry, call, answer);
  if (call.kind === 'update' && world.reopened.includes(call.by)) return looksAgain(world, id, entry, call, answer);
  if (call.kind === 'update' && answer.kind === 'superseded') return superseded(world, id, entry, answer.by);
  if (call.kind === 'update' && call.ifVersion !== undefined) {
    if (answer.kind === 'refused' && answer.code === 'stale_version')
      return answer.version !== call.ifVersion && answer.version >= entry.version
        ? [put(world, id, { ...entry, version: answer.version })]
        : [];
    if (entry.version > call.ifVersion) return [];
    entry = { ...entry, version: call.ifVersion };
  }
  const expected = outcome(world, id, entry, call);
  switch (expected) {
    case 'refused':
      return answer.kind === 'refused' && answer.state === entry.state && answer.version >= entry.version
        ? [put(world, id, { ...entry, version: answer.version })]
        : [];
    case 'superseded':
      return [];
    case 'unchanged':
      return shown(world, id, entry, answer);
    default:
      return shown(
        reheld(world, id, entry, expected),
        id,
        { ...expected, version: entry.version + 1 },
        answer,
        call.kind === 'update' && call.ifVersion !== undefined,
      );
  }
}

type Outcome = Entry | 'unchanged' | 'refused' | 'superseded';

/** The rules: what a call makes of an incident. */
function outcome(
  world: World,
  id: number,
  entry: Entry,
  call: Exclude<OnIncident, { kind: 'claim' | 'merge' }>,
): Outcome {
  const { state } = entry;
  switch (call.kind) {
    case 'get':
      return 'unchanged';
    case 'update': {
      if (call.state === 'CLAIMED' && state === 'RESOLVED') return 'refused';
      if (call.state === undefined || call.state === state) return call.note === undefined ? 'unchanged' : entry;
      if (call.state === 'CLAIMED') return { ...entry, state: 'CLAIMED', claimedBy: call.by, later: [] };
      if (call.state === 'RESOLVED') return resolved(entry, call.by);
      return state === 'RESOLVED' && isTaken(world, id, entry.key) ? 'superseded' : rerun(entry);
    }
    case 'prioritize':
      return entry.priority === call.priority ? 'unchanged' : { ...entry, priority: call.priority };
  }
  if (state === 'RESOLVED') return 'refused';
  switch (call.kind) {
    case 'snooze':
      if (entry.snoozedUntil === call.until) return 'unchanged';
      return { ...entry, state: 'CLAIMED', claimedBy: entry.claimedBy ?? call.by, snoozedUntil: call.until, later: [] };
    case 'assign':
      return { ...rerun(entry), assignedTo: call.to, steps: call.steps };
    case 'escalate':
      if (entry.stepsDone >= entry.steps) return 'refused';
      return { ...entry, state: 'OPEN', claimedBy: null, snoozedUntil: null };
    case 'ask':
      return { ...entry, asked: [...entry.asked, call.user].sort() };
  }
}

function superseded(world: World, id: number, entry: Entry, by: number): World[] {
  if (entry.state !== 'RESOLVED') return [];
  const { [entry.key]: number } = world.reserved;
  if (number === 0 && !world.incidents[by]) return [{ ...world, reserved: { ...world.reserved, [entry.key]: by } }];
  return number === by || (by === world.holders[entry.key] && isTaken(world, id, entry.key)) ? [world] : [];
}

/** Its wish came true before: the answer shows what has become of that. A note is written only now. */
function looksAgain(
  world: World,
  id: number,
  entry: Entry,
  call: Extract<Call, { kind: 'update' }>,
  answer: Answer,
): World[] {
  const next = { ...world, reopened: world.reopened.filter((by) => by !== call.by) };
  return shown(next, id, call.note === undefined ? entry : { ...entry, version: entry.version + 1 }, answer);
}

/** A resolved incident that opens again takes its key back. */
function reheld(world: World, id: number, before: Entry, after: Entry): World {
  if (before.state !== 'RESOLVED' || after.state === 'RESOLVED') return world;
  return { ...world, holders: { ...world.holders, [before.key]: id } };
}

/** Heidi, whom the first of the service's three steps and the whole short policy page, is paged a second time a minute later. */
function pagesLater(steps: number, step: number): boolean {
  return steps === 1 || (steps === STEPS_OF_SERVICE && step < steps - 1 && step % 3 === 0);
}

/** Only the next steps of the present run, each once, and none that the incident's state has made needless. */
function claim(
  world: World,
  id: number,
  entry: Entry,
  call: Extract<Call, { kind: 'claim' }>,
  answer: Answer,
): World[] {
  if (answer.kind !== 'claimed' || answer.version <= entry.version) return [];
  if (entry.state === 'RESOLVED' || call.run !== entry.run) return [];
  const inOrder = call.steps.every((step, i) => step === entry.stepsDone + i && step < entry.steps);
  const ofPolicy = call.steps.length + call.later.length > 0;
  if (!inOrder || (ofPolicy && entry.state !== 'OPEN')) return [];
  if (!call.later.every((step) => entry.later.includes(step))) return [];
  const planned = call.steps.filter((step) => pagesLater(entry.steps, step));
  const later = [...entry.later.filter((step) => !call.later.includes(step)), ...planned];
  const asked = [...entry.asked];
  for (const user of call.asked) {
    if (!asked.includes(user)) return [];
    asked.splice(asked.indexOf(user), 1);
  }
  const stepsDone = entry.stepsDone + call.steps.length;
  return [put(world, id, { ...entry, asked, later, stepsDone, version: answer.version })];
}

/** Which of two faults is named, and whether the receiver's end comes in time to be one, is open. */
function merge(
  world: World,
  id: number,
  entry: Entry,
  call: Extract<Call, { kind: 'merge' }>,
  answer: Answer,
): World[] {
  const { by, into } = call;
  const target = world.incidents[into];
  const before = entry.mergedInto === into;
  if (answer.kind === 'no such target') {
    const over = !target || (target.state === 'RESOLVED' && !(before && target.mergedFrom.includes(id)));
    return over ? [world] : [];
  }
  if (!target) return [];
  if (before) return shown(world, id, entry, answer);
  if (entry.state !== 'RESOLVED') return merged(world, id, { ...resolved(entry, by), mergedInto: into }, into, answer);
  return answer.kind === 'refused' && answer.state === 'RESOLVED' && answer.version >= entry.version
    ? [put(world, id, { ...entry, version: answer.version })]
    : [];
}

/**
 * A merge is several writes, and the answer is given after the last: it shows the incident merged, or open again because the receiver
 * was over before it knew.
 */
function merged(world: World, id: number, after: Entry, into: number, answer: Answer): World[] {
  if (answer.kind !== 'shown' || answer.id !== id || answer.seen.version <= after.version) return [];
  const undone = answer.seen.state === 'OPEN' && answer.seen.run === after.run + 1;
  if (!matches(undone ? rerun(after) : after, answer.seen)) return [];
  const tells = [...world.tells, [id, into] as const].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const undoable = world.incidents[into]?.state === 'RESOLVED';
  return [put({ ...world, tells }, id, { ...after, undoable, version: after.version + 1 })];
}
