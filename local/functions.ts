import { type Caller, createFunctionPool, type FunctionPool } from './function-pool.ts';
import type { Log } from './log.ts';
import { pause } from './pause.ts';
import { WireError, type WireHandler } from './wire.ts';

/** A Lambda function as the stack describes it. */
export interface FunctionDefinition {
  readonly name: string;
  readonly arn: string;
  /** Short name for log lines. */
  readonly label: string;
  /** Directory of the code that would be uploaded. */
  readonly codeDirectory: string;
  /** `file.export`, as in the template. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly reservedConcurrency?: number;
}

/** An error as Lambda reports it to the caller; `errorType` is what Retry and Catch of a workflow match. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace?: readonly string[];
}

/** `payload` is JSON text: what crosses the wire, and nothing that JSON does not know. */
export type InvocationResult = { readonly payload: string } | { readonly error: FunctionError };

export interface FunctionEngine {
  /**
   * Calls a function and waits. A failure of the function is a result. Rejects with the error of Lambda for an unknown function
   * (ResourceNotFoundException), and when too many calls wait already (TooManyRequestsException).
   */
  invoke(nameOrArn: string, payload: unknown, caller?: Caller): Promise<InvocationResult>;
  /** Calls a function for an event: nobody waits for the result, and a failure is tried twice more. */
  deliver(nameOrArn: string, payload: unknown): void;
  /** Loads every function once, so that the first call is not the slowest. */
  warm(): void;
  readonly wire: WireHandler;
  /** Finishes the invocations under way, then ends the threads. */
  stop(): Promise<void>;
}

/** Lambda waits 1 and 2 minutes; here a person is watching. */
const DELIVERY_RETRY_MS = [1_000, 2_000];

export function createFunctions(definitions: readonly FunctionDefinition[], log: Log): FunctionEngine {
  const pools = new Map<string, FunctionPool>();
  for (const definition of definitions) {
    const pool = createFunctionPool(definition, log);
    pools.set(definition.name, pool);
    pools.set(definition.arn, pool);
  }
  const deliveries = new Set<Promise<void>>();
  const stopping = new AbortController();

  async function invoke(nameOrArn: string, payload: unknown, caller?: Caller): Promise<InvocationResult> {
    const pool = pools.get(nameOrArn);
    if (!pool) throw new WireError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404);
    return pool.invoke(JSON.stringify(payload ?? null), caller);
  }

  async function deliverWithRetries(nameOrArn: string, payload: unknown): Promise<void> {
    for (const delayMs of [...DELIVERY_RETRY_MS, undefined]) {
      const result = await invoke(nameOrArn, payload, { event: true });
      if (!('error' in result)) return;
      if (delayMs === undefined || stopping.signal.aborted) break;
      await pause(delayMs, stopping.signal);
    }
    log('error', 'lambda', `gave up delivering an event to ${nameOrArn}`);
  }

  return {
    invoke,
    deliver(nameOrArn, payload) {
      const delivery = deliverWithRetries(nameOrArn, payload)
        .catch((error) => log('error', 'lambda', `an event was not delivered: ${error}`))
        .finally(() => deliveries.delete(delivery));
      deliveries.add(delivery);
    },
    warm() {
      for (const pool of new Set(pools.values())) pool.warm();
    },
    async wire({ method, path, body, authorize }) {
      const match = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path);
      if (method !== 'POST' || !match?.[1]) return undefined;
      const name = decodeURIComponent(match[1]);
      authorize({
        action: 'lambda:InvokeFunction',
        resource: definitions.find((one) => one.name === name)?.arn ?? name,
      });
      const result = await invoke(name, body.length > 0 ? JSON.parse(body.toString()) : {});
      if ('payload' in result) return { status: 200, body: JSON.parse(result.payload) };
      return { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: result.error };
    },
    async stop() {
      stopping.abort();
      await Promise.all(deliveries);
      await Promise.all([...new Set(pools.values())].map((pool) => pool.stop()));
    },
  };
}
