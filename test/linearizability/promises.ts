import type { Incident } from '../../core/incident.ts';
import type { TimelineEntry, TimelineKind } from '../../core/timeline.ts';
import { type Answer, type Call, type State, succeeded } from './calls.ts';
import type { Operation } from './history.ts';
import type { Ended } from './run.ts';

/** An incident at the end of a history, with all of its timeline. */
export interface Final {
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
}

type Op = Operation<Call, Answer>;

/** Everything that is promised beyond linearizability and does not hold at the end of a history, each by its name. */
export function brokenPromises(ended: Ended, finals: ReadonlyMap<number, Final>): string[] {
  const { recorder, keys } = ended;
  const history = recorder.history;
  const all = [...finals.values()];
  return [
    ...numbers(history),
    ...keys.flatMap((key) => openTwice(key, all)),
    ...all.flatMap((final) => [
      ...counted(final, history),
      ...inOrder(final),
      ...replayed(final),
      ...inCharge(final, ended),
      ...mergeTold(final, finals),
      ...versions(final, ended),
      ...pagedOnce(final, ended),
    ]),
    ...history.flatMap((operation) => writtenDown(operation, finals)),
  ];
}

function numbers(history: readonly Op[]): string[] {
  const created = history.flatMap(({ answer }) => (answer?.kind === 'created' ? [answer.id] : []));
  return repeated(created).map((id) => `number given out twice: ${id}`);
}

function openTwice(key: string, all: readonly Final[]): string[] {
  const open = all.filter(({ incident }) => incident.dedupKey === key && incident.state !== 'RESOLVED');
  return open.length > 1 ? [`two open incidents of key ${key}: ${open.map(numberOf).join(', ')}`] : [];
}

function counted({ incident }: Final, history: readonly Op[]): string[] {
  const { incidentId, count } = incident;
  const events = history.filter(
    ({ call, answer }) => call.kind === 'raise' && succeeded(answer) && answer.id === incidentId,
  );
  return count === events.length ? [] : [`count of ${incidentId} is ${count}, answered were ${events.length} events`];
}

function inOrder({ incident, timeline }: Final): string[] {
  const about = `timeline of ${incident.incidentId}`;
  const gaps = timeline.filter(({ seq }, i) => seq !== i + 1);
  const back = timeline.filter(({ at }, i) => at < (timeline[i - 1]?.at ?? 0));
  return [
    ...(gaps.length > 0 || timeline.length !== incident.timelineSeq ? [`${about} has gaps`] : []),
    ...back.map(({ seq, at }) => `${about} runs backwards at entry ${seq}, by ${(timeline[seq - 2]?.at ?? 0) - at} ms`),
  ];
}

/** The states that lead to each kind of entry, and the one that it leads to. */
const MOVES: Readonly<Partial<Record<TimelineKind, { readonly from: readonly State[]; readonly to: State }>>> = {
  acknowledged: { from: ['OPEN'], to: 'CLAIMED' },
  snoozed: { from: ['CLAIMED'], to: 'CLAIMED' },
  resolved: { from: ['OPEN', 'CLAIMED'], to: 'RESOLVED' },
  reopened: { from: ['CLAIMED', 'RESOLVED'], to: 'OPEN' },
  repeated: { from: ['OPEN', 'CLAIMED'], to: 'OPEN' },
  assigned: { from: ['OPEN', 'CLAIMED'], to: 'OPEN' },
};
const NEW_RUN: readonly TimelineKind[] = ['reopened', 'repeated', 'assigned'];

/** The timeline alone tells how the incident came to be what it is. */
function replayed({ incident, timeline }: Final): string[] {
  let state: State = 'OPEN';
  const wrong: string[] = [];
  for (const { kind, seq, by } of timeline) {
    const byHand = kind === 'escalated' && by !== 'inresponse';
    const move = byHand ? ({ from: ['OPEN', 'CLAIMED'], to: 'OPEN' } as const) : MOVES[kind];
    if (move && !move.from.some((from) => from === state))
      wrong.push(`timeline of ${incident.incidentId}: entry ${seq} (${kind}) cannot follow ${state}`);
    state = move?.to ?? state;
  }
  if (state !== incident.state) wrong.push(`${incident.incidentId} is ${incident.state}, its timeline ends ${state}`);
  const runs = 1 + timeline.filter(({ kind }) => NEW_RUN.includes(kind)).length;
  if (runs !== incident.escalation.run)
    wrong.push(`${incident.incidentId} is in run ${incident.escalation.run}, its timeline tells of ${runs}`);
  return wrong;
}

