import { describe, expect, it } from '@jest/globals';
import { createEventSender } from '../../../lambda/channels/events.ts';
import type { Fetch } from '../../../lambda/channels/outgoing.ts';
import { createWatchdog } from '../../../lambda/channels/watchdog.ts';

const TOKEN = 't'.repeat(36);
const URL_WITH_TOKEN = `https://watchdog.example.org/ping/${TOKEN}`;
const KEY = 'k'.repeat(32);

/** Answers with a status, or fails as `fetch` does, with the address in its message. */
function answering(result: number | Error) {
  const asked: { url: string; init: RequestInit }[] = [];
  const fetch: Fetch = async (url, init) => {
    asked.push({ url, init });
    if (typeof result === 'number') return new Response(null, { status: result });
    throw result;
  };
  return { fetch, asked };
}

const unreachable = new TypeError(`cannot reach ${URL_WITH_TOKEN}`, {
  cause: Object.assign(new Error(`getaddrinfo ENOTFOUND ${TOKEN}`), { code: 'ENOTFOUND' }),
});

describe('the ping of the watchdog', () => {
  it('is a GET with a time limit that follows no redirect', async () => {
    const { fetch, asked } = answering(200);
    expect(await createWatchdog(URL_WITH_TOKEN, fetch)()).toEqual({});
    expect(asked).toEqual([
      { url: URL_WITH_TOKEN, init: { method: 'GET', redirect: 'manual', signal: expect.any(AbortSignal) } },
    ]);
  });

  it.each([
    [500, 'answered 500'],
    [302, 'answered 302'],
    [unreachable, 'TypeError ENOTFOUND'],
    [new DOMException(`too slow: ${TOKEN}`, 'TimeoutError'), 'TimeoutError'],
    [Object.assign(new Error(TOKEN), { name: URL_WITH_TOKEN }), 'unknown failure'],
  ])('tells that it failed (%#), and never where to', async (result, failure) => {
    expect(await createWatchdog(URL_WITH_TOKEN, answering(result).fetch)()).toEqual({ failure });
  });

  it.each([`http://watchdog.example.org/${TOKEN}`, '{{resolve:ssm:/watchdog}}', 'watchdog'])(
    'goes to https addresses alone (%#)',
    async (url) => {
      const { fetch, asked } = answering(200);
      expect(await createWatchdog(url, fetch)()).toEqual({ failure: 'the address is not https' });
      expect(asked).toEqual([]);
    },
  );
});

describe('an event to the API', () => {
  const event = { routing_key: KEY, event_action: 'resolve', dedup_key: 'canary' } as const;

  it('goes in as every sender sends it', async () => {
    const { fetch, asked } = answering(202);
    await createEventSender('https://inresponse.example.org/v1', fetch)(event);
    expect(asked).toMatchObject([
      { url: 'https://inresponse.example.org/v1/v2/enqueue', init: { method: 'POST', body: JSON.stringify(event) } },
    ]);
  });

  it.each([
    [200, 'answered 200'],
    [400, 'answered 400'],
    [unreachable, 'TypeError ENOTFOUND'],
  ])('that is not taken is an error without its key (%#)', async (result, why) => {
    const send = createEventSender('https://inresponse.example.org', answering(result).fetch);
    await expect(send(event)).rejects.toThrow(new Error(`the API did not take the resolve event: ${why}`));
  });
});
