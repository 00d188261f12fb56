import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { api } from '../../../lambda/http/api.ts';
import { job } from '../../../lambda/job.ts';
import { apiEvent } from '../../support/api-event.ts';

/** With the real metrics, as the handlers have them: what the middleware around a function gives back must be its own result. */
const silent = { debug() {}, info() {}, warn() {}, error() {}, trace() {} };
const log = { info() {}, warn() {}, error() {} };

function metrics(): Metrics {
  return new Metrics({ namespace: 'InResponse', serviceName: 'test', logger: silent });
}

beforeEach(() => {
  // The library's own switch for "write to the console that is there" and "emit nothing".
  process.env.POWERTOOLS_DEV = 'true';
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(() => {
  delete process.env.POWERTOOLS_DEV;
  jest.restoreAllMocks();
});

describe('a job', () => {
  it('answers what it was asked to do', async () => {
    const handler = job({ log, metrics: metrics() }, async (input: number) => ({ doubled: input * 2 }));
    expect(await handler(21, {} as Context)).toEqual({ doubled: 42 });
  });

  it('answers the same when metrics were counted', async () => {
    const counting = metrics();
    const handler = job({ log, metrics: counting }, async () => {
      counting.addMetric('PageSent', MetricUnit.Count, 1);
      return 'done';
    });
    expect(await handler(undefined, {} as Context)).toBe('done');
  });

  it('stays a failure when it failed', async () => {
    const handler = job({ log, metrics: metrics() }, async () => {
      throw new Error('no table');
    });
    await expect(async () => handler(undefined, {} as Context)).rejects.toThrow('no table');
  });
});

describe('the API', () => {
  const head = { revision: 3, projected: 3 };
  const deps = { log, metrics: metrics(), config: { head: async () => head }, publicUrl: 'https://example.org' };
  const handler = api(deps as unknown as Parameters<typeof api>[0]);

  it('answers what the operation answered', async () => {
    const answer = await handler(apiEvent({ method: 'GET', path: '/healthz' }), {} as Context);
    expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining('"ok"') });
  });

  it('answers a refusal as a problem document', async () => {
    const answer = await handler(apiEvent({ method: 'GET', path: '/nothing/here' }), {} as Context);
    expect(answer).toMatchObject({ statusCode: 404, headers: { 'content-type': 'application/problem+json' } });
  });
});
