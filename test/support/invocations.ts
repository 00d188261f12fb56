import { AsyncLocalStorage } from 'node:async_hooks';

/** One run of a Lambda function: it can die at any point, and then nothing of it happens any more. */
export interface Invocation {
  readonly functionName: string;
  readonly dead: boolean;
  /** Ends it here; whoever invoked it gets `error`. */
  die(error: Error): void;
}

const current = new AsyncLocalStorage<Invocation>();

/** The invocation that the running code belongs to. */
export function currentInvocation(): Invocation | undefined {
  return current.getStore();
}

/** What an invoker sees when the process of a function is gone. */
export function processExit(): Error {
  return Object.assign(new Error('RequestId: 0 Error: Runtime exited'), { name: 'Runtime.ExitError' });
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
  try {
    return await Promise.race([current.run(invocation, work), death]);
  } finally {
    clearTimeout(timer);
  }
}
