import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createFunctions, type FunctionDefinition } from '../../local/functions.ts';
import { eventually, FIXTURE } from './fixture/assembly.ts';

const lines: string[] = [];
const definition: FunctionDefinition = {
  name: 'api',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:api',
  label: 'api',
  codeDirectory: join(FIXTURE, 'asset.api'),
  handler: 'index.handler',
  environment: { ONLY: 'this' },
  timeoutSeconds: 5,
  memoryMegabytes: 128,
  reservedConcurrency: 1,
};
const hasty = { ...definition, name: 'hasty', arn: 'hasty', timeoutSeconds: 0.2 };
const broken = { ...definition, name: 'broken', arn: 'broken', handler: 'missing.handler' };
const functions = createFunctions([definition, hasty, broken], (_level, _source, message) => lines.push(message));
afterAll(() => functions.stop());

async function answer(name: string, action: string): Promise<{ statusCode: number; body: Record<string, unknown> }> {
  const result = await functions.invoke(name, { pathParameters: { proxy: action } });
  if ('error' in result) throw new Error(result.error.errorType);
  const { statusCode, body } = JSON.parse(result.payload);
  return { statusCode, body: JSON.parse(body) };
}

describe('a function', () => {
  it('sees its own environment and no more', async () => {
    process.env.SECRET_OF_THIS_PROCESS = 'x';
    expect((await answer('api', 'environment')).body).toEqual({ ONLY: 'this' });
  });

  it('keeps its module state between invocations, is found by its ARN, and knows its time limit', async () => {
    const first = (await answer('api', 'echo')).body;
    const second = (await answer(definition.arn, 'echo')).body;
    expect(second.calls).toBe(Number(first.calls) + 1);
    expect(second.remaining).toBeGreaterThan(4_000);
    expect(second.remaining).toBeLessThanOrEqual(5_000);
  });

  it('fails with the name and message of what it throws', async () => {
    const result = await functions.invoke('api', { pathParameters: { proxy: 'fail' } });
    expect(result).toEqual({ error: { errorType: 'Busy', errorMessage: 'on purpose', stackTrace: expect.any(Array) } });
  });

  it('is stopped at its time limit, and is there again for the next call', async () => {
    const result = await functions.invoke('hasty', { pathParameters: { proxy: 'never' } });
    expect(result).toMatchObject({
      error: { errorType: 'Sandbox.Timedout', errorMessage: expect.stringContaining('0.20 seconds') },
    });
    expect((await answer('hasty', 'echo')).body.calls).toBe(1);
  });

  it('that ends its process takes one invocation with it', async () => {
    const [ended, next] = await Promise.all([
      functions.invoke('api', { pathParameters: { proxy: 'exit' } }),
      functions.invoke('api', { pathParameters: { proxy: 'echo' } }),
    ]);
    expect(ended).toMatchObject({ error: { errorType: 'Runtime.ExitError' } });
    expect(next).toHaveProperty('payload');
  });

  it('whose code cannot be loaded fails, and does not hang', async () => {
    expect(await functions.invoke('broken', {})).toMatchObject({
      error: { errorMessage: expect.stringContaining('Runtime.ImportModuleError') },
    });
  });

  it('that does not exist is refused', async () => {
    await expect(functions.invoke('nobody', {})).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
  });

  it('gets an event again when it failed, twice', async () => {
    const before = lines.filter((line) => line.startsWith('Busy')).length;
    functions.deliver('api', { pathParameters: { proxy: 'fail' } });
    await eventually(() => lines.find((line) => line.startsWith('gave up')));
    expect(lines.filter((line) => line.startsWith('Busy')).length - before).toBe(3);
  });
});
