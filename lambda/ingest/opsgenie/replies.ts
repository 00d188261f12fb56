/**
 * What the Opsgenie Alert and Heartbeat APIs answer. Follows opsgenie/opsgenie-oas and opsgenie-go-sdk-v2. Writes are "asynchronous":
 * 202 with a request id. Here the write is durable by then, and `requests/{id}` tells its outcome.
 */
import { type EpochMs, toIso } from '../../../core/time.ts';
import { jsonReply, type Reply, type ReplyHeaders, retryAfter } from '../reply.ts';

/** What every answer carries. */
export interface Trace {
  /** A UUID. */
  readonly requestId: string;
  readonly tookSeconds: number;
}

function headersOf({ requestId, tookSeconds }: Trace, state: 'OK' | 'THROTTLED' = 'OK'): ReplyHeaders {
  return { 'X-Request-Id': requestId, 'X-Response-Time': String(tookSeconds), 'X-RateLimit-State': state };
}

const traced = ({ tookSeconds, requestId }: Trace) => ({ took: tookSeconds, requestId });

/** 202; netdata's route answers 200 with the same. */
export function opsgenieAccepted(trace: Trace, status: 200 | 202 = 202): Reply {
  return jsonReply(status, { result: 'Request will be processed', ...traced(trace) }, headersOf(trace));
}

/** 200 (or 201) with `data`. */
export function opsgenieData(data: unknown, trace: Trace, status: 200 | 201 = 200): Reply {
  return jsonReply(status, { data, ...traced(trace) }, headersOf(trace));
}

/** 200 with a result and data, as heartbeats answer their writes. */
export function opsgenieResult(result: string, data: unknown, trace: Trace, status: 200 | 201 = 200): Reply {
  return jsonReply(status, { result, data, ...traced(trace) }, headersOf(trace));
}

export interface Paging {
  readonly first?: string;
  readonly next?: string;
  readonly prev?: string;
  readonly last?: string;
}

export function opsgeniePage(data: readonly unknown[], paging: Paging, trace: Trace): Reply {
  return jsonReply(200, { data, paging, ...traced(trace) }, headersOf(trace));
}

export type OpsgenieStatus = 400 | 401 | 402 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 500 | 503;

/** `errors` names the fields at fault, as 422 does. */
export function opsgenieError(
  status: OpsgenieStatus,
  message: string,
  trace: Trace,
  errors?: Readonly<Record<string, string>>,
): Reply {
  return jsonReply(status, { message, ...(errors ? { errors } : {}), ...traced(trace) }, headersOf(trace));
}

export const opsgenieUnreadable = (trace: Trace): Reply => opsgenieError(400, 'Request body is not valid JSON', trace);

export const opsgenieTooLarge = (trace: Trace): Reply =>
  opsgenieError(413, 'Request body is larger than 524288 bytes', trace);

export const opsgenieKeyMissing = (trace: Trace): Reply => opsgenieError(401, 'API key is missing', trace);

export function opsgenieKeyInvalid(trace: Trace, disabled = false): Reply {
  const body = disabled
    ? { message: 'API key is disabled', code: 40302 }
    : { message: 'API key is not valid', code: 40301 };
  return jsonReply(403, { ...body, ...traced(trace) }, headersOf(trace));
}

export const opsgenieNotFound = (trace: Trace, what = 'Alert'): Reply => opsgenieError(404, `${what} not found`, trace);

export function opsgenieThrottled(trace: Trace, retryAfterSeconds: number): Reply {
  return jsonReply(
    429,
    { message: 'You are making too many requests!', ...traced(trace) },
    {
      ...headersOf(trace, 'THROTTLED'),
      'X-RateLimit-Reason': 'ACCOUNT',
      'X-RateLimit-Period-In-Sec': '60',
      ...retryAfter(retryAfterSeconds),
    },
  );
}

/** What became of a write. */
export interface RequestOutcome {
  readonly success: boolean;
  /** `Create`, `Acknowledge`, `Close`, … */
  readonly action: string;
  /** A sentence: `Created alert`, `Alert does not exist`. */
  readonly status: string;
  readonly processedAt: EpochMs;
  readonly integrationId: string;
  readonly alertId?: string;
  readonly alias?: string;
}

export function requestStatus(outcome: RequestOutcome, trace: Trace): Reply {
  const { success, action, status, processedAt, integrationId, alertId = '', alias = '' } = outcome;
  return opsgenieData(
    { success, action, processedAt: toIso(processedAt), integrationId, isSuccess: success, status, alertId, alias },
    trace,
  );
}

/** The Go SDK polls as long as it sees this header. */
export function requestNotProcessed(trace: Trace): Reply {
  const reply = opsgenieError(404, 'Request not found. It might not be processed, yet.', trace);
  return { ...reply, headers: { ...reply.headers, 'X-Opsgenie-Errortype': 'RequestNotProcessed' } };
}

/** 202 for every name, known or not, as Opsgenie does. */
export const heartbeatPong = (trace: Trace): Reply =>
  jsonReply(202, { result: 'PONG - Heartbeat received', ...traced(trace) }, headersOf(trace));
