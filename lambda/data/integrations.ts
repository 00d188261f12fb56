import { createHash } from 'node:crypto';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Integration } from '../../core/integration.ts';
import { type EpochMs, MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import { conditionFailed, type Item, readJson } from './items.ts';

/** What a key came to. A key that has expired is unknown. */
export type Use =
  | { readonly kind: 'ok'; readonly integration: Integration }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number; readonly integration: Integration };

/** One key of an integration. An integration has two while it is being rotated. */
export interface IntegrationKey {
  readonly keyHash: string;
  readonly integration: Integration;
  readonly issuedAt: EpochMs;
  readonly lastUsedAt?: EpochMs;
  /** Absent: it does not expire. */
  readonly expiresAt?: EpochMs;
}

export interface IntegrationStore {
  /** Looks a key up and counts one event of it: one write, two where the minute begins anew and this process did not know. */
  use(key: string, now: EpochMs): Promise<Use>;
  /** Issues a key. Throws when the same key is there already: keys are random, so that is a fault. */
  add(key: string, integration: Integration, now: EpochMs): Promise<void>;
  /** Issues a key that works until an instant and stands in no list. Throws as `add` does. */
  lend(key: string, integration: Integration, now: EpochMs, until: EpochMs): Promise<void>;
  /** The keys of one integration, or of all; expired ones included until they have been tidied away. Eventually consistent. */
  keys(integrationId?: string): Promise<IntegrationKey[]>;
  /** Ends a key at an instant; it is tidied away some time after. */
  expire(keyHash: string, at: EpochMs): Promise<void>;
}

const COLLECTION = 'integration';
const MOST_PER_BATCH = 100;
/** Windows remembered by this process, so that a busy key costs one write. */
const MOST_KNOWN = 10_000;

