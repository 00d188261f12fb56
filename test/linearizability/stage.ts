import type { Delivery } from '../../core/delivery.ts';
import type { Incident } from '../../core/incident.ts';
import { DEFAULT_SETTINGS, type Service } from '../../core/service.ts';
import type { IncidentStore, Saved } from '../../lambda/data/incidents.ts';
import { type WorkflowInput, workflowInput } from '../../lambda/data/workflow.ts';
import { connect } from '../contract/connect.ts';
import { aPolicy, aService } from '../support/builders.ts';
import { createTables } from '../support/tables.ts';
import type { Answer, Call } from './calls.ts';
import { type Chance, createChance, pause } from './chance.ts';
import type { Database } from './databases.ts';
import { createRecorder, type Recorder } from './history.ts';
import { type Process, startProcess } from './processes.ts';
import { EAGER } from './world.ts';

/** A page that left, as the provider saw it. */
export interface Page {
  readonly id: number;
  readonly run: number;
  readonly step: number;
  readonly to: string;
  readonly delivery: number;
  readonly asked: boolean;
}

/** One execution of the state machine, as far as somebody else must remember it. */
interface Execution {
  readonly input: WorkflowInput;
  at: number;
  over: boolean;
}

/** What came to pass in one history besides calls and answers. */
export interface Chronicle {
  readonly recorder: Recorder<Call, Answer>;
  /** Conditional writes of incidents that were won: the version that came of each. */
  readonly writes: { readonly id: number; readonly version: number; readonly process: string }[];
  readonly pages: Page[];
  readonly executions: Map<string, Execution>;
}

/** Several processes on one database, and a workflow service that only remembers whom to wake. */
export interface Stage {
  readonly clients: readonly Process[];
  readonly notifiers: readonly Process[];
  readonly chronicle: Chronicle;
  now(): number;
  /** More than half a minute at most once while pages are being sent: two would outlast a lease. */
  passTime(ms: number): void;
  /** Empties the chronicle, and draws how the calls are spread from here on. */
  begin(chance: Chance): Chronicle;
  stop(): void;
}

const CLIENTS = 6;
const NOTIFIERS = 4;
/** No history may take longer in its own time: a lease of 75 s must not lapse while its holder lives. */
const MOST_HISTORY_MS = 35_000;
const MOST_TICK_MS = 120;
/** How far the clocks of two processes may be apart. */
export const MOST_SKEW_MS = 50;

const target = (user: string) => ({ kind: 'user', user }) as const;
/** Three steps, gone through twice, and the fallback contact at the end. */
const POLICY = aPolicy(
  [
    { afterMs: 0, targets: [target('ada'), target('heidi')] },
    { afterMs: 4_000, targets: [target('grace'), target('lin')] },
    { afterMs: 8_000, targets: [target('lin')] },
  ],
  { repeats: 1, passMs: 12_000, atEnd: 'fallback' },
);
const SERVICES: readonly Service[] = [
  aService({ serviceId: 'checkout', policy: POLICY }),
  aService({
    serviceId: EAGER,
    policy: POLICY,
    settings: { ...DEFAULT_SETTINGS, repageAfterMs: 0, repageAfterAcknowledgedMs: 0 },
  }),
];

const CONFIG = {
  users: [
    ...['ada', 'grace', 'lin'].map((id) => ({ id, email: `${id}@example.org` })),
    {
      id: 'heidi',
      email: 'heidi@example.org',
      contactMethods: [{ id: 'later', kind: 'email', address: 'heidi-later@example.org' }],
      notificationRules: [{ method: 'email' }, { afterMinutes: 1, method: 'later' }],
    },
  ],
  escalationPolicies: [{ id: 'short', rules: [{ targets: [{ user: 'heidi' }] }], atEnd: 'giveUp' }],
};

export function serviceOf(key: string): string {
  return key.startsWith(EAGER) ? EAGER : 'checkout';
}

function emptyChronicle(): Chronicle {
  return { recorder: createRecorder(), writes: [], pages: [], executions: new Map() };
}

