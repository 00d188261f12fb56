import { MISHAPS, type Mishap, type WireCall } from '../support/wire.ts';

/** What can go wrong at a call. */
export const TROUBLES = [
  ...MISHAPS,
  /** The service answers HTTP 500, once. */
  'server error',
  /** It does so for {@link OUTAGE_MS}, which is longer than the SDK tries. */
  'outage',
  /** From this call on, the clock of the calling function is off by {@link SKEW_MS}. */
  'clock ahead',
  'clock behind',
  /** While the function makes this call, it is called a second time, with the same input. */
  'called twice',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** A trouble at the call with this number, counted from 1 over all functions since the beginning of the story. */
export interface Injection {
  readonly call: number;
  readonly trouble: Trouble;
}

/** No more than what the lease of a page has over the longest life of its sender (75 s - 50 s). */
export const SKEW_MS = 20_000;
export const OUTAGE_MS = 30_000;
export const SERVER_ERROR: Mishap = {
  status: 500,
  headers: { 'x-amzn-errortype': 'InternalServerError' },
  body: JSON.stringify({ __type: 'InternalServerError', message: 'not now' }),
};

/** Sweeps come every minute and mostly read what the last one read: of alike idle reads so many are tried. */
const ALIKE_IDLE_READS = 2;
const IDLE = /^(GetItem|BatchGetItem|Query)$/;

/**
 * What may be tried at each call at which trouble is worth making: all calls of functions, but for the reconciler's reads, which are
 * alike.
 */
export function placesFor(calls: readonly WireCall[]): Injection[][] {
  const seen = new Map<string, number>();
  return calls.flatMap((call, index) => {
    const { invocation, operation, body } = call;
    if (invocation === undefined) return [];
    const here = [TROUBLES.filter((trouble) => fits(trouble, call)).map((trouble) => ({ call: index + 1, trouble }))];
    if (invocation.functionName !== 'reconciler' || !IDLE.test(operation)) return here;
    const alike = `${operation} ${JSON.stringify(body.TableName ?? Object.keys(body.RequestItems ?? {}))} ${body.IndexName}`;
    const times = (seen.get(alike) ?? 0) + 1;
    seen.set(alike, times);
    return times <= ALIKE_IDLE_READS ? here : [];
  });
}

/** A request twice is two requests: what a person or a sender asks for is not asked again by the platform. */
export function fits(trouble: Trouble, call: WireCall): boolean {
  if (trouble !== 'called twice') return true;
  return !['api', 'ingest'].includes(call.invocation?.functionName ?? '');
}

export function describePlan(plan: readonly Injection[]): string {
  return plan.map(({ call, trouble }) => `${trouble} at call ${call}`).join(', ');
}

/** Numbers in [0, 1), the same for the same seed. Source: mulberry32, public domain. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
