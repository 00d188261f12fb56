import { type Fetch, request } from './outgoing.ts';

/** An event as any sender of PagerDuty's Events API v2 would send it. */
export interface SenderEvent {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'resolve';
  readonly dedup_key: string;
  readonly payload?: {
    readonly summary: string;
    readonly source: string;
    readonly severity: 'critical' | 'error' | 'warning' | 'info';
    /** ISO 8601 */
    readonly timestamp: string;
  };
}

/** Sends an event to an API. Throws unless it was accepted; the error holds neither the address nor the key. */
export type SendEvent = (event: SenderEvent) => Promise<void>;

/** Beyond the ingest function's cold start, below the time limit of whoever sends. */
const TIMEOUT_MS = 10_000;

/** Sends to `apiUrl`, which is an InResponse (or PagerDuty), through the front door. */
export function createEventSender(apiUrl: string, fetch: Fetch = globalThis.fetch): SendEvent {
  return async (event) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
    const answered = await request(fetch, `${apiUrl}/v2/enqueue`, init, TIMEOUT_MS);
    const why = 'failure' in answered ? answered.failure : answered.status === 202 ? '' : `answered ${answered.status}`;
    if (why !== '') throw new Error(`the API did not take the ${event.event_action} event: ${why}`);
  };
}
