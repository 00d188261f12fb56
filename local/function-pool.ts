import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import type { Answer, Call } from './function-worker.ts';
import type { FunctionDefinition, FunctionError, InvocationResult } from './functions.ts';
import { type Log, type LogLevel, readFunctionOutput } from './log.ts';

/** The threads of one function. Like Lambda's, each takes one invocation at a time and keeps its module state in between. */
export interface FunctionPool {
  /** `payload` and the answer's payload are JSON text. Waits when every thread is busy and no more are allowed. */
  invoke(payload: string): Promise<InvocationResult>;
  warm(): void;
  stop(): Promise<void>;
}

/** Threads of a function that reserves no concurrency. They wait for the store most of the time, so two are of use on one core. */
const DEFAULT_THREADS = Math.min(4, Math.max(2, availableParallelism()));

interface Invocation {
  readonly requestId: string;
  readonly payload: string;
  readonly settle: (result: InvocationResult) => void;
}

interface Thread {
  readonly worker: Worker;
  ready: boolean;
  invocation: Invocation | undefined;
  timer: NodeJS.Timeout | undefined;
}

export function createFunctionPool(definition: FunctionDefinition, log: Log): FunctionPool {
  const limit = Math.max(1, definition.reservedConcurrency ?? DEFAULT_THREADS);
  const threads = new Set<Thread>();
  const waiting: Invocation[] = [];
  const underWay = new Set<Promise<InvocationResult>>();

  function dispatch(): void {
    for (const thread of threads) {
      if (!thread.ready || thread.invocation) continue;
      const invocation = waiting.shift();
      if (!invocation) return;
      run(thread, invocation);
    }
    // One more at a time: most bursts are over before a new thread has loaded the code.
    const starting = [...threads].some(({ ready }) => !ready);
    if (waiting.length > 0 && !starting && threads.size < limit) threads.add(startThread());
  }

  function run(thread: Thread, invocation: Invocation): void {
    const timeoutMs = definition.timeoutSeconds * 1_000;
    thread.invocation = invocation;
    thread.timer = setTimeout(() => {
      const seconds = definition.timeoutSeconds.toFixed(2);
      end(thread, {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after ${seconds} seconds`,
      });
      void thread.worker.terminate();
    }, timeoutMs);
    const call: Call = {
      requestId: invocation.requestId,
      payload: invocation.payload,
      deadline: Date.now() + timeoutMs,
    };
    thread.worker.postMessage(call);
  }

  function startThread(): Thread {
    const worker = new Worker(new URL('./function-worker.ts', import.meta.url), {
      workerData: definition,
      env: { ...definition.environment },
      stdout: true,
      stderr: true,
    });
    const thread: Thread = { worker, ready: false, invocation: undefined, timer: undefined };
    createInterface({ input: worker.stdout }).on('line', (line) => report(line, 'info'));
    createInterface({ input: worker.stderr }).on('line', (line) => report(line, 'warn'));
    worker.on('message', (answer: Answer) => {
      if (answer.kind === 'ready') thread.ready = true;
      else settle(thread, answer.kind === 'done' ? { payload: answer.payload } : { error: answer.error });
      dispatch();
    });
    worker.on('error', (error) => end(thread, { errorType: 'Runtime.UnhandledError', errorMessage: String(error) }));
    worker.on('exit', () => {
      end(thread, { errorType: 'Runtime.ExitError', errorMessage: 'Error: Runtime exited without providing a reason' });
      dispatch();
    });
    return thread;
  }

  /** A thread that is over takes its invocation with it; one that never loaded takes the oldest, or they would wait for ever. */
  function end(thread: Thread, error: FunctionError): void {
    if (!threads.delete(thread)) return;
    if (!thread.ready) thread.invocation ??= waiting.shift();
    settle(thread, { error });
  }

  function settle(thread: Thread, result: InvocationResult): void {
    clearTimeout(thread.timer);
    const { invocation } = thread;
    thread.invocation = undefined;
    if ('error' in result) log('error', definition.label, `${result.error.errorType}: ${result.error.errorMessage}`);
    invocation?.settle(result);
  }

  function report(line: string, level: LogLevel): void {
    const output = readFunctionOutput(line, level);
    if (output) log(output.level, definition.label, output.message);
  }

  return {
    invoke(payload) {
      const invocation = new Promise<InvocationResult>((settle) => {
        waiting.push({ requestId: randomUUID(), payload, settle });
      });
      underWay.add(invocation);
      void invocation.finally(() => underWay.delete(invocation));
      dispatch();
      return invocation;
    },
    warm() {
      if (threads.size === 0) threads.add(startThread());
    },
    async stop() {
      await Promise.all(underWay);
      const ending = [...threads];
      threads.clear();
      await Promise.all(ending.map(({ worker }) => worker.terminate()));
    },
  };
}
