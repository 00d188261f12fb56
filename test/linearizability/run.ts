import type { Answer, Call, State } from './calls.ts';
import { type Chance, createChance, pause } from './chance.ts';
import type { Process } from './processes.ts';
import { ask, LONG } from './script.ts';
import { type Chronicle, MOST_SKEW_MS, type Stage } from './stage.ts';
import { EAGER } from './world.ts';

/** What one seed makes of the stage. */
interface Plan {
  readonly keys: readonly string[];
  readonly clients: number;
  readonly callsEach: number;
  readonly notifiers: number;
  readonly mix: Mix;
  /** Once, all that is due grows so old that the reconciler takes it up, and second pages fall due. */
  readonly late: boolean;
}

function planOf(chance: Chance, seed: number, stage: Stage): Plan {
  const mix = chance.pick(Object.keys(MIXES) as Mix[]);
  const eager = chance.happens(0.2) ? EAGER : 'key';
  return {
    keys: mix === 'merges' ? [`${eager}-${seed}-a`, `key-${seed}-b`] : [`${eager}-${seed}`],
    clients: 3 + chance.below(stage.clients.length - 2),
    callsEach: 4 + chance.below(6),
    notifiers: 1 + chance.below(stage.notifiers.length),
    mix,
    late: chance.happens(mix === 'paging' ? 0.6 : 0.2),
  };
}

/** What is known while a history is being made. */
interface Known {
  /** Incidents that somebody was told of, and the last version that was seen of each. */
  readonly incidents: Map<number, number>;
  /** Names and texts that occur once. */
  marks: number;
}

export interface Ended extends Chronicle {
  readonly ids: readonly number[];
  readonly keys: readonly string[];
  /** Nothing was due then that anybody had been told to come back for. */
  readonly restedAt: number;
}

/** Lets clients and notifiers loose on incidents of one or two dedup keys, and waits until all of it has come to rest. */
export async function makeHistory(stage: Stage, seed: number): Promise<Ended> {
  const chance = createChance(seed);
  const chronicle = stage.begin(chance.fork());
  const plan = planOf(chance, seed, stage);
  const known: Known = { incidents: new Map(), marks: 0 };
  let busy = plan.clients;
  const clients = stage.clients.slice(0, plan.clients).map(async (client) => {
    const own = chance.fork();
    for (let call = 0; call < plan.callsEach; call++) {
      await pause(own);
      await act(chronicle, client, draw(own, plan, known, stage), known, own);
    }
    busy -= 1;
  });
  const notifiers = stage.notifiers.slice(0, plan.notifiers).map(async (notifier, i) => {
    const own = chance.fork();
    let late = plan.late && i === 0 ? 8 + own.below(12) : -1;
    while (busy > 0) {
      await pause(own);
      if (late-- !== 0) await wake(stage, notifier, own);
      else {
        stage.passTime(61_000);
        await notifier.sweep();
      }
    }
  });
  await Promise.all([...clients, ...notifiers]);
  await comeToRest(stage, chance);
  // Second pages fall due of whatever is still open, and of nothing else.
  stage.passTime(61_000);
  let restedAt = await comeToRest(stage, chance);
  if (plan.mix === 'merges') {
    // A receiver that was too busy to be told is told by the reconciler.
    stage.passTime(32_000);
    await stage.notifiers[0]?.sweep();
    restedAt = await comeToRest(stage, chance);
  }
  const [reader] = stage.clients;
  if (!reader) throw new Error('nobody is there to read');
  for (const id of known.incidents.keys()) await act(chronicle, reader, { kind: 'get', id }, known, chance);
  return { ...chronicle, ids: [...known.incidents.keys()], keys: plan.keys, restedAt };
}

async function act(
  { recorder }: Chronicle,
  client: Process,
  call: Exclude<Call, { kind: 'claim' }>,
  known: Known,
  chance: Chance,
): Promise<Answer> {
  const bySender = chance.happens(0.3);
  const invoked = recorder.instant();
  const answer = await ask(client, call, bySender);
  recorder.add(client.name, call, invoked, answer);
  if (answer.kind === 'created' || answer.kind === 'shown') known.incidents.set(answer.id, answer.seen.version);
  return answer;
}

type Drawn =
  | 'raise'
  | 'get'
  | State
  | 'note'
  | 'by key'
  | 'escalate'
  | 'snooze'
  | 'assign'
  | 'prioritize'
  | 'ask'
  | 'merge';
