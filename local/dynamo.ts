import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import type { Resources } from './resources.ts';
import type { RunningServer } from './wire.ts';

export interface DynamoOptions {
  /** Keeps the tables in the folder `dynamodb` in here; in memory without it. */
  readonly dataDir?: string;
}

/** Serves DynamoDB on a free loopback port, in a thread of its own, so that neither side waits for the other's processor time. */
export async function startDynamo({ dataDir }: DynamoOptions = {}): Promise<RunningServer> {
  if (dataDir) await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const worker = new Worker(new URL('./dynamo-worker.ts', import.meta.url), {
    workerData: dataDir ? { path: join(dataDir, 'dynamodb') } : {},
  });
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', ({ port, error }: { port: number; error?: string }) =>
      error === undefined ? resolve(port) : reject(new Error(`the tables cannot be opened: ${error}`)),
    );
    worker.once('error', reject);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage('stop');
      await exited;
    },
  };
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
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.CreateTable',
      'x-amz-date': '19700101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/19700101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({ TableName, BillingMode: 'PAY_PER_REQUEST', ...properties }),
  });
  const body = await response.text();
  if (!response.ok && !body.includes('ResourceInUseException'))
    throw new Error(`the table ${TableName} cannot be made: ${body}`);
}
