import type { PolicyStep } from './policy.ts';
import { DAY_MS, zoneClock } from './schedule/zone.ts';
import { policyOf } from './service.ts';
import type { Question, SimulatedPage, Simulation, StoryLine } from './simulate.ts';
import { type EpochMs, HOUR_MS, localClock, MINUTE_MS, SECOND_MS } from './time.ts';
import type { TimelineKind } from './timeline.ts';

/** So late a first page surprises people, even where somebody has configured it. */
const LATE_MS = 15 * MINUTE_MS;

/** What a reader of a simulation should not overlook, as whole sentences; most serious first. */
export function simulationWarnings({ service, acknowledgedAfterMs }: Question, simulation: Simulation): string[] {
  const { pages, held } = simulation;
  const warnings: string[] = [];
  const [first] = pages;
  if (!first) warnings.push('Nobody is notified.');
  const firstOf = new Map<string, number>();
  for (const { reason, afterMs } of pages.filter(isFallback)) if (!firstOf.has(reason)) firstOf.set(reason, afterMs);
  for (const [reason, afterMs] of firstOf) {
    const after = afterMs === 0 ? 'At once' : `After ${spell(afterMs)}`;
    warnings.push(`${after} it goes to the ${reason.replace(/\.$/, '')}.`);
  }
  if (first && !held && first.afterMs > LATE_MS)
    warnings.push(`Nobody is notified in the first ${spell(first.afterMs)}.`);
  const addresses = new Set(pages.map(({ to }) => to.address.toLowerCase()));
  if (addresses.size === 1 && acknowledgedAfterMs === undefined)
    warnings.push('All of it goes to one and the same address: nobody else hears of the incident.');
  const turns = policyOf(service).steps.flatMap(roundRobinTeams);
  for (const team of new Set(turns))
    warnings.push(`Members of team ${team} take turns from incident to incident: shown is one of them.`);
  return warnings.map(plain);
}

/**
 * A simulation as people read it, in a terminal too: one line for each notification and event, aligned, the fallback contact's
 * marked with `!`; what to beware of; how it ends. Times are those of the service's zone. Hostile names cannot leave their line.
 */
