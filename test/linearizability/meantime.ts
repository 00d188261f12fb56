import type { Answer, Call } from './calls.ts';
import type { Operation } from './history.ts';
import { destination, EAGER, isTaken, put, rerun, type World } from './world.ts';

export function unprompted(world: World, underWay: readonly Operation<Call, Answer>[]): World[] {
  const next: World[] = [];
  for (const tell of world.tells) {
    const [source, into] = tell;
    const [entry, target] = [world.incidents[source], world.incidents[into]];
    if (!entry || !target) continue;
    const tells = world.tells.filter((other) => other !== tell);
    const known = target.mergedFrom.includes(source);
    if (known) next.push({ ...world, tells });
    else if (target.state !== 'RESOLVED') {
      const mergedFrom = [...target.mergedFrom, source];
      next.push(put({ ...world, tells }, into, { ...target, mergedFrom, version: target.version + 1 }));
    }
    if (entry.mergedInto === into && entry.undoable && !isTaken(world, source, entry.key))
      next.push(put({ ...world, tells }, source, { ...rerun(entry), version: entry.version + 1 }));
  }
  for (const { call, answer } of underWay) {
    if (call.kind === 'raise') next.push(...whileRaising(world, call.key));
    if (call.kind === 'update' && call.state === 'OPEN' && !world.reopened.includes(call.by))
      next.push(...whileReopening(world, call, answer));
  }
  return next;
}

/** An event of an eager service pages anew before it is counted; a first event takes its number before there is an incident. */
function whileRaising(world: World, key: string): World[] {
  const next: World[] = [];
  const id = destination(world, key);
  const entry = id === undefined ? undefined : world.incidents[id];
  if (id === undefined && world.reserved[key] === undefined)
    next.push({ ...world, reserved: { ...world.reserved, [key]: 0 } });
  const over = entry?.state === 'OPEN' && entry.stepsDone === entry.steps;
  const old = entry?.state === 'CLAIMED' && entry.snoozedUntil === null;
  if (id !== undefined && entry && key.startsWith(EAGER) && (over || old))
    next.push(put(world, id, { ...rerun(entry), version: entry.version + 1 }));
  return next;
}

/**
 * An event that meets a re-opening under way finishes it; two re-openings may both be content with one. Either way whoever asked looks at
 * the incident later than it was opened, and opens it no second time.
 */
function whileReopening(
  world: World,
  { id, by }: Extract<Call, { kind: 'update' }>,
  answer: Answer | undefined,
): World[] {
  const entry = world.incidents[id];
  if (!entry || answer?.kind !== 'shown') return [];
  const next = { ...world, reopened: [...world.reopened, by].sort() };
  if (entry.state === 'OPEN' && answer.seen.state !== 'OPEN') return [next];
  if (entry.state !== 'RESOLVED' || isTaken(world, id, entry.key)) return [];
  const opened = { ...rerun(entry), version: entry.version + 1 };
  return [put({ ...next, holders: { ...next.holders, [entry.key]: id } }, id, opened)];
}
