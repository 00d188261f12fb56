import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type Heartbeat, intervalMs } from '../../core/heartbeat.ts';
import type { EpochMs } from '../../core/time.ts';
import { conditionFailed, type Item } from './items.ts';

/** A heartbeat as read, with the version that a conditional write is made against. */
export interface StoredHeartbeat {
  readonly heartbeat: Heartbeat;
  readonly version: number;
}

export interface HeartbeatStore {
  /** Strongly consistent. */
  get(service: string, name: string): Promise<StoredHeartbeat | undefined>;
  /** Those of a service, by name. */
  list(service: string): Promise<Heartbeat[]>;
  /** False when there is one of this name already. */
  create(heartbeat: Heartbeat, writeId: string): Promise<boolean>;
  /** Counts a ping of a heartbeat that is enabled and alive, in one write. False when there is no such: look at it. */
  ping(service: string, name: string, now: EpochMs): Promise<boolean>;
  /** Replaces it if neither a ping nor anything else has changed it since. */
  replace(before: StoredHeartbeat, after: Heartbeat): Promise<boolean>;
  /** Leaves a mark in its place, as everywhere: what is removed is overwritten, never deleted. */
  remove(before: StoredHeartbeat): Promise<boolean>;
  /** Those whose interval is over, longest ago first. Eventually consistent. */
  due(now: EpochMs, most: number): Promise<{ service: string; name: string }[]>;
}

/** One partition of the index takes hundreds of pings a second, and costs one query a sweep. */
const DUE_SHARD = 0;

function toItem(heartbeat: Heartbeat, version: number): Item {
  return {
    ...heartbeat,
    version,
    intervalMs: intervalMs(heartbeat),
    ...(heartbeat.dueAt === undefined ? {} : { dueShard: DUE_SHARD }),
  };
}

function isThere({ removed }: Item): boolean {
  return removed !== true;
}

function fromItem(item: Item): StoredHeartbeat {
  const { version, intervalMs: _interval, dueShard: _shard, writeId: _write, ...heartbeat } = item;
  return { heartbeat: heartbeat as unknown as Heartbeat, version: Number(version) };
}

export function createHeartbeatStore(db: DynamoDBDocumentClient, table: string): HeartbeatStore {
  const read = async (service: string, name: string): Promise<Item | undefined> => {
    const Key = { service, name };
    return (await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  };

  async function conditionally(write: Promise<unknown>): Promise<boolean> {
    try {
      await write;
      return true;
    } catch (error) {
      if (conditionFailed(error)) return false;
      throw error;
    }
  }

  /** A ping leaves the version alone, so its time belongs to the condition. */
  function unchanged({ heartbeat: { lastPingAt }, version }: StoredHeartbeat) {
    const same = lastPingAt === undefined ? 'attribute_not_exists(lastPingAt)' : 'lastPingAt = :pinged';
    return {
      ConditionExpression: `#version = :version AND ${same}`,
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: {
        ':version': version,
        ...(lastPingAt === undefined ? {} : { ':pinged': lastPingAt }),
      },
    };
  }

  return {
    async get(service, name) {
      const item = await read(service, name);
      return item && isThere(item) ? fromItem(item) : undefined;
    },

    async list(service) {
      const found: Heartbeat[] = [];
      let from: Item | undefined;
      do {
        const page = await db.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: '#service = :service',
            ExpressionAttributeNames: { '#service': 'service' },
            ExpressionAttributeValues: { ':service': service },
            ConsistentRead: true,
            ...(from ? { ExclusiveStartKey: from } : {}),
          }),
        );
        found.push(...(page.Items ?? []).filter(isThere).map((item) => fromItem(item).heartbeat));
        from = page.LastEvaluatedKey;
      } while (from);
      return found;
    },

    async create(heartbeat, writeId) {
      const made = await conditionally(
        db.send(
          new PutCommand({
            TableName: table,
            // Above every version that one of the same name had before it was removed.
            Item: { ...toItem(heartbeat, heartbeat.createdAt), writeId },
            ConditionExpression: 'attribute_not_exists(#service) OR removed = :true',
            ExpressionAttributeNames: { '#service': 'service' },
            ExpressionAttributeValues: { ':true': true },
          }),
        ),
      );
      // The SDK tries a write again when its answer is lost; the second try then meets the first one's effect.
      return made || (await read(heartbeat.service, heartbeat.name))?.writeId === writeId;
    },

    ping: (service, name, now) =>
      conditionally(
        db.send(
          new UpdateCommand({
            TableName: table,
            Key: { service, name },
            UpdateExpression: 'SET lastPingAt = :now, dueAt = intervalMs + :now, dueShard = :shard',
            ConditionExpression: '#enabled = :true AND #expired = :false',
            ExpressionAttributeNames: { '#enabled': 'enabled', '#expired': 'expired' },
            ExpressionAttributeValues: { ':now': now, ':shard': DUE_SHARD, ':true': true, ':false': false },
          }),
        ),
      ),

    replace: (before, after) => {
      const Item = toItem(after, before.version + 1);
      return conditionally(db.send(new PutCommand({ TableName: table, Item, ...unchanged(before) })));
    },

    remove: (before) => {
      const { service, name } = before.heartbeat;
      const Item = { service, name, version: before.version + 1, removed: true };
      return conditionally(db.send(new PutCommand({ TableName: table, Item, ...unchanged(before) })));
    },

    async due(now, most) {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'due',
          KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
          ExpressionAttributeValues: { ':shard': DUE_SHARD, ':now': now },
          Limit: most,
        }),
      );
      return Items.map(({ service, name }) => ({ service: String(service), name: String(name) }));
    },
  };
}
