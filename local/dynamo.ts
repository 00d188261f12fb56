import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import { type Permissions, RUNTIME_KEY_ID } from './authorize.ts';
import type { Resources } from './resources.ts';
import type { RunningServer } from './wire.ts';

export interface DynamoOptions {
  /** Keeps the tables in the folder `dynamodb` in here; in memory without it. */
  readonly dataDir?: string;
}

export interface RunningDynamo extends RunningServer {
  /** From when this resolves, callers may do what their permissions say. Until then, anybody may do anything. */
  enforce(permissions: Permissions): Promise<void>;
}

/**
 * Serves DynamoDB on a free loopback port, in a thread of its own, so that neither side waits for the other's processor time.
 * Rejects when another process has the data directory: whoever has the tables may open the other files in there.
 */
export async function startDynamo({ dataDir }: DynamoOptions = {}): Promise<RunningDynamo> {
  if (dataDir) await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const worker = new Worker(new URL('./dynamo-worker.ts', import.meta.url), {
    workerData: dataDir ? { path: join(dataDir, 'dynamodb') } : {},
  });
  const hint = dataDir ? ` (does another process use ${dataDir}?)` : '';
  let stopping = false;
  const failed = new Promise<never>((_resolve, reject) => {
    worker.on(
      'message',
      ({ error }: FromWorker) => error && reject(new Error(`the tables cannot be opened: ${error}${hint}`)),
    );
    worker.on('exit', () => reject(new Error('the tables cannot be opened')));
  });
  const listening = new Promise<number>((resolve) => {
    worker.on('message', ({ port }: FromWorker) => port && resolve(port));
  });
  const url = `http://127.0.0.1:${await Promise.race([listening, failed])}`;
  // The store is opened with the first call: let that be ours.
  await Promise.race([call(url, 'ListTables', {}).catch(() => failed), failed]);
  worker.on('exit', () => {
    // Nothing works without tables. Whoever starts this process again finds everything as it was.
    if (!stopping) throw new Error('the thread of the tables has ended');
  });
  return {
    url,
    async enforce(permissions) {
      const enforced = new Promise<void>((resolve) => {
        worker.on('message', ({ enforcing }: FromWorker) => enforcing && resolve());
      });
      worker.postMessage(permissions);
      await Promise.race([enforced, failed]);
    },
    async stop() {
      stopping = true;
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage('stop');
      await exited;
    },
  };
}

/** What the thread says: where it listens, or why it cannot. */
interface FromWorker {
  readonly port?: number;
  readonly error?: string;
  readonly enforcing?: true;
}

const attributes = z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() }));
const keys = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const index = z.object({
  IndexName: z.string(),
  KeySchema: keys,
  Projection: z.object({ ProjectionType: z.string().optional(), NonKeyAttributes: z.array(z.string()).optional() }),
});

/** What a table needs in order to be made: the part of the CloudFormation properties that is CreateTable's too. */
export const tableSchema = z.object({
  AttributeDefinitions: attributes,
  KeySchema: keys,
  GlobalSecondaryIndexes: z.array(index).optional(),
  LocalSecondaryIndexes: z.array(index).optional(),
});

export type TableProperties = z.infer<typeof tableSchema>;

/** Makes the tables of the stack that are not there yet. */
export async function createTables(url: string, resources: Resources): Promise<void> {
  const tables = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap((type) =>
    resources.ofType(type, tableSchema),
  );
  for (const { ref, properties } of tables) await createTable(url, ref, properties);
}

/** Makes a table, on demand, unless there is one of that name. Throws with DynamoDB's message when it is refused. */
export async function createTable(url: string, TableName: string, properties: TableProperties): Promise<void> {
  const response = await call(url, 'CreateTable', { TableName, BillingMode: 'PAY_PER_REQUEST', ...properties });
  const body = await response.text();
  if (!response.ok && !body.includes('ResourceInUseException'))
    throw new Error(`the table ${TableName} cannot be made: ${body}`);
}

function call(url: string, operation: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '19700101T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${RUNTIME_KEY_ID}/19700101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  });
}
