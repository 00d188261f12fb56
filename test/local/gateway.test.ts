import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createMatcher } from '../../local/gateway-match.ts';
import type { Method } from '../../local/gateway-model.ts';
import { Throttle, TokenBucket } from '../../local/throttle.ts';

function method(httpMethod: string, resourcePath: string): Method {
  return { httpMethod, resourcePath, resourceId: resourcePath, functionArn: 'f', apiKeyRequired: false, timeoutMs: 1 };
}

describe('matching', () => {
  const match = createMatcher([
    method('GET', '/'),
    method('GET', '/incidents'),
    method('ANY', '/incidents/{id}'),
    method('GET', '/incidents/{id}'),
    method('GET', '/incidents/open'),
    method('GET', '/incidents/{id}/timeline'),
    method('POST', '/v2/{proxy+}'),
  ]);
  const found = (verb: string, path: string) => {
    const result = match(verb, path);
    return result && [`${result.method.httpMethod} ${result.method.resourcePath}`, result.pathParameters];
  };

  it.each([
    ['GET', '/', 'GET /', {}],
    ['GET', '/incidents', 'GET /incidents', {}],
    ['GET', '/incidents/', 'GET /incidents', {}],
    ['GET', '/incidents/open', 'GET /incidents/open', {}],
    ['GET', '/incidents/7', 'GET /incidents/{id}', { id: '7' }],
    ['POST', '/incidents/7', 'ANY /incidents/{id}', { id: '7' }],
    ['GET', '/incidents/open/timeline', 'GET /incidents/{id}/timeline', { id: 'open' }],
    ['GET', '/incidents/a%2Fb%20c', 'GET /incidents/{id}', { id: 'a/b c' }],
    ['GET', '/incidents/a%2520b', 'GET /incidents/{id}', { id: 'a%20b' }],
    ['POST', '/v2/alerts/x/close', 'POST /v2/{proxy+}', { proxy: 'alerts/x/close' }],
  ])('%s %s is %s', (verb, path, expected, parameters) => {
    expect(found(verb, path)).toEqual([expected, parameters]);
  });

  it.each([
    ['POST', '/incidents'],
    ['GET', '/nothing'],
    ['GET', '/incidents//timeline'],
    ['GET', '/incidents/%zz'],
    ['POST', '/v2'],
    ['GET', '/__proto__'],
  ])('%s %s is nothing', (verb, path) => {
    expect(match(verb, path)).toBeUndefined();
  });
});

describe('throttling', () => {
  it('lets a burst through, then the rate', () => {
    const bucket = new TokenBucket({ ratePerSecond: 2, burst: 3 }, 0);
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
    expect([499, 500, 500, 1_000].map((now) => bucket.take(now))).toEqual([false, true, false, true]);
  });

  it('saves up no more than the burst', () => {
    const bucket = new TokenBucket({ ratePerSecond: 2, burst: 2 }, 0);
    expect([60_000, 60_000, 60_000].map((now) => bucket.take(now))).toEqual([true, true, false]);
  });

  it('never lets more through than burst and rate allow', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, (steps) => {
        const bucket = new TokenBucket({ ratePerSecond: 5, burst: 10 }, 0);
        let now = 0;
        let taken = 0;
        for (const step of steps) {
          now += step;
          if (bucket.take(now)) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(10 + (now * 5) / 1_000);
      }),
    );
  });

  it('counts each key for itself, and nothing without a limit', () => {
    const throttle = new Throttle();
    const limit = { ratePerSecond: 1, burst: 1 };
    expect([throttle.allows('a', limit, 0), throttle.allows('b', limit, 0), throttle.allows('a', limit, 0)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(throttle.allows('a', undefined, 0)).toBe(true);
  });
});