export function simulationText(question: Question, simulation: Simulation): string {
  const { service, severity, at } = question;
  const { timeZone } = service;
  const head = plain(`${severity} for service ${service.serviceId}${service.team ? ` of team ${service.team}` : ''}`);
  const when = [weekday(at, timeZone), localClock(at, timeZone)].join(' ');
  const utc = timeZone === 'UTC' ? '' : ` (${localClock(at, 'UTC')})`;
  const warnings = simulationWarnings(question, simulation);
  const parts = [
    `${head}, ${when}${utc}`,
    timeline(question, simulation).join('\n'),
    warnings.map((warning) => `! ${warning}`).join('\n'),
    ending(question, simulation),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

interface Row {
  readonly at: EpochMs;
  readonly mark: ' ' | '!';
  readonly who: string;
  readonly why: string;
}

/** Entries that say something which the pages and the ending do not; those that lead to pages, and those that follow them. */
const BEFORE_PAGES: readonly TimelineKind[] = ['held', 'timed_out'];
const AFTER_PAGES: readonly TimelineKind[] = ['acknowledged', 'resolved'];

function timeline({ service, at }: Question, { pages, story }: Simulation): string[] {
  const { timeZone } = service;
  const told = (kinds: readonly TimelineKind[]) =>
    story.filter(({ kind }) => kinds.includes(kind)).map((line) => storyRow(line, timeZone));
  // Sorting keeps this order within an instant.
  const rows = [...told(BEFORE_PAGES), ...pages.map(pageRow), ...told(AFTER_PAGES)].sort((a, b) => a.at - b.at);
  const manyDays = rows.some((row) => dayOf(row.at, timeZone) !== dayOf(at, timeZone));
  const city = plain(timeZone.slice(timeZone.lastIndexOf('/') + 1).replaceAll('_', ' '));
  const cells = rows.map((row) => {
    const [day = '', clock = ''] = localClock(row.at, timeZone).split(' ');
    const date = manyDays ? `${weekday(row.at, timeZone).slice(0, 3)} ${day} ` : '';
    return { ...row, after: `+${spell(row.at - at)}`, local: `${date}${clock} ${city}` };
  });
  const width = (column: (row: (typeof cells)[number]) => string) =>
    cells.reduce((most, row) => Math.max(most, column(row).length), 0);
  const afterWidth = width(({ after }) => after);
  const whoWidth = width(({ who, why }) => (why === '' ? '' : who));
  return cells.map(({ mark, after, local, who, why }) =>
    `${mark} ${after.padStart(afterWidth)}  ${local}  ${why === '' ? who : `${who.padEnd(whoWidth)}  ${why}`}`.trimEnd(),
  );
}

function pageRow(page: SimulatedPage): Row {
  const { at, to, reason } = page;
  const contact = `${to.kind} ${to.address}`;
  const who = to.name === undefined ? contact : `${to.name} (${contact})`;
  // Who it is stands beside it already.
  const known = [`${to.name ?? to.address} is `, 'fallback contact, '].find((prefix) => reason.startsWith(prefix));
  const why = reason.slice(known?.length ?? 0);
  return { at, mark: isFallback(page) ? '!' : ' ', who: plain(who), why: plain(why) };
}

function storyRow({ at, text }: StoryLine, timeZone: string): Row {
  const local = text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (instant) => localClock(Date.parse(instant), timeZone));
  return { at, mark: ' ', who: plain(`— ${local}`), why: '' };
}

function ending({ service, at, acknowledgedAfterMs = 0 }: Question, { end, pages, story }: Simulation): string {
  const last = story.at(-1)?.at ?? at;
  switch (end) {
    case 'acknowledged':
      return `It ends acknowledged, ${spell(acknowledgedAfterMs)} after it began, with ${counted(pages.length)}.`;
    case 'resolved':
      return `It ends resolved by itself, ${spell(last - at)} after it began, with ${counted(pages.length)}.`;
    case 'policy finished': {
      const again = spell(service.settings.repageAfterMs);
      return `It ends after ${counted(pages.length)} with nobody having acknowledged. If the alert comes again ${again} later or more, paging starts anew.`;
    }
    case 'goes on':
      return `It goes on like that: shown are the first ${counted(pages.length)}.`;
  }
}

function counted(pages: number): string {
  return pages === 1 ? '1 notification' : `${pages} notifications`;
}

function isFallback({ role }: SimulatedPage): boolean {
  return role === 'fallback';
}

function roundRobinTeams({ targets }: PolicyStep): string[] {
  return targets.flatMap((target) => (target.kind === 'team' && target.mode === 'round robin' ? [target.team] : []));
}

/** `0 min`, `45 s`, `1 h 5 min`, `2 d 3 h`. */
function spell(ms: number): string {
  const parts: [number, string][] = [
    [Math.floor(ms / DAY_MS), 'd'],
    [Math.floor((ms % DAY_MS) / HOUR_MS), 'h'],
    [Math.floor((ms % HOUR_MS) / MINUTE_MS), 'min'],
    [Math.floor((ms % MINUTE_MS) / SECOND_MS), 's'],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return said.length > 0 ? said.join(' ') : '0 min';
}

function weekday(at: EpochMs, timeZone: string): string {
  const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  return days[new Date(zoneClock(timeZone).shown(at)).getUTCDay()] ?? '';
}

function dayOf(at: EpochMs, timeZone: string): number {
  return Math.floor(zoneClock(timeZone).shown(at) / DAY_MS);
}

/** One line without control characters, colours of a terminal, or changes of the direction of writing. */
function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}|\p{Bidi_Control}/gu, '')
    .trim();
}
