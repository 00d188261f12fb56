import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionDefinition, FunctionError } from './functions.ts';

/** One invocation; `deadline` in epoch milliseconds. */
export interface Call {
  readonly requestId: string;
  readonly payload: string;
  readonly deadline: number;
}

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError };

type Handler = (event: unknown, context: unknown) => unknown;

const definition: FunctionDefinition = workerData;
const handler = await load(definition);
parentPort?.on('message', (call: Call) => void answer(call));
post({ kind: 'ready' });

async function load({ codeDirectory, handler }: FunctionDefinition): Promise<Handler> {
  const dot = handler.lastIndexOf('.');
  const file = ['.mjs', '.js', '.cjs']
    .map((extension) => join(codeDirectory, `${handler.slice(0, dot)}${extension}`))
    .find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`Runtime.ImportModuleError: no ${handler} in ${codeDirectory}`);
  const exported = (await import(pathToFileURL(file).href))[handler.slice(dot + 1)];
  if (typeof exported !== 'function') throw new Error(`Runtime.HandlerNotFound: ${handler} is not a function`);
  return exported;
}

async function answer({ requestId, payload, deadline }: Call): Promise<void> {
  try {
    const result = await handler(JSON.parse(payload), {
      awsRequestId: requestId,
      callbackWaitsForEmptyEventLoop: true,
      functionName: definition.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: definition.arn,
      memoryLimitInMB: String(definition.memoryMegabytes),
      logGroupName: `/aws/lambda/${definition.name}`,
      logStreamName: 'local',
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    post({ kind: 'done', payload: JSON.stringify(result ?? null) });
  } catch (error) {
    post({ kind: 'failed', error: describe(error) });
  }
}

/** As the Node.js runtime of Lambda reports what a handler throws. */
function describe(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), stackTrace: [] };
  return { errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split('\n').slice(1) ?? [] };
}

function post(answer: Answer): void {
  parentPort?.postMessage(answer);
}
