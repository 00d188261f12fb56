import { setTimeout as pause } from 'node:timers/promises';
import { type Attempt, type Event, isAccepted, type Send, type Sent } from './event.ts';

/** Epoch milliseconds with a fraction, as of the start of this process: it neither jumps nor runs backwards. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** Sends each event once, `senders` at a time, each as soon as the sender before has its answer: as fast as events are taken in. */
export async function storm(events: readonly Event[], senders: number, send: Send): Promise<Sent[]> {
  const sent: Sent[] = [];
  const waiting = events.values();
  await Promise.all(
    Array.from({ length: senders }, async () => {
      for (const event of waiting) {
        const attempt = await attemptOnce(event, send);
        sent.push({ event, dueAt: attempt.at, attempts: [attempt] });
      }
    }),
  );
  return sent;
}

/** Between one attempt's failure and the next attempt, twice as long each time: as senders do that mean to get through. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8_000;

export interface SteadyOptions {
  readonly ratePerSecond: number;
  /** After the last event's turn; what is not accepted by then is left. */
  readonly patienceMs: number;
}

/**
 * Sends each event when its turn comes, whatever has become of those before, and again until it is accepted: an open loop, so that a
 * stall delays nothing but the answers, and shows in full in what is counted from `dueAt`.
 */
export async function steady(
  events: readonly Event[],
  { ratePerSecond, patienceMs }: SteadyOptions,
  send: Send,
): Promise<Sent[]> {
  const begin = clock();
  const turnOf = (index: number) => begin + (index * 1_000) / ratePerSecond;
  const giveUpAt = turnOf(events.length) + patienceMs;

  async function untilAccepted(event: Event, dueAt: number): Promise<Sent> {
    const attempts: Attempt[] = [];
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
      const attempt = await attemptOnce(event, send);
      attempts.push(attempt);
      if (isAccepted(attempt) || clock() + wait > giveUpAt) return { event, dueAt, attempts };
      await pause(wait);
    }
  }

  const underWay: Promise<Sent>[] = [];
  for (const [index, event] of events.entries()) {
    const early = turnOf(index) - clock();
    if (early > 0) await pause(early);
    underWay.push(untilAccepted(event, turnOf(index)));
  }
  return Promise.all(underWay);
}

async function attemptOnce(event: Event, send: Send): Promise<Attempt> {
  const at = clock();
  const answer = await send(event).catch(() => undefined);
  return { at, endedAt: clock(), answer };
}
