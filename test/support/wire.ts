import { currentInvocation, type Invocation, processExit } from './invocations.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type ServiceName = 'dynamodb' | 'states' | 'ses';
export type JsonObject = Record<string, unknown>;

/** One call of the AWS SDK, after it was serialized. */
export interface WireCall {
  readonly service: ServiceName;
  readonly operation: string;
  readonly body: JsonObject;
  readonly raw: WireRequest;
  /** The function that makes it. */
  readonly invocation: Invocation | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string | Buffer;
}

/** As much of the SDK's request as is looked at. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface SdkRequest extends Omit<WireRequest, 'body'> {
  readonly body?: string | Uint8Array;
}

/**
 * What goes wrong: the calling process dies before the call, or after it took effect and before the answer; the answer is lost on
 * the way; the service never answers, or cannot be reached; or it answers something else.
 */
export type Mishap = 'die before' | 'die after' | 'lose answer' | 'hang' | 'unreachable' | WireAnswer;

export interface Fault {
  readonly service: ServiceName;
  readonly operation?: string;
  /** Which of these calls. */
  readonly when?: (call: WireCall) => boolean;
  /** How many of them; default 1. */
  readonly times?: number;
  readonly mishap: Mishap;
}

export type Serve = (call: WireCall) => Promise<WireAnswer> | WireAnswer;

export interface Wire {
  /** A request handler for an SDK client: `serve` answers instead of the network. */
  handler(service: ServiceName, serve: Serve): SdkRequestHandler;
  fault(fault: Fault): void;
  /** From now on all goes well. */
  heal(): void;
  readonly calls: readonly WireCall[];
}

interface SdkRequestHandler {
  handle(request: unknown): Promise<{ response: never }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

/** Options that every SDK client of the stage has. */
export const SDK_IDENTITY = {
  region: 'eu-central-1',
  endpoint: 'http://aws.invalid',
  credentials: { accessKeyId: 'a'.repeat(20), secretAccessKey: 'b'.repeat(40) },
};

/** Carries the SDK's requests to fakes in this process, one place to count them and to let them fail. */
export function createWire(clock: VirtualClock, told: (text: string) => void): Wire {
  const faults: { fault: Fault; left: number }[] = [];
  const calls: WireCall[] = [];

  function mishapOf(call: WireCall): Mishap | undefined {
    const hit = faults.find(
      ({ fault, left }) =>
        left > 0 &&
        fault.service === call.service &&
        (fault.operation === undefined || fault.operation === call.operation) &&
        (fault.when?.(call) ?? true),
    );
    if (!hit) return undefined;
    hit.left -= 1;
    const { mishap } = hit.fault;
    const what = typeof mishap === 'string' ? mishap : `answers ${mishap.status}`;
    told(`${call.invocation?.functionName ?? 'somebody'}: ${call.service} ${call.operation}: ${what}`);
    return mishap;
  }

  async function perform(call: WireCall, serve: Serve): Promise<WireAnswer | 'never'> {
    const { invocation } = call;
    const mishap = mishapOf(call);
    if (mishap === 'die before') return dies(invocation);
    if (mishap === 'hang') return 'never';
    if (mishap === 'unreachable') throw named('ECONNREFUSED');
    if (typeof mishap === 'object') return mishap;
    const answer = await serve(call);
    if (invocation?.dead) return 'never';
    if (mishap === 'die after') return dies(invocation);
    if (mishap === 'lose answer') throw named('ECONNRESET');
    return answer;
  }

  return {
    calls,
    fault: (fault) => faults.push({ fault, left: fault.times ?? 1 }),
    heal: () => {
      faults.length = 0;
    },
    handler: (service, serve) => ({
      async handle(request) {
        const raw = plain(request as SdkRequest);
        const invocation = currentInvocation();
        if (invocation?.dead) return never();
        const call: WireCall = { service, operation: operationOf(raw), body: JSON.parse(raw.body), raw, invocation };
        calls.push(call);
        const answer = await clock.track(perform(call, serve));
        if (answer === 'never') return never();
        const { status, headers = {}, body } = answer;
        const response = { statusCode: status, headers, body: Buffer.from(body as string) };
        return { response: response as never };
      },
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
      destroy: () => undefined,
    }),
  };
}

function operationOf({ headers, path }: WireRequest): string {
  return headers['x-amz-target']?.split('.')[1] ?? (path.endsWith('/outbound-emails') ? 'SendEmail' : path);
}

function plain({ method, path, headers, body = '' }: SdkRequest): WireRequest {
  return { method, path, headers, body: typeof body === 'string' ? body : new TextDecoder().decode(body) };
}

function dies(invocation: Invocation | undefined): 'never' {
  invocation?.die(processExit());
  return 'never';
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

function named(code: string): Error {
  return Object.assign(new Error(code), { code, name: 'Error' });
}
