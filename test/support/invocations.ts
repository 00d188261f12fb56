import { AsyncLocalStorage } from 'node:async_hooks';

/** One run of a Lambda function: it can die at any point, and then nothing of it happens any more. */
export interface Invocation {
  readonly functionName: string;
  readonly dead: boolean;
  /** Ends it here; whoever invoked it gets `error`. */
  die(error: Error): void;
}

const current = new AsyncLocalStorage<Invocation>();
const running = new Set<Invocation>();

/** The invocation that the running code belongs to. */
export function currentInvocation(): Invocation | undefined {
  return current.getStore();
}

/** What an invoker sees when the process of a function is gone. */
export function processExit(): Error {
  return Object.assign(new Error('RequestId: 0 Error: Runtime exited'), { name: 'Runtime.ExitError' });
}

/** Ends every run of every function at once, and answers which they were. */
export function endAllInvocations(): readonly Invocation[] {
  const ended = [...running];
  for (const invocation of ended) invocation.die(processExit());
  return ended;
}

/** Runs `work` as an invocation with Lambda's time limit. Rejects with the death of the process, if it dies. */
export async function invoke<T>(functionName: string, limitSeconds: number, work: () => Promise<T>): Promise<T> {
  const { promise: death, reject } = Promise.withResolvers<never>();
  const state = { dead: false };
  const invocation: Invocation = {
    functionName,
    get dead() {
      return state.dead;
    },
    die(error) {
      state.dead = true;
      reject(error);
    },
  };
  const timeout = Object.assign(new Error(`Task timed out after ${limitSeconds} seconds`), {
    name: 'Sandbox.Timedout',
  });
  const timer = setTimeout(() => invocation.die(timeout), limitSeconds * 1_000);
  running.add(invocation);
  try {
    return await Promise.race([current.run(invocation, work), death]);
  } finally {
    running.delete(invocation);
    clearTimeout(timer);
  }
}
