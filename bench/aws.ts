import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TABLES, type TableDefinition, type TableName } from '../lambda/data/keys.ts';
import { startFakeDynamo } from '../test/support/fake-dynamo.ts';
import { itemSize, readUnits, type WireItem, writeUnits } from './capacity.ts';

/** One call as it arrived, and the request units that DynamoDB would take for it. */
export interface Call {
  readonly service: 'DynamoDB' | 'Step Functions' | 'SES';
  readonly operation: string;
  readonly tables: string;
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface Aws {
  readonly url: string;
  /** The calls since the last time this was asked. */
  take(): Call[];
  /** Inputs of the executions started, oldest first. */
  readonly started: readonly string[];
  /** Plain texts of the mails sent, oldest first. */
  readonly mails: readonly string[];
  /** Calls for which dynalite's own count of the table, without indexes, is another than ours. */
  readonly disagreements: readonly string[];
  stop(): void;
}

interface Body {
  readonly TableName?: TableName;
  readonly IndexName?: string;
  readonly Key?: WireItem;
  readonly Item?: WireItem;
  readonly ConsistentRead?: boolean;
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys: readonly WireItem[]; readonly ConsistentRead?: boolean }>
  >;
}

interface Answer {
  readonly Item?: WireItem;
  readonly Items?: readonly WireItem[];
  readonly Responses?: Readonly<Record<string, readonly WireItem[]>>;
  readonly ConsumedCapacity?: Consumed | readonly Consumed[];
}

interface Consumed {
  readonly CapacityUnits: number;
}

/**
 * DynamoDB (dynalite, with the tables of `lambda/data/keys.ts`), Step Functions and SES behind one port, counting what comes in.
 * dynalite answers ConsumedCapacity, but leaves out the indexes; so units are computed from the items before and after each call, by
 * AWS's rules, and dynalite's number is only held against the part of the table itself.
 */
export async function startAws(): Promise<Aws> {
  const dynamo = await startFakeDynamo();
  let calls: Call[] = [];
  const started: string[] = [];
  const mails: string[] = [];
  const disagreements: string[] = [];

  const server = createServer(async (req, res) => {
    const text = await read(req);
    const { status, body } = await answer(req, text).catch((error) => ({ status: 500, body: String(error) }));
    res.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });

  async function answer(req: IncomingMessage, text: string): Promise<{ status: number; body: string }> {
    const [, operation = ''] = String(req.headers['x-amz-target'] ?? '').split('.');
    const body = JSON.parse(text);
    const other = { readUnits: 0, writeUnits: 0, tables: '' };
    if (req.url?.startsWith('/v2/email/outbound-emails')) {
      calls.push({ service: 'SES', operation: 'SendEmail', ...other });
      mails.push(body.Content.Simple.Body.Text.Data);
      return { status: 200, body: JSON.stringify({ MessageId: `mail-${mails.length}` }) };
    }
    if (operation === 'StartExecution') {
      calls.push({ service: 'Step Functions', operation, ...other });
      started.push(body.input);
      return { status: 200, body: JSON.stringify({ executionArn: `arn:${started.length}`, startDate: 0 }) };
    }
    return count(req, operation, body);
  }

  async function count(req: IncomingMessage, operation: string, body: Body) {
    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, String(value)]));
    const ask = async (target: string, asked: object) => {
      const raw = {
        method: 'POST',
        path: '/',
        headers: { ...headers, 'x-amz-target': `DynamoDB_20120810.${target}` },
        body: JSON.stringify(asked),
      };
      const { status, body: text } = await dynamo.serve({
        service: 'dynamodb',
        operation: target,
        body: {},
        raw,
        at: Date.now(),
        invocation: undefined,
      });
      return { status, body: String(text) };
    };
    const stored = async (TableName: TableName): Promise<WireItem | undefined> => {
      const { partitionKey, sortKey }: TableDefinition = TABLES[TableName];
      const names = [partitionKey.name, ...(sortKey ? [sortKey.name] : [])];
      const source: WireItem = body.Key ?? body.Item ?? {};
      const Key = Object.fromEntries(names.map((name) => [name, source[name]]));
      return JSON.parse((await ask('GetItem', { TableName, Key, ConsistentRead: true })).body).Item;
    };

    const { TableName } = body;
    const writes = TableName !== undefined && (operation === 'PutItem' || operation === 'UpdateItem');
    const before = writes ? await stored(TableName) : undefined;
    const answered = await ask(operation, { ...body, ReturnConsumedCapacity: 'TOTAL' });
    const reply: Answer = JSON.parse(answered.body);
    const written = writes ? writeUnits(TABLES[TableName], before, await stored(TableName)) : { table: 0, indexes: 0 };
    const taken = writes ? 0 : readBy(operation, body, reply);
    const where = TableName
      ? [TableName, body.IndexName].filter(Boolean).join('/')
      : Object.keys(body.RequestItems ?? {}).join(', ');
    calls.push({
      service: 'DynamoDB',
      operation,
      tables: where,
      readUnits: taken,
      writeUnits: written.table + written.indexes,
    });
    const theirs = [reply.ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
    if (theirs !== taken + written.table)
      disagreements.push(`${operation} ${where}: ${theirs} and ${taken + written.table}`);
    return answered;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = calls;
      calls = [];
      return taken;
    },
    started,
    mails,
    disagreements,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Each item of a GetItem or BatchGetItem counts by itself, one that is not there like a small one; a Query counts as a whole. */
function readBy(operation: string, body: Body, reply: Answer): number {
  const one = (item: WireItem | undefined, consistent = false) => readUnits(item ? itemSize(item) : 0, consistent);
  if (operation === 'GetItem') return one(reply.Item, body.ConsistentRead);
  if (operation === 'Query') {
    const bytes = (reply.Items ?? []).reduce((sum, item) => sum + itemSize(item), 0);
    return readUnits(bytes, body.ConsistentRead ?? false);
  }
  if (operation !== 'BatchGetItem') throw new Error(`${operation} is not counted yet`);
  return Object.entries(body.RequestItems ?? {}).reduce((sum, [table, { Keys, ConsistentRead }]) => {
    const found = reply.Responses?.[table] ?? [];
    const missing = Array.from({ length: Keys.length - found.length }, () => undefined);
    return sum + [...found, ...missing].reduce((units, item) => units + one(item, ConsistentRead), 0);
  }, 0);
}

async function read(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
