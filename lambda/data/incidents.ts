import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { CANARY_SERVICE } from '../../core/canary.ts';
import type { Incident } from '../../core/incident.ts';
import { overflow } from '../../core/timeline.ts';
import { conditionFailed, difference, type Item, readJson } from './items.ts';
import { createdKey, monthShard, SHARDS, shardOf } from './keys.ts';
import type { TimelineStore } from './timeline.ts';

/** Attributes that exist for the indexes, or to recognise our own write after a lost answer. Never shown. */
const STORAGE_ONLY = ['openShard', 'dueShard', 'monthShard', 'createdKey', 'writeId', 'absorbId'] as const;

/**
 * `details` is kept as JSON text: senders' numbers and nesting may exceed what a DynamoDB attribute can hold. Canaries are left out of the
 * history, where they would outnumber what people look for; the index of their service has them.
 */
export function toItem(incident: Incident): Item {
  const shard = shardOf(incident.incidentId);
  return {
    ...incident,
    ...(incident.details === undefined ? {} : { details: JSON.stringify(incident.details) }),
    ...(incident.state === 'RESOLVED' ? {} : { openShard: shard }),
    ...(incident.dueAt === undefined ? {} : { dueShard: shard }),
    createdKey: createdKey(incident.createdAt, incident.incidentId),
    ...(incident.service === CANARY_SERVICE
      ? {}
      : { monthShard: monthShard(new Date(incident.createdAt).toISOString().slice(0, 7), shard) }),
  };
}

export function toIncident(item: Item): Incident {
  const rest = { ...item };
  for (const name of STORAGE_ONLY) delete rest[name];
  if (typeof rest.details === 'string') rest.details = readJson(rest.details, 'the details of an incident');
  return rest as unknown as Incident;
}

/** What a conditional write came to. `conflict`: somebody else wrote first; load again and decide again. */
export type Saved = { readonly kind: 'saved'; readonly incident: Incident } | { readonly kind: 'conflict' };

export interface IncidentStore {
  /** Strongly consistent. */
  get(incidentId: number): Promise<Incident | undefined>;
  /** Writes a new incident unless its number is taken. `conflict` leaves what is there. */
  create(incident: Incident, writeId: string): Promise<Saved>;
  /** Replaces `before` by `after` (its `version` set one higher) unless the stored version has moved on. `count` is left alone. */
  save(before: Incident, after: Incident, writeId: string): Promise<Saved>;
  /**
   * Counts one more event if the incident exists, absorbs events at `now`, and has seen one after `since`; undefined if it needs a
   * decision instead. The SDK repeats what was not answered; such a repetition is recognised by `writeId` and not counted again,
   * unless another event was counted in between.
   */
  absorb(incidentId: number, now: number, writeId: string, since?: number): Promise<Incident | undefined>;
  /** Numbers of incidents whose next action was due before `before`, oldest first within a shard. Eventually consistent. */
  overdue(before: number, most: number): Promise<number[]>;
}

function createRead(db: DynamoDBDocumentClient, table: string) {
  return async (incidentId: number): Promise<Item | undefined> =>
    (await db.send(new GetCommand({ TableName: table, Key: { incidentId }, ConsistentRead: true }))).Item;
}

/** For a function that looks at incidents and changes none. */
export function createIncidentReader(db: DynamoDBDocumentClient, table: string): Pick<IncidentStore, 'get'> {
  const read = createRead(db, table);
  return {
    async get(incidentId) {
      const item = await read(incidentId);
      return item ? toIncident(item) : undefined;
    },
  };
}

export function createIncidentStore(db: DynamoDBDocumentClient, table: string, timeline: TimelineStore): IncidentStore {
  const read = createRead(db, table);

  /** The SDK tries a write again when its answer is lost; the second try then meets the first one's effect. That is not a conflict. */
  async function ours(incidentId: number, writeId: string): Promise<Saved> {
    const item = await read(incidentId);
    return item?.writeId === writeId ? { kind: 'saved', incident: toIncident(item) } : { kind: 'conflict' };
  }

  return {
    ...createIncidentReader(db, table),

    async create(incident, writeId) {
      try {
        const ConditionExpression = 'attribute_not_exists(incidentId)';
        await db.send(
          new PutCommand({ TableName: table, Item: { ...toItem(incident), writeId }, ConditionExpression }),
        );
        return { kind: 'saved', incident };
      } catch (error) {
        if (conditionFailed(error)) return ours(incident.incidentId, writeId);
        throw error;
      }
    },

    async save(before, after, writeId) {
      const { incidentId } = before;
      const spilled = overflow(after, before.timelineSeq);
      if (spilled) await timeline.put(incidentId, spilled.move);
      const next = {
        ...(spilled?.rest ?? after),
        version: before.version + 1,
        count: before.count,
        lastSeenAt: before.lastSeenAt,
      };
      const change = difference(toItem(before), { ...toItem(next), writeId });
      try {
        const { Attributes } = await db.send(
          new UpdateCommand({
            TableName: table,
            Key: { incidentId },
            UpdateExpression: change.UpdateExpression,
            ConditionExpression: '#version = :expected',
            ExpressionAttributeNames: { ...change.ExpressionAttributeNames, '#version': 'version' },
            ExpressionAttributeValues: { ...change.ExpressionAttributeValues, ':expected': before.version },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return { kind: 'saved', incident: toIncident(Attributes ?? {}) };
      } catch (error) {
        if (conditionFailed(error)) return ours(incidentId, writeId);
        throw error;
      }
    },

    async absorb(incidentId, now, writeId, since = 0) {
      try {
        const { Attributes } = await db.send(
          new UpdateCommand({
            TableName: table,
            Key: { incidentId },
            UpdateExpression: 'SET #count = #count + :one, lastSeenAt = :now, absorbId = :id',
            ConditionExpression:
              'absorbUntil > :now AND lastSeenAt > :since AND (attribute_not_exists(absorbId) OR absorbId <> :id)',
            ExpressionAttributeNames: { '#count': 'count' },
            ExpressionAttributeValues: { ':one': 1, ':now': now, ':since': since, ':id': writeId },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return toIncident(Attributes ?? {});
      } catch (error) {
        if (!conditionFailed(error)) throw error;
        const item = await read(incidentId);
        return item?.absorbId === writeId ? toIncident(item) : undefined;
      }
    },

    async overdue(before, most) {
      const pages = await Promise.all(
        SHARDS.map((shard) =>
          db.send(
            new QueryCommand({
              TableName: table,
              IndexName: 'due',
              KeyConditionExpression: 'dueShard = :shard AND dueAt < :before',
              ExpressionAttributeValues: { ':shard': shard, ':before': before },
              Limit: most,
            }),
          ),
        ),
      );
      return pages.flatMap((page) => (page.Items ?? []).map((item) => Number(item.incidentId)));
    },
  };
}
