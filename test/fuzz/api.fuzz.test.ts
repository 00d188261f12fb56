import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ADMIN_KEY_ID } from '../support/api-event.ts';
import { type ApiCase, apiCase, eventOf } from './api-case.ts';
import { type ApiWorld, startApiWorld } from './api-world.ts';
import { OPERATIONS } from './document.ts';
import { complaints } from './properties.ts';
import { REQUESTS, SEED, shareOf } from './run.ts';
import { createTally } from './tally.ts';
import { askedFor, verdictOn } from './verdict.ts';
import { CONFIG } from './world.ts';

const LEAST_VALID = 6;
const PLAIN: ApiCase = { method: 'GET', path: {}, query: [], headers: [], raw: 'as it is', apiKeyId: ADMIN_KEY_ID };

const tally = createTally();
let world: ApiWorld;
beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => {
  if (REQUESTS > 0) console.log(tally.table());
});

describe('requests made from the OpenAPI document', () => {
  it.each(OPERATIONS.map((documented) => [documented.operation, documented] as const))(
    '%s',
    async (operation, documented) => {
      const check = async (made: ApiCase) => {
        await world.refresh();
        const event = eventOf(documented, made, world.lookup);
        const answered = await world.stage.api(event);
        world.done(documented, answered);
        tally.count(operation, answered.statusCode);
        const asked = askedFor(documented, event);
        const found = complaints(asked, verdictOn(asked, event), answered);
        if (found.length > 0) throw new Error(found.join('\n'));
      };
      const share = shareOf(documented);
      // That an operation is reached at all must not be left to chance.
      const valid = Math.max(LEAST_VALID, Math.ceil(share / 10));
      await fc.assert(fc.asyncProperty(apiCase(documented, 'nothing'), check), { seed: SEED, numRuns: valid });
      await fc.assert(fc.asyncProperty(apiCase(documented), check), { seed: SEED, numRuns: share });
    },
    600_000,
  );

  it('have reached every operation', () => {
    expect(
      OPERATIONS.filter(({ operation }) => tally.successes(operation) === 0).map(({ operation }) => operation),
    ).toEqual([]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('what such requests have found', () => {
  const ask = async (path: string, made: Partial<ApiCase>) => {
    const event = eventOf({ path }, { ...PLAIN, ...made }, world.lookup);
    const { statusCode, headers, body } = await world.stage.api(event);
    const problem = JSON.parse(body) as { errors?: { field: string; message: string }[] };
    return { statusCode, headers, problem, fields: (problem.errors ?? []).map(({ field }) => field).sort() };
  };

  it.each([null, ''])('a request without an API key id is not one with the general key: %j', async (apiKeyId) => {
    expect((await ask('/incidents', { apiKeyId })).statusCode).toBe(403);
    expect((await ask('/oncall', { apiKeyId })).statusCode).toBe(403);
    expect((await ask('/healthz', { apiKeyId })).statusCode).toBe(200);
  });

  it('a parameter that is given twice does not hide what is wrong with the others', async () => {
    const query = [
      ['limit', '1'],
      ['limit', '2'],
      ['state', 'open'],
      ['x', ''],
    ] as const;
    expect((await ask('/incidents', { query })).fields).toEqual(['limit', 'state', 'x']);
  });

  it('a fault of a simulation does not hide those of its configuration', async () => {
    const json = { service: 'checkout', severity: 'BAD', config: { services: [{ id: ' ' }], x: 1 } };
    const { fields } = await ask('/simulate', { method: 'POST', json });
    expect(fields).toEqual(['config.services[0].id', 'config.x', 'severity']);
  });

  it('a mapping says where it is wrong', async () => {
    const json = { name: 'x', kind: 'json', mapping: { titel: '/t', links: [{ href: 1 }] } };
    const { statusCode, fields } = await ask('/integrations', { method: 'POST', json });
    expect({ statusCode, fields }).toEqual({ statusCode: 400, fields: ['mapping.links[0].href', 'mapping.titel'] });
  });

  it('a day that is none is told in words', async () => {
    const days = { tomorrow: { oncall: 'ada' } };
    const json = { ...CONFIG, schedules: [{ id: 'primary', timeZone: 'UTC', days }] };
    const { problem } = await ask('/config', { method: 'PUT', json });
    expect(problem.errors).toContainEqual({
      field: 'schedules[0].days.tomorrow',
      message: 'must be a day as YYYY-MM-DD',
    });
  });

  it('a dedup key of 512 characters fits, however many bytes they have', async () => {
    const json = { service: 'checkout', severity: 'ERR', title: 'x', message: 'x', dedupKey: '😀'.repeat(512) };
    const first = await ask('/incidents', { method: 'PUT', json });
    expect(first.statusCode).toBe(201);
    const again = await ask('/incidents', { method: 'PUT', json });
    expect(again).toMatchObject({ statusCode: 200, problem: { count: 2, dedupKey: json.dedupKey } });
    // DynamoDB's limit for a partition key, which dynalite does not know of a put.
    const keys = (await world.stage.dump()).Dedup.map((item) => (item as { dedupId: { S: string } }).dedupId.S);
    expect(Math.max(...keys.map((key) => Buffer.byteLength(key)))).toBeLessThanOrEqual(2_048);
  });

  it('events are grouped by texts of any length', async () => {
    const grouping = { by: 'fields', fields: ['title', 'details.log'], windowMinutes: 5 };
    const config = { ...CONFIG, services: [...CONFIG.services, { id: 'grouped', team: 'core', grouping }] };
    expect((await ask('/config', { method: 'PUT', json: config })).statusCode).toBe(200);
    const log = 'x'.repeat(100_000);
    const json = { service: 'grouped', severity: 'ERR', title: '😀'.repeat(1_024), message: 'x', details: { log } };
    expect((await ask('/incidents', { method: 'PUT', json })).statusCode).toBe(201);
    expect(await ask('/incidents', { method: 'PUT', json })).toMatchObject({ statusCode: 200, problem: { count: 2 } });
    const other = { ...json, details: { log: `${log}y` } };
    expect((await ask('/incidents', { method: 'PUT', json: other })).statusCode).toBe(201);
  });

  it('a name in X-Author can be sent back', async () => {
    const json = { ...CONFIG, services: [...CONFIG.services, { id: 'other' }] };
    const headers = [['X-Author', 'Zo\u00eb \u540d\r\nSet-Cookie: a=b\u0000 \u202e']] as const;
    expect((await ask('/config', { method: 'PUT', json, headers })).statusCode).toBe(200);
    expect((await ask('/config', {})).headers['x-config-author']).toBe('Zo%C3%AB %E5%90%8D Set-Cookie: a=b');
  });
});