/** Keys are long and random: one round of SHA-256 is enough, and a look-up by hash says nothing about the key. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

export function createIntegrationStore(db: DynamoDBDocumentClient, table: string): IntegrationStore {
  const windows = new Map<string, EpochMs>();

  /** Counts one event in the running minute, or as the first of a new one. Undefined when that minute is not the case. */
  async function count(keyHash: string, now: EpochMs, minute: 'running' | 'new'): Promise<Item | undefined> {
    const running = minute === 'running';
    const alive = '(attribute_not_exists(expiresAt) OR expiresAt > :seconds)';
    try {
      const { Attributes } = await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { keyHash },
          UpdateExpression: running
            ? 'SET windowCount = windowCount + :one, lastUsedAt = :now'
            : 'SET windowCount = :one, windowStart = :now, lastUsedAt = :now',
          ConditionExpression: running
            ? `windowStart > :start AND windowCount < ratePerMinute AND ${alive}`
            : `windowStart <= :start AND ${alive}`,
          ExpressionAttributeValues: {
            ':one': 1,
            ':now': now,
            ':start': now - MINUTE_MS,
            ':seconds': Math.floor(now / SECOND_MS),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      if (windows.size >= MOST_KNOWN) windows.clear();
      windows.set(keyHash, Number(Attributes?.windowStart));
      return Attributes;
    } catch (error) {
      if (conditionFailed(error)) return undefined;
      throw error;
    }
  }

  async function issue(key: string, integration: Integration, now: EpochMs, more: Item): Promise<void> {
    const { mapping, ...rest } = integration;
    await db.send(
      new PutCommand({
        TableName: table,
        Item: {
          ...rest,
          // As text: a mapping is nobody's to query, and may hold what an attribute cannot.
          ...(mapping === undefined ? {} : { mapping: JSON.stringify(mapping) }),
          ...more,
          keyHash: hashKey(key),
          issuedAt: now,
          windowStart: 0,
          windowCount: 0,
        },
        ConditionExpression: 'attribute_not_exists(keyHash)',
      }),
    );
  }

  return {
    async use(key, now) {
      const keyHash = hashKey(key);
      let minute: 'running' | 'new' = (windows.get(keyHash) ?? 0) > now - MINUTE_MS ? 'running' : 'new';
      for (let attempt = 0; attempt < 3; attempt++) {
        const item = await count(keyHash, now, minute);
        if (item) return { kind: 'ok', integration: toIntegration(item) };
        const { Item: there } = await db.send(
          new GetCommand({ TableName: table, Key: { keyHash }, ConsistentRead: true }),
        );
        if (!there || expired(there, now)) return { kind: 'unknown' };
        const start = Number(there.windowStart);
        minute = start > now - MINUTE_MS ? 'running' : 'new';
        if (minute === 'running' && Number(there.windowCount) >= Number(there.ratePerMinute)) {
          const retryAfterSeconds = Math.ceil((start + MINUTE_MS - now) / SECOND_MS);
          return { kind: 'throttled', retryAfterSeconds, integration: toIntegration(there) };
        }
      }
      throw new Error('the window of an integration key changed faster than it could be counted in');
    },

    add: (key, integration, now) => issue(key, integration, now, { collection: COLLECTION }),

    lend: (key, integration, now, until) => issue(key, integration, now, { expiresAt: Math.floor(until / SECOND_MS) }),

    async keys(integrationId) {
      const hashes: string[] = [];
      let from: Item | undefined;
      do {
        const page = await db.send(
          new QueryCommand({
            TableName: table,
            IndexName: 'integration',
            KeyConditionExpression: integrationId === undefined ? '#all = :all' : '#all = :all AND integrationId = :id',
            ExpressionAttributeNames: { '#all': 'collection' },
            ExpressionAttributeValues: {
              ':all': COLLECTION,
              ...(integrationId === undefined ? {} : { ':id': integrationId }),
            },
            ...(from ? { ExclusiveStartKey: from } : {}),
          }),
        );
        hashes.push(...(page.Items ?? []).map((item) => String(item.keyHash)));
        from = page.LastEvaluatedKey;
      } while (from);
      const items: Item[] = [];
      for (let at = 0; at < hashes.length; at += MOST_PER_BATCH) {
        items.push(...(await readBatch(db, table, hashes.slice(at, at + MOST_PER_BATCH))));
      }
      return items.map(toKey).sort((a, b) => a.issuedAt - b.issuedAt || (a.keyHash < b.keyHash ? -1 : 1));
    },

    async expire(keyHash, at) {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { keyHash },
          UpdateExpression: 'SET expiresAt = :at',
          ConditionExpression: 'attribute_exists(keyHash)',
          ExpressionAttributeValues: { ':at': Math.floor(at / SECOND_MS) },
        }),
      );
    },
  };
}

async function readBatch(db: DynamoDBDocumentClient, table: string, hashes: readonly string[]): Promise<Item[]> {
  const found: Item[] = [];
  let keys: Item[] = hashes.map((keyHash) => ({ keyHash }));
  while (keys.length > 0) {
    const { Responses, UnprocessedKeys } = await db.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
    );
    found.push(...(Responses?.[table] ?? []));
    keys = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return found;
}

function expired({ expiresAt }: Item, now: EpochMs): boolean {
  return expiresAt !== undefined && Number(expiresAt) <= Math.floor(now / SECOND_MS);
}

function toKey(item: Item): IntegrationKey {
  return {
    keyHash: String(item.keyHash),
    integration: toIntegration(item),
    issuedAt: Number(item.issuedAt),
    ...(item.lastUsedAt === undefined ? {} : { lastUsedAt: Number(item.lastUsedAt) }),
    ...(item.expiresAt === undefined ? {} : { expiresAt: Number(item.expiresAt) * SECOND_MS }),
  };
}

function toIntegration(item: Item): Integration {
  const { integrationId, name, kind, service, scopes, ratePerMinute, mapping, options, createdAt } = item;
  return {
    integrationId,
    name,
    kind,
    scopes,
    ratePerMinute,
    createdAt,
    ...(service === undefined ? {} : { service }),
    ...(mapping === undefined
      ? {}
      : { mapping: readJson(String(mapping), `the mapping of integration ${integrationId}`) }),
    ...(options === undefined ? {} : { options }),
  } as Integration;
}
