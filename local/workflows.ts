import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { forgetfulJournal, type Journal, openJournal } from './journal.ts';
import { type Log, silent } from './log.ts';
import { type CompiledMachine, compileMachine, type Invoke, type Run } from './state-machine.ts';
import { WireError, type WireHandler } from './wire.ts';
import { createWorkflowWire } from './workflow-wire.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

/** An execution of a state machine; instants in epoch milliseconds, input and output as JSON text. */
export interface Execution {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  readonly input: string;
  readonly startedAt: number;
  readonly status: ExecutionStatus;
  readonly stoppedAt?: number;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

export interface MachineDefinition {
  readonly arn: string;
  readonly definition: StateMachineDefinition;
  /** The name of the role as which it calls functions. */
  readonly role?: string;
}

export interface WorkflowOptions {
  readonly machines: readonly MachineDefinition[];
  /** Calls a function for a task of a machine with this role; `gone` as in Invoke. */
  readonly invoke: (
    functionArn: string,
    payload: unknown,
    task: { readonly role: string | undefined; readonly gone: AbortSignal },
  ) => ReturnType<Invoke>;
  /** Keeps executions in the file `executions.jsonl` in here. Without it they end with the process. */
  readonly dataDir?: string;
  readonly log?: Log;
}

export interface WorkflowEngine {
  /**
   * Starts an execution; it is durable when this resolves. The same name and input while it runs is the same execution. Throws
   * ExecutionAlreadyExists for a name that has been used otherwise, and the other errors of StartExecution.
   */
  start(request: { machineArn: string; name?: string | undefined; input?: string | undefined }): Promise<Execution>;
  /** Ends an execution; its task under way is finished. */
  abort(arn: string, error?: string, cause?: string): Promise<Execution>;
  execution(arn: string): Execution;
  /** Newest first. */
  executions(machineArn: string): Execution[];
  /** Runs what a former process left unfinished, a few at a time, from its first state: tasks must bear being repeated. */
  resume(): void;
  readonly wire: WireHandler;
  /** Finishes the tasks under way and leaves the rest to the next process. */
  stop(): Promise<void>;
}

/** Step Functions keeps finished executions, and their names taken, for 90 days. */
const KEEP_MS = 90 * 86_400_000;
/** Most of what goes on finds only that it has to wait. New executions have their turn after so many of them, not after all. */
const RESUMED_AT_ONCE = 4;
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

/** Runs state machines. Waits follow the global timers and clock, so that tests can drive them. */
export async function createWorkflows({
  machines,
  invoke,
  dataDir,
  log = silent,
}: WorkflowOptions): Promise<WorkflowEngine> {
  const compiled = new Map<string, CompiledMachine>(
    machines.map(({ arn, definition, role }) => [
      arn,
      compileMachine(definition, (functionArn, payload, gone) => invoke(functionArn, payload, { role, gone })),
    ]),
  );
  const { entries, journal }: { entries: readonly Execution[]; journal: Journal<Execution> } = dataDir
    ? await openJournal(join(dataDir, 'executions.jsonl'), (all) => latest(all, Date.now() - KEEP_MS))
    : forgetfulJournal();
  const executions = new Map(entries.map((execution) => [execution.arn, execution]));
  const runs = new Map<string, Run>();
  const starting = new Map<string, Promise<void>>();
  let stopping = false;

  function launch({ arn, machineArn, name, input }: Execution): Run | undefined {
    const machine = compiled.get(machineArn);
    if (!machine) {
      log('warn', 'workflow', `${name} cannot go on: there is no state machine ${machineArn} any more`);
      return undefined;
    }
    const run = machine.run(JSON.parse(input), { id: arn, name });
    runs.set(arn, run);
    run.result.then(
      (output) => finish(arn, { status: 'SUCCEEDED', output: JSON.stringify(output) }),
      (error: Error) => {
        if (!runs.has(arn) || stopping) return;
        log('error', 'workflow', `${name} failed: ${error.name}: ${error.message}`);
        finish(arn, { status: 'FAILED', error: error.name, cause: error.message });
      },
    );
    return run;
  }

  async function launchInTurn(unfinished: Iterable<Execution>): Promise<void> {
    for (const { arn } of unfinished) {
      if (stopping) return;
      const execution = find(arn);
      if (execution.status === 'RUNNING') await launch(execution)?.begun;
    }
  }

  function finish(arn: string, change: Pick<Execution, 'status' | 'output' | 'error' | 'cause'>): Execution {
    const finished: Execution = { ...find(arn), ...change, stoppedAt: Date.now() };
    executions.set(arn, finished);
    runs.delete(arn);
    log('debug', 'workflow', `${finished.name} ${finished.status.toLowerCase()}`);
    // Nobody waits for this one: an end that is lost is found again by running the machine once more.
    journal.append(finished).catch((error) => log('error', 'workflow', `the journal cannot be written: ${error}`));
    return finished;
  }

  function find(arn: string): Execution {
    const execution = executions.get(arn);
    if (!execution) throw new WireError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  const engine: Omit<WorkflowEngine, 'wire'> = {
    async start({ machineArn, name = randomUUID(), input = '{}' }) {
      if (stopping) throw new WireError('ServiceUnavailable', 'the local runtime is stopping', 503);
      if (!compiled.has(machineArn)) {
        throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineArn}'`);
      }
      if (!NAME.test(name)) throw new WireError('InvalidName', `Invalid Name: '${name}'`);
      checkInput(input);
      const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      const existing = executions.get(arn);
      if (existing) {
        if (existing.status !== 'RUNNING' || existing.input !== input) {
          throw new WireError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
        }
        await starting.get(arn);
        return existing;
      }
      const execution: Execution = { arn, machineArn, name, input, startedAt: Date.now(), status: 'RUNNING' };
      executions.set(arn, execution);
      const written = journal.append(execution);
      starting.set(arn, written);
      try {
        await written;
      } catch (cause) {
        executions.delete(arn);
        throw new WireError('ServiceUnavailable', `the journal cannot be written: ${cause}`, 503);
      } finally {
        starting.delete(arn);
      }
      if (!stopping) launch(execution);
      return execution;
    },
    async abort(arn, error, cause) {
      if (find(arn).status !== 'RUNNING') return find(arn);
      const run = runs.get(arn);
      const aborted = finish(arn, { status: 'ABORTED', ...(error ? { error } : {}), ...(cause ? { cause } : {}) });
      await run?.abort();
      return aborted;
    },
    execution: find,
    executions(machineArn) {
      return [...executions.values()].filter((execution) => execution.machineArn === machineArn).reverse();
    },
    resume() {
      const unfinished = entries.filter(({ status }) => status === 'RUNNING');
      if (unfinished.length > 0) log('info', 'workflow', `${unfinished.length} unfinished executions go on`);
      const inTurn = unfinished.values();
      for (let lane = 0; lane < RESUMED_AT_ONCE; lane += 1) void launchInTurn(inTurn);
    },
    async stop() {
      stopping = true;
      await Promise.all([...runs.values()].map((run) => run.abort()));
      await journal.close();
    },
  };
  return { ...engine, wire: createWorkflowWire(engine) };
}

function checkInput(input: string): void {
  try {
    JSON.parse(input);
  } catch {
    throw new WireError('InvalidExecutionInput', 'Invalid Input: the input is not JSON');
  }
}

/** The last word on each execution, without those that ended before `since`. */
function latest(all: readonly Execution[], since: number): Execution[] {
  const byArn = new Map(all.map((execution) => [execution.arn, execution]));
  return [...byArn.values()].filter(({ stoppedAt }) => stoppedAt === undefined || stoppedAt >= since);
}