/** An open incident has been paged, and whatever comes next is not overdue: some execution was told to come back for it. */
function inCharge({ incident }: Final, { pages, restedAt }: Ended): string[] {
  const { incidentId, state, dueAt, escalation } = incident;
  const paged = pages.some(({ id, run, asked }) => id === incidentId && run === escalation.run && !asked);
  return [
    ...(dueAt !== undefined && dueAt <= restedAt ? [`${incidentId} is due, and nobody is in charge of it`] : []),
    ...(state === 'OPEN' && !paged ? [`${incidentId} is open, and run ${escalation.run} has paged nobody`] : []),
  ];
}

function mergeTold({ incident }: Final, finals: ReadonlyMap<number, Final>): string[] {
  const { incidentId, mergedInto, mergeOwed } = incident;
  if (mergedInto === undefined) return [];
  const told = finals.get(mergedInto)?.incident.mergedFrom?.includes(incidentId);
  return told && !mergeOwed ? [] : [`${mergedInto} was never told that ${incidentId} goes on in it`];
}

/** Every conditional write raised the version by one, and of those that started from one version one was won. */
function versions({ incident }: Final, { writes }: Ended): string[] {
  const { incidentId, version } = incident;
  const won = writes.filter(({ id }) => id === incidentId).map((write) => write.version);
  const missing = Array.from({ length: version }, (_, i) => i + 1).filter((each) => !won.includes(each));
  return [
    ...repeated(won).map((each) => `two writers both made version ${each} of ${incidentId}`),
    ...missing.map((each) => `nobody made version ${each} of ${incidentId}`),
  ];
}

function pagedOnce({ incident, timeline }: Final, { pages, recorder }: Ended): string[] {
  const { incidentId } = incident;
  const mine = pages.filter(({ id }) => id === incidentId);
  const ofSteps = mine.filter(({ asked }) => !asked).map(({ run, step, to }) => `step ${step} of run ${run} to ${to}`);
  const claimed = recorder.history.flatMap(({ call }) =>
    call.kind === 'claim' && call.id === incidentId ? call.steps.map((step) => `${call.run} ${step}`) : [],
  );
  const notified = timeline.filter(({ kind }) => kind === 'notified').length;
  return [
    ...repeated(ofSteps).map((page) => `${incidentId} paged twice: ${page}`),
    ...repeated(mine.map(({ delivery }) => delivery)).map((id) => `${incidentId} paged delivery ${id} twice`),
    ...repeated(claimed).map((step) => `${incidentId} claimed twice: run and step ${step}`),
    ...(notified === mine.length ? [] : [`${incidentId} paged ${mine.length} times, its timeline says ${notified}`]),
  ];
}

/** What a caller was told has happened is in the timeline once; what was refused has left no trace. */
function writtenDown({ call, answer }: Op, finals: ReadonlyMap<number, Final>): string[] {
  if (!('by' in call)) return [];
  const entries = [...finals.values()].flatMap(({ incident, timeline }) =>
    timeline.filter(({ by }) => by === call.by).map(({ kind }) => `${kind} ${incident.incidentId}`),
  );
  const what = `${call.kind} by ${call.by}`;
  const wrong = repeated(entries).map((entry) => `${what} is twice in the timeline: ${entry}`);
  if (!succeeded(answer))
    return entries.length > 0 ? [`${what} was answered ${answer?.kind}, and is in the timeline`] : wrong;
  const missing = kindsTold(call, answer).filter((kind) => !entries.includes(`${kind} ${answer.id}`));
  return [...wrong, ...missing.map((kind) => `lost update: ${what} is not in the timeline as ${kind}`)];
}

/** The entries that an answer vouches for: those of which nobody else can be the author. */
function kindsTold(call: Call, { seen }: Extract<Answer, { id: number }>): TimelineKind[] {
  switch (call.kind) {
    case 'update':
    case 'update by key': {
      const noted = 'note' in call && call.note !== undefined;
      const acknowledged = call.state === 'CLAIMED' && seen.claimedBy === call.by;
      const resolved = call.state === 'RESOLVED' && seen.resolvedBy === call.by;
      return [
        ...(noted ? (['noted'] as const) : []),
        ...(acknowledged ? (['acknowledged'] as const) : []),
        ...(resolved ? (['resolved'] as const) : []),
      ];
    }
    case 'snooze':
      return seen.claimedBy === call.by ? ['acknowledged', 'snoozed'] : ['snoozed'];
    case 'assign':
      return ['assigned'];
    case 'escalate':
      return ['escalated'];
    case 'ask':
      return ['responders_added'];
    case 'merge':
      return seen.resolvedBy === call.by ? ['merged', 'resolved'] : [];
    default:
      return [];
  }
}

function numberOf({ incident }: Final): number {
  return incident.incidentId;
}

/** What is there more than once, each once. */
function repeated<T>(values: readonly T[]): T[] {
  return [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];
}
