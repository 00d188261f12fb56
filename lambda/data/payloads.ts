import { gunzipSync, gzipSync } from 'node:zlib';
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type EpochMs, HOUR_MS, SECOND_MS } from '../../core/time.ts';
import { type Item, readJson } from './items.ts';

export interface PayloadStore {
  /** Stores a text under an id that nobody has used. It is there whole or not at all, and for 90 days. */
  put(payloadId: string, text: string, now: EpochMs): Promise<void>;
  /** Undefined when there is none (any more), or it was never stored to its end. */
  get(payloadId: string): Promise<string | undefined>;
  /** Appends a change to the list of a service's changes of the day. */
  appendChange(service: string, change: unknown, now: EpochMs, token: string): Promise<void>;
  /** The changes of a service on a UTC day (YYYY-MM-DD), oldest first. */
  changes(service: string, day: string): Promise<unknown[]>;
}

/** As long as PagerDuty keeps change events. */
const KEPT_MS = 90 * 24 * HOUR_MS;
/** An item holds 400 KB at most. */
const PART_BYTES = 300_000;

export function createPayloadStore(db: DynamoDBDocumentClient, table: string): PayloadStore {
  const expiresAt = (now: EpochMs) => Math.ceil((now + KEPT_MS) / SECOND_MS);

  async function items(payloadId: string): Promise<Item[]> {
    const found: Item[] = [];
    let from: Item | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'payloadId = :id',
          ExpressionAttributeValues: { ':id': payloadId },
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      found.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from);
    return found;
  }

  return {
    async put(payloadId, text, now) {
      const bytes = gzipSync(text);
      const parts = Math.max(1, Math.ceil(bytes.byteLength / PART_BYTES));
      // The first part last: it says how many there are, so what was not stored to the end is not there.
      for (let part = parts - 1; part >= 0; part--) {
        const data = new Uint8Array(bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES));
        const Item = { payloadId, part, parts, data, expiresAt: expiresAt(now) };
        await db.send(new PutCommand({ TableName: table, Item }));
      }
    },

    async get(payloadId) {
      const parts = await items(payloadId);
      if (parts[0]?.part !== 0 || parts.length !== parts[0].parts) return undefined;
      return gunzipSync(Buffer.concat(parts.map(({ data }) => data as Uint8Array))).toString('utf8');
    },

    async appendChange(service, change, now, token) {
      const Item = {
        payloadId: changesOf(service, new Date(now).toISOString().slice(0, 10)),
        // The time, and what tells two changes of one millisecond apart.
        part: now * 1_000 + (Number.parseInt(token.slice(0, 6), 16) % 1_000),
        data: new Uint8Array(gzipSync(JSON.stringify(change))),
        expiresAt: expiresAt(now),
      };
      await db.send(new PutCommand({ TableName: table, Item }));
    },

    async changes(service, day) {
      const found = await items(changesOf(service, day));
      return found.map(({ data }) => readJson(gunzipSync(data as Uint8Array).toString('utf8'), 'a change'));
    },
  };
}

function changesOf(service: string, day: string): string {
  return `changes#${service}#${day}`;
}