type Weights = Readonly<Partial<Record<Drawn, number>>>;

/** What the calls of one history are mostly about: everything, or what gets into each other's way most. */
const MIXES = {
  all: {
    raise: 20,
    get: 16,
    CLAIMED: 11,
    RESOLVED: 11,
    OPEN: 11,
    note: 6,
    'by key': 6,
    escalate: 7,
    snooze: 4,
    assign: 4,
    prioritize: 3,
    ask: 4,
  },
  keys: { raise: 8, RESOLVED: 6, OPEN: 8, get: 3, 'by key': 2, note: 2 },
  paging: { raise: 3, CLAIMED: 6, OPEN: 6, escalate: 6, ask: 3, assign: 2, get: 4, snooze: 2, RESOLVED: 1 },
  merges: { raise: 7, merge: 7, RESOLVED: 4, OPEN: 3, get: 3, note: 1 },
} as const satisfies Record<string, Weights>;
type Mix = keyof typeof MIXES;

/** Every kind as often as it weighs. */
function hat(weights: Weights): readonly Drawn[] {
  return Object.entries(weights).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind as Drawn));
}

function draw(chance: Chance, plan: Plan, known: Known, stage: Stage): Exclude<Call, { kind: 'claim' }> {
  const ids = [...known.incidents.keys()];
  const key = chance.pick(plan.keys);
  const kind = chance.pick(hat(MIXES[plan.mix]));
  if (ids.length === 0 || kind === 'raise') return { kind: 'raise', key };
  known.marks += 1;
  const by = `somebody ${known.marks}`;
  const id = chance.pick(ids);
  const version = known.incidents.get(id);
  switch (kind) {
    case 'get':
      return { kind, id };
    case 'by key':
      return { kind: 'update by key', key, by, state: chance.pick(['CLAIMED', 'RESOLVED'] as const) };
    case 'escalate':
      return { kind, id, by };
    case 'snooze':
      return { kind, id, by, until: stage.now() + 3_600_000 };
    case 'assign':
      return { kind, id, by, ...chance.pick(ASSIGNMENTS) };
    case 'prioritize':
      return { kind, id, by, priority: chance.pick(['P1', 'P2', 'P3']) };
    case 'ask':
      return { kind, id, by, user: chance.pick(['grace', 'lin']) };
    case 'merge': {
      const into = chance.pick(ids);
      return into !== id ? { kind, id, by, into } : { kind: 'get', id };
    }
    default: {
      const state: State | undefined = kind === 'note' ? undefined : kind;
      return {
        kind: 'update',
        id,
        by,
        ...(state === undefined ? {} : { state }),
        ...(state === undefined || chance.happens(0.2)
          ? { note: `${chance.happens(0.4) ? LONG : 'note'} of ${by}` }
          : {}),
        ...(version !== undefined && chance.happens(0.2) ? { ifVersion: version } : {}),
      };
    }
  }
}

const ASSIGNMENTS = [
  { to: 'grace', steps: 2, body: { user: 'grace' } },
  { to: 'escalation policy short', steps: 1, body: { escalationPolicy: 'short' } },
] as const;

/** One turn of an execution: mostly one that is to wake up, now and then one that is early, over or doubled. */
async function wake(stage: Stage, notifier: Process, chance: Chance): Promise<void> {
  const { executions } = stage.chronicle;
  const all = [...executions.values()];
  if (all.length === 0) return;
  const due = all.filter(({ over, at }) => !over && at <= stage.now());
  await turn(notifier, chance.pick(due.length > 0 && chance.happens(0.8) ? due : all));
}

type Execution = Chronicle['executions'] extends Map<string, infer E> ? E : never;

async function turn(notifier: Process, execution: Execution): Promise<void> {
  const advanced = await notifier.advance(execution.input);
  if (advanced.status === 'done') execution.over = true;
  else execution.at = Date.parse(advanced.until);
}

/** Every execution that is to wake up by now does. Answers when that is. */
async function comeToRest(stage: Stage, chance: Chance): Promise<number> {
  // What a process with a fast clock has written is due for all of them.
  stage.passTime(MOST_SKEW_MS);
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    const now = stage.now();
    const due = [...stage.chronicle.executions.values()].filter(({ over, at }) => !over && at <= now);
    if (due.length === 0) return now;
    for (const execution of due) await turn(chance.pick(stage.notifiers), execution);
  }
  throw new Error('the executions do not come to rest');
}

const MOST_ROUNDS = 100;
