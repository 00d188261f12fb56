import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import type { Answer, Call } from './function-worker.ts';
import type { FunctionDefinition, FunctionError, InvocationResult } from './functions.ts';
import { type Log, type LogLevel, readFunctionOutput } from './log.ts';
import { WireError } from './wire.ts';

/** The threads of one function. Like Lambda's, each takes one invocation at a time and keeps its module state in between. */
export interface FunctionPool {
  /**
   * `payload` and the answer's payload are JSON text. Waits when every thread is busy and no more are allowed. Rejects with
   * TooManyRequestsException when too many wait already.
   */
  invoke(payload: string, caller?: Caller): Promise<InvocationResult>;
  warm(): void;
  stop(): Promise<void>;
}

export interface Caller {
  /** Says that nobody waits for the result any more. What has not begun by then never does; what has begun goes on to its end. */
  readonly gone?: AbortSignal;
  /** An event is never refused: as on AWS, it waits in a queue of its own, which has no bound. */
  readonly event?: boolean;
}

/**
 * As many as Lambda runs at once in an account that has not asked for more: where AWS begins to refuse, this does too. Two cores get
 * through them in 20 to 26 s (incidents, 40 to 50 a second), so that who is let in is answered before API Gateway gives up, after 29 s.
 */
const MOST_WAITING = 1_000;

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

export function createFunctionPool(
  definition: FunctionDefinition,
  log: Log,
  mostWaiting: number = MOST_WAITING,
): FunctionPool {
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

  function drop(invocation: Invocation): void {
    const place = waiting.indexOf(invocation);
    if (place < 0) return;
    waiting.splice(place, 1);
    invocation.settle({ error: { errorType: 'Abandoned', errorMessage: 'the caller was gone before this began' } });
  }

  function report(line: string, level: LogLevel): void {
    const output = readFunctionOutput(line, level);
    if (output) log(output.level, definition.label, output.message);
  }

  return {
    async invoke(payload, { gone, event = false } = {}) {
      if (!event && waiting.length >= mostWaiting)
        throw new WireError('TooManyRequestsException', 'Rate Exceeded.', 429);
      const { promise, resolve } = Promise.withResolvers<InvocationResult>();
      const invocation: Invocation = { requestId: randomUUID(), payload, settle: resolve };
      const abandon = () => drop(invocation);
      waiting.push(invocation);
      underWay.add(promise);
      gone?.addEventListener('abort', abandon);
      if (gone?.aborted) abandon();
      dispatch();
      try {
        return await promise;
      } finally {
        underWay.delete(promise);
        gone?.removeEventListener('abort', abandon);
      }
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
