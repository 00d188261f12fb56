import * as z from 'zod';
import type { Access, Authorize } from './authorize.ts';
import { accessKeyId, WireError } from './wire.ts';

const PREFIX = 'DynamoDB_20120810.';

/** Calls whose permission is of the table that they name, and of the index if they name one. */
const OF_ONE_TABLE: ReadonlySet<string> = new Set([
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'CreateTable',
  'DescribeTable',
  'DeleteTable',
  'UpdateTable',
  'DescribeTimeToLive',
]);
const OF_MANY_TABLES: ReadonlySet<string> = new Set(['BatchGetItem', 'BatchWriteItem']);
const OF_NO_TABLE: ReadonlySet<string> = new Set(['ListTables']);

const bodySchema = z.object({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  RequestItems: z.record(z.string(), z.unknown()).default({}),
});

/**
 * What a call of DynamoDB needs permission for: one table or index, or each table of a batch. Throws for a call that is not known here.
 * A body that names no table needs none, because DynamoDB refuses it.
 */
export function dynamoAccess(target: string, body: string, tableArnPrefix: string): Access[] {
  const operation = target.startsWith(PREFIX) ? target.slice(PREFIX.length) : '';
  const action = `dynamodb:${operation}`;
  if (OF_NO_TABLE.has(operation)) return [{ action, resource: '*' }];
  const one = OF_ONE_TABLE.has(operation);
  if (!one && !OF_MANY_TABLES.has(operation)) {
    throw new WireError('UnknownOperationException', `the local runtime does not know what permission ${target} needs`);
  }
  const read = bodySchema.safeParse(parse(body));
  if (!read.success) return [];
  const { TableName, IndexName, RequestItems } = read.data;
  const arnOf = (table: string) => (table.startsWith('arn:') ? table : `${tableArnPrefix}${table}`);
  if (!one) return Object.keys(RequestItems).map((table) => ({ action, resource: arnOf(table) }));
  if (TableName === undefined) return [];
  return [{ action, resource: IndexName === undefined ? arnOf(TableName) : `${arnOf(TableName)}/index/${IndexName}` }];
}

/** Throws WireError unless who signed the request may do all that it asks for. */
export function authorizeDynamo(
  authorize: Authorize,
  tableArnPrefix: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): void {
  const who = accessKeyId(String(headers.authorization ?? ''));
  for (const access of dynamoAccess(String(headers['x-amz-target'] ?? ''), body, tableArnPrefix))
    authorize(who, access);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
