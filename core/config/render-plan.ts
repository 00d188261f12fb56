import { dayAndClock } from './clock-text.ts';
import type { EntityChange, OnCallChange, Plan } from './plan.ts';

const SIGNS = { added: '+', changed: '~', removed: '-' } as const;
/** Of one roster. A new schedule changes every hour of the two weeks; the beginning shows the pattern. */
const MOST_LINES = 12;

/** A plan for the terminal. Control characters in names cannot get at it. */
export function renderPlan(plan: Plan): string {
  const { changes, warnings } = plan;
  const sections = [
    changes.length === 0
      ? ['Nothing is added, changed or removed.']
      : [summary(changes), '', ...changes.map(changeLine)],
    onCallSection(plan),
    warnings.length === 0 ? [] : ['Warnings', ...warnings.map(({ message }) => `  ! ${message}`)],
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.map(harmless).join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** A line that cannot steer a terminal, whoever wrote what is in it. */
export function harmless(line: string): string {
  return line.replace(/\p{Cc}|[\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

function summary(changes: readonly EntityChange[]): string {
  const count = (change: EntityChange['change']) => changes.filter((each) => each.change === change).length;
  return `${count('added')} to add, ${count('changed')} to change, ${count('removed')} to remove`;
}

function changeLine({ change, kind, id, fields }: EntityChange): string {
  return `  ${SIGNS[change]} ${kind} ${id}${fields ? `: ${fields.join(', ')}` : ''}`;
}

function onCallSection({ onCallChanges, changes, from, to }: Plan): string[] {
  const days = `${from.slice(0, 10)} to ${to.slice(0, 10)}`;
  if (onCallChanges.length === 0) return changes.length === 0 ? [] : [`Who is on call stays the same, ${days}`];
  const places = Map.groupBy(onCallChanges, ({ where }) => where);
  return [`Who is on call changes, ${days}`, ...[...places.values()].flatMap(placeLines)];
}

function placeLines(changes: readonly OnCallChange[]): string[] {
  const [first] = changes;
  if (!first) return [];
  const rows = changes.slice(0, MOST_LINES).map((change) => ({
    when: `${dayAndClock(Date.parse(change.from), change.timeZone)} to ${dayAndClock(Date.parse(change.to), change.timeZone)}`,
    before: people(change.before),
    after: people(change.after),
  }));
  const width = Math.max(...rows.map(({ before }) => before.length));
  const rest = changes.length - rows.length;
  return [
    `  ${first.where} (${first.timeZone})`,
    ...rows.map(({ when, before, after }) => `    ${when}  ${before.padEnd(width)} → ${after}`),
    ...(rest > 0 ? [`    and ${rest} more times`] : []),
  ];
}

function people(ids: readonly string[]): string {
  return ids.length === 0 ? 'nobody' : ids.join(' + ');
}