export async function startStage({ port }: Database): Promise<Stage> {
  const maker = connect(port);
  const tables = await createTables(maker, 'histories');
  maker.destroy();
  let chronicle = emptyChronicle();
  let chance = createChance(0);
  let clock = Date.UTC(2026, 10, 23, 12);
  let quietFrom = clock + MOST_HISTORY_MS;

  const now = () => {
    clock += clock < quietFrom ? 1 + chance.below(MOST_TICK_MS) : 1;
    return clock;
  };
  const start = async (incident: Incident) => {
    const name = `incident-${incident.incidentId}-${incident.generation}`;
    if (!chronicle.executions.has(name))
      chronicle.executions.set(name, { input: workflowInput(incident), at: 0, over: false });
  };
  const sendPage = async ({ incidentId, escalation }: Incident, delivery: Delivery) => {
    const { step, to, id, asked = false } = delivery;
    chronicle.pages.push({ id: incidentId, run: escalation.run, step, to: to.address, delivery: id, asked });
    await pause(chance);
    return { kind: 'ok', messageId: `message ${chronicle.pages.length}` } as const;
  };
  const deployment = { port, tables, now, workflow: { start }, watch: watching(() => chronicle), sendPage };
  const named = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => startProcess(`${name} ${i + 1}`, deployment));
  const stage: Stage = {
    clients: named('client', CLIENTS),
    notifiers: named('notifier', NOTIFIERS),
    get chronicle() {
      return chronicle;
    },
    now,
    passTime(ms) {
      clock += ms;
    },
    begin(drawn) {
      chronicle = emptyChronicle();
      chance = drawn;
      // Whatever a process remembers for some seconds is forgotten.
      clock += 60_000;
      quietFrom = clock + MOST_HISTORY_MS;
      for (const process of [...stage.clients, ...stage.notifiers])
        process.setOut(chance.below(2 ** 31), chance.below(MOST_SKEW_MS));
      return chronicle;
    },
    stop() {
      for (const process of [...stage.clients, ...stage.notifiers]) process.stop();
    },
  };
  const [first] = stage.clients;
  for (const service of SERVICES) await first?.putService(service);
  const applied = await first?.request('PUT', '/config', CONFIG);
  if (applied?.status !== 200) throw new Error(`the configuration is refused: ${JSON.stringify(applied?.json)}`);
  return stage;
}

/** Writes down which conditional writes were won, and those that claim pages as operations of their own. */
function watching(chronicle: () => Chronicle) {
  return (process: string, store: IncidentStore): IncidentStore => {
    const note = (saved: Saved) => {
      if (saved.kind !== 'saved') return;
      const { incidentId: id, version } = saved.incident;
      chronicle().writes.push({ id, version, process });
    };
    return {
      ...store,
      async create(incident, writeId) {
        const saved = await store.create(incident, writeId);
        note(saved);
        return saved;
      },
      async save(before, after, writeId) {
        const { recorder } = chronicle();
        const invoked = recorder.instant();
        const saved = await store.save(before, after, writeId);
        note(saved);
        const claim = claimIn(before, after);
        if (claim && saved.kind === 'saved')
          recorder.add(process, claim, invoked, { kind: 'claimed', version: saved.incident.version });
        return saved;
      },
    };
  };
}

function claimIn(before: Incident, { incidentId: id, escalation }: Incident): Call | undefined {
  const held = new Set(before.escalation.deliveries.map(({ claim }) => claim));
  const fresh = escalation.deliveries.filter(({ claim }) => claim !== undefined && !held.has(claim));
  if (fresh.length === 0) return undefined;
  const known = new Set(before.escalation.deliveries.map((delivery) => delivery.id));
  const stepsOf = (those: readonly Delivery[]) => [...new Set(those.map(({ step }) => step))].sort((a, b) => a - b);
  const ofPolicy = fresh.filter(({ asked }) => !asked);
  return {
    kind: 'claim',
    id,
    run: escalation.run,
    steps: stepsOf(ofPolicy.filter((delivery) => !known.has(delivery.id))),
    later: stepsOf(ofPolicy.filter((delivery) => known.has(delivery.id))),
    asked: fresh.filter((delivery) => delivery.asked).map(({ to }) => to.address.replace(/@.*/, '')),
  };
}
