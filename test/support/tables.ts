import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type KeyDefinition, TABLES, type TableDefinition, type TableName } from '../../lambda/data/keys.ts';

export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** What each table is called in this test; a prefix keeps tests on one server apart. */
export type NamedTables = Readonly<Record<TableName, string>>;

/** Makes every table of lambda/data/keys.ts with its indexes, empty, and answers their names. */
export async function createTables(client: DynamoDBClient, prefix: string): Promise<NamedTables> {
  const names = Object.fromEntries(TABLE_NAMES.map((name) => [name, `${prefix}-${name}`])) as NamedTables;
  for (const name of TABLE_NAMES) await client.send(createTable(names[name], TABLES[name]));
  for (const TableName of Object.values(names)) {
    await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.2 }, { TableName });
  }
  return names;
}

export async function deleteTables(client: DynamoDBClient, tables: NamedTables): Promise<void> {
  for (const TableName of Object.values(tables)) await client.send(new DeleteTableCommand({ TableName }));
}

function createTable(TableName: string, definition: TableDefinition): CreateTableCommand {
  const { partitionKey, sortKey, indexes } = definition;
  const keys = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  const types = new Map(keys.filter((key) => key !== undefined).map((key) => [key.name, key.type]));
  const secondary = indexes.map((index) => ({
    IndexName: index.name,
    KeySchema: keySchema(index.partitionKey, index.sortKey),
    Projection:
      index.include.length > 0
        ? { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...index.include] }
        : { ProjectionType: 'KEYS_ONLY' as const },
  }));
  return new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: keySchema(partitionKey, sortKey),
    ...(secondary.length > 0 ? { GlobalSecondaryIndexes: secondary } : {}),
  });
}

function keySchema(partition: KeyDefinition, sort: KeyDefinition | undefined): KeySchemaElement[] {
  const hash: KeySchemaElement = { AttributeName: partition.name, KeyType: 'HASH' };
  return sort ? [hash, { AttributeName: sort.name, KeyType: 'RANGE' }] : [hash];
}
