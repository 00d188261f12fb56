/** One timer at most: longer ones overflow in Node, and a timer does not see the computer sleep or its clock being set. */
const LONGEST_TIMER_MS = 60_000;

/** Resolves after `ms`, or when the signal says that there is no point in waiting any more. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** Resolves once the clock shows `until` (epoch milliseconds), however far away that is, or when the signal is given. */
export async function pauseUntil(until: number, signal: AbortSignal): Promise<void> {
  for (let left = until - Date.now(); left > 0 && !signal.aborted; left = until - Date.now()) {
    await pause(Math.min(left, LONGEST_TIMER_MS), signal);
  }
}
