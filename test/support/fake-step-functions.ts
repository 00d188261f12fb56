import { readFileSync } from 'node:fs';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Serve, WireAnswer } from './wire.ts';

const ASL = new URL('../../statemachine/escalation.asl.json', import.meta.url);
/** Any ARN will do: the tasks are answered here. */
const NOTIFIER_ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:notifier';

type Json = Parameters<StateMachine['run']>[0];

let machineOnce: StateMachine | undefined;

/** Made once: its validation takes longer than most stories. */
function escalationMachine(): StateMachine {
  const definition = readFileSync(ASL, 'utf8').replaceAll('$' + '{NotifierArn}', NOTIFIER_ARN);
  machineOnce ??= new StateMachine(JSON.parse(definition) as StateMachineDefinition);
  return machineOnce;
}

export interface Execution {
  readonly name: string;
  readonly input: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly output?: unknown;
}

export interface FakeStepFunctions {
  readonly serve: Serve;
  readonly executions: readonly Execution[];
  /** Starts an execution as the API would. Throws what the API would answer. */
  start(name: string, input: string): void;
  /** Ends an execution where it stands. */
  abort(name: string): void;
  abortAll(): void;
}

/** Executes the checked-in state machine as it is written, `notifier` answering its tasks. Standard workflows: a name is used once. */
export function createFakeStepFunctions(
  notifier: (input: Json) => Promise<Json>,
  told: (text: string) => void,
): FakeStepFunctions {
  const machine = escalationMachine();
  const executions = new Map<string, Execution & { abort: () => void }>();

  function start(name: string, input: string): void {
    const known = executions.get(name);
    // Source: API reference of StartExecution: idempotent while it runs and the input is the same.
    if (known?.status === 'RUNNING' && known.input === input) return;
    if (known)
      throw Object.assign(new Error(`Execution Already Exists: '${name}'`), { name: 'ExecutionAlreadyExists' });
    let aborted = false;
    const advance = (task: Json) => (aborted ? new Promise<never>(() => undefined) : notifier(task));
    const run = machine.run(JSON.parse(input), { overrides: { taskResourceLocalHandlers: { Advance: advance } } });
    const end = (status: Execution['status'], output?: unknown) => {
      const execution = executions.get(name);
      if (execution?.status !== 'RUNNING') return;
      executions.set(name, { ...execution, status, output });
      told(`execution ${name}: ${status} ${JSON.stringify(output ?? null)}`);
    };
    const abort = () => {
      aborted = true;
      end('ABORTED');
      run.abort();
    };
    executions.set(name, { name, input, status: 'RUNNING', abort });
    run.result.then(
      (output) => end('SUCCEEDED', output),
      (error: Error) => end('FAILED', String(error)),
    );
  }

  return {
    start,
    abort(name) {
      const execution = executions.get(name);
      if (!execution) throw new Error(`there is no execution ${name}; there are: ${[...executions.keys()].join(', ')}`);
      execution.abort();
    },
    abortAll() {
      for (const execution of executions.values()) execution.abort();
    },
    get executions() {
      return [...executions.values()].map(({ abort: _abort, ...execution }) => execution);
    },
    serve({ operation, body }): WireAnswer {
      if (operation !== 'StartExecution') throw new Error(`the stage knows StartExecution alone, not ${operation}`);
      const { name, input } = body as { name: string; input: string };
      try {
        start(name, input);
        return answer(200, { executionArn: `arn:aws:states:::execution:${name}`, startDate: Date.now() / 1000 });
      } catch (error) {
        const { name: type, message } = error as Error;
        return answer(400, { __type: type, message });
      }
    },
  };
}

function answer(status: number, body: object): WireAnswer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) };
}
