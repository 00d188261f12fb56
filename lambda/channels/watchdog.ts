import { type Fetch, request } from './outgoing.ts';

/** Tells whoever watches from outside that all is well. Answers why it could not; never the address, which holds a token. */
export type PingWatchdog = () => Promise<{ readonly failure?: string }>;

/** The sweep that pings is under a time limit of its own. */
const TIMEOUT_MS = 3_000;

/** Pings by a GET of an https address. An address that is none is a failure of each ping, and of nothing else. */
export function createWatchdog(url: string, fetch: Fetch = globalThis.fetch): PingWatchdog {
  return async () => {
    if (!URL.canParse(url) || new URL(url).protocol !== 'https:') return { failure: 'the address is not https' };
    const answered = await request(fetch, url, { method: 'GET' }, TIMEOUT_MS);
    if ('failure' in answered) return answered;
    return answered.status >= 200 && answered.status < 300 ? {} : { failure: `answered ${answered.status}` };
  };
}
