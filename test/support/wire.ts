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
  /** Epoch milliseconds. */
  readonly at: number;
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

export const MISHAPS = [
  /** The service cannot be reached: nothing happens. */
  'unreachable',
  /** It refuses for the moment, as it does with too many calls. */
  'throttled',
  /** The call takes effect, and its answer is lost on the way. */
  'lose answer',
  /** The caller gives the call up; it takes effect later all the same, after what the caller does next. */
  'straggle',
  /** The request arrives twice, and takes effect twice; the second answer is the one that is heard. */
  'twice',
  /** No answer, no effect: the function runs into its time limit. */
  'hang',
  /** No answer until the function has run into its time limit; then the call takes effect. */
  'late',
  /** The calling process is gone: before the call took effect, or after. */
  'die before',
  'die after',
  /** So are all processes and all workflows; what is stored stays. */
  'power cut before',
  'power cut after',
] as const;

/** What goes wrong with a call; or it answers something else. */
export type Mishap = (typeof MISHAPS)[number] | WireAnswer;

export interface Fault {
  /** Default: any. */
  readonly service?: ServiceName;
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
  /** Nobody here looks at a signature, and making it takes a good part of a call. */
  signer: { sign: async <T>(request: T): Promise<T> => request },
};

const STRAGGLE_MS = 6_000;
/** Longer than any function may run. */
const LATE_MS = 65_000;

/** Carries the SDK's requests to fakes in this process, one place to count them and to let them fail. */
export function createWire(clock: VirtualClock, told: (text: string) => void, cutPower: () => void): Wire {
  const faults: { fault: Fault; left: number }[] = [];
  const calls: WireCall[] = [];

  function mishapOf(call: WireCall): Mishap | undefined {
    const hit = faults.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.service === undefined || fault.service === call.service) &&
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
    if (typeof mishap === 'object') return mishap;
    switch (mishap) {
      case 'unreachable':
        throw named('ECONNREFUSED');
      case 'throttled':
        return throttled(call.service);
      case 'hang':
        return 'never';
      case 'late':
        setTimeout(() => clock.track(Promise.resolve(serve(call))), LATE_MS);
        return 'never';
      case 'straggle':
        setTimeout(() => clock.track(Promise.resolve(serve(call))), STRAGGLE_MS);
        throw Object.assign(new Error('the request took too long'), { name: 'TimeoutError' });
      case 'die before':
        invocation?.die(processExit());
        return 'never';
      case 'power cut before':
        cutPower();
        return 'never';
      case 'twice':
        await serve(call);
    }
    const answer = await serve(call);
    if (invocation?.dead) return 'never';
    if (mishap === 'lose answer') throw named('ECONNRESET');
    if (mishap === 'power cut after') cutPower();
    if (mishap === 'die after') invocation?.die(processExit());
    return invocation?.dead ? 'never' : answer;
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
        const call: WireCall = {
          service,
          operation: operationOf(raw),
          body: JSON.parse(raw.body),
          raw,
          at: Date.now(),
          invocation,
        };
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

/** Source: the API references of the three services, common errors. */
function throttled(service: ServiceName): WireAnswer {
  const name = { dynamodb: 'ThrottlingException', states: 'ThrottlingException', ses: 'TooManyRequestsException' }[
    service
  ];
  const headers = { 'x-amzn-errortype': name };
  return {
    status: service === 'ses' ? 429 : 400,
    headers,
    body: JSON.stringify({ __type: name, message: 'too many' }),
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

function named(code: string): Error {
  return Object.assign(new Error(code), { code, name: 'Error' });
}
