import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REQUESTS, SEED } from './run.ts';
import { type SenderCase, senderCase, senderEvent } from './sender-case.ts';
import { isThrottled, mustRefuse, senderComplaints } from './sender-properties.ts';
import { type SenderWorld, startSenderWorld } from './sender-world.ts';
import { SENDER_ROUTES } from './senders.ts';
import { createTally } from './tally.ts';

/** Requests of the default run to one route. */
const SLICE = 3;
const LEAST_GOOD = 3;
const SHARE = REQUESTS === 0 ? SLICE : Math.ceil(REQUESTS / SENDER_ROUTES.length);

const tally = createTally();
let world: SenderWorld;
beforeAll(async () => {
  world = await startSenderWorld();
});
afterAll(() => {
  if (REQUESTS > 0) console.log(tally.table());
});

describe('requests of senders', () => {
  it.each(SENDER_ROUTES.map((route) => [route.name, route] as const))(
    '%s',
    async (name, route) => {
      const check = async (made: SenderCase) => {
        await world.refresh();
        const event = senderEvent(made, world.put);
        const answered = await world.stage.sender(event);
        tally.count(name, isThrottled(answered) ? 429 : answered.statusCode);
        const same = route.paths.includes(made.path) && route.methods.includes(made.method);
        const found = senderComplaints(
          route,
          same && made.json !== undefined ? mustRefuse(route, event) : undefined,
          answered,
        );
        if (found.length > 0) throw new Error(found.join('\n'));
      };
      // That a route is reached at all must not be left to chance.
      const numRuns = Math.max(LEAST_GOOD, Math.ceil(SHARE / 10));
      await fc.assert(fc.asyncProperty(senderCase(route, 'nothing'), check), { seed: SEED, numRuns });
      await fc.assert(fc.asyncProperty(senderCase(route), check), { seed: SEED, numRuns: SHARE });
    },
    600_000,
  );

  it('have reached every route', () => {
    // What is not supported is refused whoever asks.
    const unsupported = ['savedSearches'];
    const missed = SENDER_ROUTES.map(({ name }) => name).filter((name) => tally.successes(name) === 0);
    expect(missed.filter((name) => !unsupported.includes(name))).toEqual([]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('what such requests have found', () => {
  const ask = async (method: string, path: string, json?: unknown) => {
    const headers = [['Authorization', 'GenieKey @key']] as const;
    const raw = json === undefined ? 'absent' : 'as it is';
    return world.stage.sender(senderEvent({ method, path, headers, json, raw }, world.put));
  };
  const name = 'x'.repeat(3_000);

  it.each([
    ['GET', `/v2/heartbeats/${name}`, 404],
    ['PATCH', `/v2/heartbeats/${name}`, 404],
    ['DELETE', `/v2/heartbeats/${name}`, 404],
    ['POST', `/v2/heartbeats/${name}/enable`, 404],
    // Answered alike whether or not there is such a heartbeat.
    ['POST', `/v2/heartbeats/${name}/ping`, 202],
    ['GET', `/v2/alerts/${name}?identifierType=alias`, 404],
    ['POST', `/v2/alerts/${name}/close?identifierType=alias`, 202],
    ['GET', `/v2/alerts/${name}`, 404],
    ['GET', `/v2/alerts/requests/${name}`, 404],
    ['GET', `/v2/alerts?query=${encodeURIComponent(`alias: "${name}"`)}`, 422],
  ] as const)('a name longer than any key of the database names nothing: %s %#', async (method, path, status) => {
    const answered = await ask(method, path, method === 'PATCH' ? { interval: 5 } : undefined);
    expect({ status: answered.statusCode, logged: answered.logged }).toEqual({ status, logged: [] });
  });
});
