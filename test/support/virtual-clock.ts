import { setTimeout as realTimeout } from 'node:timers';
import { jest } from '@jest/globals';

/** Real: how the event loop turns while the faked clock stands still. */
const nextTurn = setImmediate;
/** Between two calls of a use case there are microtasks only; a few turns without a call under way mean that all is at rest. */
const QUIET_TURNS = 3;
/** Faked are Date and the timers that the state machine's waits and the SDK's retries use; nothing else. */
const LEFT_REAL = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'requestIdleCallback',
  'cancelIdleCallback',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
] as const;

export interface VirtualClock {
  /** Moves time to `at`, from timer to timer, letting everything come to rest in between. */
  advanceTo(at: number): Promise<void>;
  /** Waits, in real time, until no tracked work is under way. */
  settle(): Promise<void>;
  /** The result of `work`, moving time no further than needed and at most `limitMs`. Throws when that is not enough. */
  finish<T>(work: Promise<T>, limitMs?: number): Promise<T>;
  /** Marks work that goes on outside of timers (a call to a service); time stands still meanwhile. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Marks work that makes such calls. Time may move on under it, but not hastily: it may be between two calls. */
  watch<T>(work: Promise<T>): Promise<T>;
  stop(): void;
}

/** Fakes Date, setTimeout and clearTimeout of the test's realm from `now` on. One at a time. */
export function startVirtualClock(now: number): VirtualClock {
  jest.useFakeTimers({ now, doNotFake: [...LEFT_REAL] });
  let underWay = 0;
  let watched = 0;
  let calls = 0;

  const clock: VirtualClock = {
    async settle() {
      for (let patient = false; !patient; ) {
        for (let quiet = 0; quiet < QUIET_TURNS; quiet = underWay > 0 ? 0 : quiet + 1) {
          await new Promise((resolve) => nextTurn(resolve));
        }
        patient = true;
        if (watched > 0) {
          const before = calls;
          await new Promise((resolve) => realTimeout(resolve, 2));
          patient = before === calls && underWay === 0;
        }
      }
    },

    async advanceTo(at) {
      await clock.settle();
      while (Date.now() < at) await step(at);
      // What the last turn has planned for this very instant.
      for (let before = -1; before !== calls; ) {
        before = calls;
        jest.advanceTimersByTime(0);
        await clock.settle();
      }
    },

    async finish(work, limitMs = 60_000) {
      let over = false;
      const ended = work.finally(() => {
        over = true;
      });
      ended.catch(() => undefined);
      const limit = Date.now() + limitMs;
      await clock.settle();
      while (!over && Date.now() < limit) await step(limit);
      if (!over) throw new Error(`still not done after ${limitMs} ms of virtual time`);
      return ended;
    },

    async track(work) {
      underWay += 1;
      calls += 1;
      try {
        return await work;
      } finally {
        underWay -= 1;
      }
    },

    async watch(work) {
      watched += 1;
      try {
        return await work;
      } finally {
        watched -= 1;
      }
    },

    stop() {
      jest.clearAllTimers();
      jest.useRealTimers();
    },
  };

  /** To the next timer, or to `limit` if there is none before. */
  async function step(limit: number): Promise<void> {
    const marker = setTimeout(() => undefined, limit - Date.now());
    jest.advanceTimersToNextTimer();
    clearTimeout(marker);
    await clock.settle();
  }
  return clock;
}
