import type { InboundEvent } from '../../core/event.ts';
import type { Integration } from '../../core/integration.ts';
import { type TakeDeps, type Taken, takeEvent } from './take-event.ts';

/** Enough to get a large group in before the sender gives up, few enough to leave other senders room. */
const AT_ONCE = 8;

/**
 * Takes in the events of one request: those of one dedup key in their order, different keys side by side. Rejects when any of them
 * cannot be taken in, after all have been tried: the sender then sends all of them again, and those with a key are known by it.
 */
export async function takeEvents(
  deps: TakeDeps,
  integration: Integration,
  events: readonly InboundEvent[],
): Promise<Taken[]> {
  const queues = new Map<unknown, [index: number, event: InboundEvent][]>();
  for (const [index, event] of events.entries()) {
    const name = event.dedupKey ?? index;
    queues.set(name, [...(queues.get(name) ?? []), [index, event]]);
  }
  const results: Taken[] = [];
  const waiting = [...queues.values()];
  const failures: unknown[] = [];
  async function work(): Promise<void> {
    for (let queue = waiting.shift(); queue; queue = waiting.shift()) {
      try {
        for (const [index, event] of queue) results[index] = await takeEvent(deps, integration, event);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
