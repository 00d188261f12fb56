import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readAssembly } from '../../local/assembly.ts';
import { type Caller, createFunctionPool, type FunctionPool } from '../../local/function-pool.ts';
import type { FunctionDefinition, FunctionEngine, InvocationResult } from '../../local/functions.ts';
import { createGateway } from '../../local/gateway.ts';
import { readGateway } from '../../local/gateway-model.ts';
import { silent } from '../../local/log.ts';
import { readResources } from '../../local/resources.ts';
import { close, listen, WireError } from '../../local/wire.ts';
import { createTaskInvoker } from '../../local/workflow-tasks.ts';
import { eventually, FIXTURE } from './fixture/assembly.ts';

const REFUSED = new WireError('TooManyRequestsException', 'Rate Exceeded.', 429);

describe('a function that is asked more than it can do', () => {
  const definition: FunctionDefinition = {
    name: 'api',
    arn: 'api',
    label: 'api',
    codeDirectory: join(FIXTURE, 'asset.api'),
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 5,
    memoryMegabytes: 128,
    reservedConcurrency: 1,
  };
  let pool: FunctionPool;
  afterEach(() => pool.stop());

  const ask = (caller?: Caller) => pool.invoke(JSON.stringify({ pathParameters: { proxy: 'echo' } }), caller);
  /** The how manieth invocation of the function it was. */
  const turn = (result: InvocationResult) => ('error' in result ? result.error.errorType : callsOf(result.payload));
  const callsOf = (payload: string): number => JSON.parse(JSON.parse(payload).body).calls;

  it('lets so many wait, refuses the next as Lambda does, and no event', async () => {
    pool = createFunctionPool(definition, silent, 2);
    const waiting = [ask(), ask()];
    await expect(ask()).rejects.toEqual(REFUSED);
    waiting.push(ask({ event: true }));
    expect((await Promise.all(waiting)).map(turn)).toEqual([1, 2, 3]);
    expect(turn(await ask())).toBe(4);
  });

  it('does not begin what nobody waits for any more, and ends what it has begun', async () => {
    pool = createFunctionPool(definition, silent);
    const impatient = new AbortController();
    const early = [ask(), ask({ gone: impatient.signal }), ask({ gone: AbortSignal.abort() }), ask()];
    impatient.abort();
    expect((await Promise.all(early)).map(turn)).toEqual([1, 'Abandoned', 'Abandoned', 2]);
    const begun = new AbortController();
    const late = ask({ gone: begun.signal });
    begun.abort();
    expect(turn(await late)).toBe(3);
  });
});

describe('the gateway', () => {
  type Invoke = FunctionEngine['invoke'];

  async function withGateway(invoke: Invoke, timeoutMs: number, use: (url: string) => Promise<void>): Promise<void> {
    const model = readGateway(readResources(await readAssembly(FIXTURE)), 'key', () => 'other');
    const methods = model.methods.map((method) => ({ ...method, timeoutMs }));
    const server = createServer(createGateway({ model: { ...model, methods }, functions: { invoke }, log: silent }));
    const port = await listen(server, 0);
    try {
      await use(`http://127.0.0.1:${port}/open/x`);
    } finally {
      await close(server);
    }
  }

  it('answers 429 when Lambda refuses', async () => {
    await withGateway(
      () => Promise.reject(REFUSED),
      1_000,
      async (url) => {
        const response = await fetch(url);
        expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([429, 'TooManyRequestsException']);
      },
    );
  });

  it('says that nobody waits any more when it has answered 504, and when the sender hangs up', async () => {
    const callers: (AbortSignal | undefined)[] = [];
    const invoke: Invoke = (_name, _payload, caller) => {
      const { promise, resolve } = Promise.withResolvers<InvocationResult>();
      caller?.gone?.addEventListener('abort', () => resolve({ error: { errorType: 'Abandoned', errorMessage: '' } }));
      callers.push(caller?.gone);
      return promise;
    };
    await withGateway(invoke, 1, async (url) => {
      expect((await fetch(url)).status).toBe(504);
      await eventually(() => (callers[0]?.aborted ? true : undefined));
    });
    await withGateway(invoke, 60_000, async (url) => {
      const sender = new AbortController();
      const answer = fetch(url, { signal: sender.signal });
      const gone = await eventually(() => callers[1]);
      expect(gone.aborted).toBe(false);
      sender.abort();
      await expect(answer).rejects.toThrow('aborted');
      await eventually(() => (gone.aborted ? true : undefined));
    });
  });
});

describe('a workflow task', () => {
  it.each([
    ['TooManyRequestsException', 'Lambda.TooManyRequestsException'],
    ['ResourceNotFoundException', 'Lambda.AWSLambdaException'],
  ])('that Lambda refuses with %s fails with %s', async (code, errorType) => {
    const refusal = new WireError(code, 'no');
    const invoke = createTaskInvoker(() => undefined, { invoke: () => Promise.reject(refusal) });
    const result = await invoke('f', {}, { role: 'r', gone: AbortSignal.abort() });
    expect(result).toEqual({ error: { errorType, errorMessage: String(refusal) } });
  });
});
