import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { InvocationResult } from './functions.ts';
import { pauseUntil } from './pause.ts';

/** Calls the function that a task names. `gone` says that the task's time is over: nobody waits for the result any more. */
export type Invoke = (functionArn: string, payload: unknown, gone: AbortSignal) => Promise<InvocationResult>;

type Json = Parameters<StateMachine['run']>[0];
type Handlers = Record<string, (input: Json) => Promise<Json>>;
type State = StateMachineDefinition['States'][string] & Record<string, unknown>;

export interface Run {
  /** Resolves when its first task is through, or it has come to a wait, or it is over. */
  readonly begun: Promise<void>;
  /** Rejects with the error that ended the execution, its `name` the error name of the states language. */
  readonly result: Promise<Json>;
  /** Ends the waits; the task under way is finished first. Resolves when nothing of the run is going on any more. */
  abort(): Promise<void>;
}

export interface CompiledMachine {
  run(input: Json, execution: { readonly id: string; readonly name: string }): Run;
}

/** The executor's own limit of a task is 60 s where the definition has none; AWS has next to none. */
const NO_TIMEOUT_SECONDS = 2_000_000;
const WAIT = 'inresponse:wait';
const LAMBDA_INVOKE = /^arn:[^:]+:states:::lambda:invoke$/;
const LAMBDA = /^arn:[^:]+:lambda:/;

/**
 * Makes a definition ready to run. Throws when it is not valid, or has a task that is not a Lambda function. Wait states become
 * tasks that look at the clock, because the executor's are one timer, which overflows after 24 days and oversleeps a suspended
 * computer.
 */
export function compileMachine(definition: StateMachineDefinition, invoke: Invoke): CompiledMachine {
  new StateMachine(definition, { validationOptions: { checkArn: false } });
  const runnable = structuredClone(definition);
  const states = new Map<string, State>();
  collect(runnable, states);
  for (const [name, state] of states) if (state.Type === 'Wait') waitAsTask(name, state);
  const tasks = [...states].filter(([, state]) => state.Type === 'Task');
  for (const [name, state] of tasks) {
    const { Resource } = state;
    if (typeof Resource !== 'string' || !(LAMBDA.test(Resource) || LAMBDA_INVOKE.test(Resource) || Resource === WAIT)) {
      throw new Error(`the state ${name} asks for ${Resource}; the local runtime calls Lambda functions alone`);
    }
    if (state.TimeoutSecondsPath === undefined) state.TimeoutSeconds ??= NO_TIMEOUT_SECONDS;
  }
  const machine = new StateMachine(runnable, { validationOptions: { noValidate: true } });

  return {
    run(input, { id, name }) {
      const aborting = new AbortController();
      const begun = Promise.withResolvers<void>();
      const underWay = new Set<Promise<Json>>();
      const handlers: Handlers = {};
      for (const [state, { Resource, TimeoutSeconds = NO_TIMEOUT_SECONDS }] of tasks) {
        const timeoutMs = Number(TimeoutSeconds) * 1_000;
        const perform =
          Resource === WAIT
            ? waiter(aborting.signal)
            : caller(String(Resource), invoke, { aborted: aborting.signal, timeoutMs });
        handlers[state] = (task) => {
          const work = perform(task);
          underWay.add(work);
          const through = work.catch(() => undefined).finally(() => underWay.delete(work));
          begun.resolve(Resource === WAIT ? undefined : through.then(() => undefined));
          return work;
        };
      }
      const context = { Execution: { Id: id, Name: name }, StateMachine: { Id: id, Name: name } };
      const execution = machine.run(input, { overrides: { taskResourceLocalHandlers: handlers }, context });
      const result = execution.result.catch((error: Error) => {
        throw error.cause ?? error;
      });
      void result.catch(() => undefined).finally(() => begun.resolve());
      return {
        begun: begun.promise,
        result,
        async abort() {
          aborting.abort();
          execution.abort();
          await Promise.allSettled(underWay);
        },
      };
    },
  };
}

/** Every state of the machine, those within Map and Parallel states too. */
function collect(machine: Pick<StateMachineDefinition, 'States'>, states: Map<string, State>): void {
  for (const [name, state] of Object.entries(machine.States) as [string, State][]) {
    if (states.has(name)) throw new Error(`two states are called ${name}`);
    states.set(name, state);
    const nested = [state.Iterator, state.ItemProcessor, ...(Array.isArray(state.Branches) ? state.Branches : [])];
    for (const inner of nested) if (inner) collect(inner, states);
  }
}

function waitAsTask(name: string, state: State): void {
  const { Seconds, SecondsPath, Timestamp, TimestampPath } = state;
  const until =
    SecondsPath !== undefined
      ? { 'seconds.$': SecondsPath }
      : TimestampPath !== undefined
        ? { 'timestamp.$': TimestampPath }
        : Timestamp !== undefined
          ? { timestamp: Timestamp }
          : { seconds: Seconds };
  if (Object.values(until)[0] === undefined) throw new Error(`the wait state ${name} does not say how long`);
  for (const key of ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']) delete state[key];
  Object.assign(state, {
    Type: 'Task',
    Resource: WAIT,
    Parameters: { ...until, 'input.$': '$' },
    Retry: [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 99_999_999 }],
  });
}

interface WaitInput {
  readonly seconds?: number;
  readonly timestamp?: string;
  readonly input: Json;
}

function waiter(signal: AbortSignal): (task: Json) => Promise<Json> {
  return async (task) => {
    const { seconds, timestamp, input } = task as unknown as WaitInput;
    const until = timestamp === undefined ? Date.now() + (seconds ?? 0) * 1_000 : Date.parse(timestamp);
    if (Number.isNaN(until)) throw named('States.Runtime', `not a timestamp to wait for: ${timestamp}`);
    await pauseUntil(until, signal);
    return input;
  };
}

interface Limits {
  readonly aborted: AbortSignal;
  /** The executor's own clock of a task: it does not tell the task. */
  readonly timeoutMs: number;
}

function caller(resource: string, invoke: Invoke, { aborted, timeoutMs }: Limits): (task: Json) => Promise<Json> {
  return async (task) => {
    // After an abort the executor may still try again; whatever it gets, it goes no further.
    if (aborted.aborted) return {};
    if (!LAMBDA_INVOKE.test(resource)) return call(resource, task);
    const { FunctionName, Payload = {} } = task as { FunctionName: string; Payload?: Json };
    return { ExecutedVersion: '$LATEST', StatusCode: 200, Payload: await call(FunctionName, Payload) };
  };

  async function call(functionArn: string, payload: Json): Promise<Json> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    try {
      const result = await invoke(functionArn, payload, AbortSignal.any([aborted, late.signal]));
      if ('error' in result) throw named(result.error.errorType, JSON.stringify(result.error));
      return JSON.parse(result.payload);
    } finally {
      clearTimeout(timer);
    }
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
