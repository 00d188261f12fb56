import { EventEmitter } from 'node:events';
import dynalite from 'dynalite';
import { TABLES, type TableDefinition, type TableName } from '../../lambda/data/keys.ts';
import type { Serve, WireAnswer, WireRequest } from './wire.ts';

export type Dump = Readonly<Record<TableName, readonly unknown[]>>;

export interface FakeDynamo {
  readonly serve: Serve;
  /** Everything in every table, in a stable order. */
  dump(): Promise<Dump>;
  put(table: TableName, item: object): Promise<void>;
}

/** dynalite wants to see a signature, and does not check it. */
const SIGNED = {
  'x-amz-date': '20260101T000000Z',
  authorization: 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c',
};
const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/**
 * DynamoDB in this process with the tables of `lambda/data/keys.ts`, named as they are there. Requests are handed to dynalite's own
 * HTTP listener without a socket, so that nothing is under way that the clock does not know of. Start it before time is faked.
 */
export async function startFakeDynamo(): Promise<FakeDynamo> {
  const server = dynalite({ createTableMs: 0 });
  const ask = (request: WireRequest): Promise<WireAnswer> =>
    new Promise((resolve) => {
      const incoming = Object.assign(new EventEmitter(), {
        method: request.method,
        url: '/',
        headers: request.headers,
      });
      const outgoing = {
        statusCode: 200,
        headers: {} as Record<string, string>,
        setHeader(name: string, value: unknown) {
          this.headers[name.toLowerCase()] = String(value);
        },
        end(body: string) {
          resolve({ status: this.statusCode, headers: this.headers, body });
        },
      };
      server.emit('request', incoming, outgoing);
      incoming.emit('data', Buffer.from(request.body));
      incoming.emit('end');
    });

  async function call(operation: string, body: object): Promise<Record<string, unknown>> {
    const headers = {
      ...SIGNED,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const answer = await ask({ method: 'POST', path: '/', headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`${operation}: ${answer.body}`);
    return JSON.parse(String(answer.body));
  }

  for (const name of TABLE_NAMES) await call('CreateTable', createTable(name));
  for (const TableName of TABLE_NAMES) {
    for (let status = ''; status !== 'ACTIVE'; ) {
      const { Table } = (await call('DescribeTable', { TableName })) as { Table: { TableStatus: string } };
      status = Table.TableStatus;
    }
  }

  return {
    serve: ({ raw }) => ask({ ...raw, headers: { ...raw.headers, ...SIGNED } }),
    async put(TableName, Item) {
      await call('PutItem', { TableName, Item });
    },
    async dump() {
      const tables = await Promise.all(
        TABLE_NAMES.map(async (TableName) => {
          const { Items } = (await call('Scan', { TableName })) as { Items: unknown[] };
          return [TableName, Items.map(sorted).sort(byText)] as const;
        }),
      );
      return Object.fromEntries(tables) as unknown as Dump;
    },
  };
}

/** Attributes in alphabetical order: what is equal then also reads equal. */
function sorted(item: unknown): unknown {
  return Object.fromEntries(Object.entries(item as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function createTable(TableName: TableName): object {
  const { partitionKey, sortKey, indexes }: TableDefinition = TABLES[TableName];
  const keys = [partitionKey, ...(sortKey ? [sortKey] : []), ...indexes.flatMap((i) => [i.partitionKey, i.sortKey])];
  const types = new Map(keys.map(({ name, type }) => [name, type]));
  const schema = (partition: string, sort?: string) => [
    { AttributeName: partition, KeyType: 'HASH' },
    ...(sort ? [{ AttributeName: sort, KeyType: 'RANGE' }] : []),
  ];
  const GlobalSecondaryIndexes = indexes.map((index) => ({
    IndexName: index.name,
    KeySchema: schema(index.partitionKey.name, index.sortKey.name),
    Projection:
      index.include.length > 0
        ? { ProjectionType: 'INCLUDE', NonKeyAttributes: index.include }
        : { ProjectionType: 'KEYS_ONLY' },
  }));
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: schema(partitionKey.name, sortKey?.name),
    ...(GlobalSecondaryIndexes.length > 0 ? { GlobalSecondaryIndexes } : {}),
  };
}
