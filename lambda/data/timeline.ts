import { BatchWriteCommand, type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { TimelineEntry } from '../../core/timeline.ts';

/** DynamoDB takes at most 25 writes in one batch. */
const BATCH = 25;

export interface TimelineStore {
  /** Copies entries; the same entry twice is one entry. Throws if any could not be written. */
  put(incidentId: number, entries: readonly TimelineEntry[]): Promise<void>;
  /** All moved entries of an incident, oldest first. */
  list(incidentId: number): Promise<TimelineEntry[]>;
}

export function createTimelineStore(db: DynamoDBDocumentClient, table: string): TimelineStore {
  return {
    async put(incidentId, entries) {
      for (let at = 0; at < entries.length; at += BATCH) {
        const batch = entries
          .slice(at, at + BATCH)
          .map((entry) => ({ PutRequest: { Item: { ...entry, incidentId } } }));
        const { UnprocessedItems } = await db.send(new BatchWriteCommand({ RequestItems: { [table]: batch } }));
        const left = UnprocessedItems?.[table]?.length ?? 0;
        if (left > 0) throw new Error(`${left} timeline entries of incident ${incidentId} were not written`);
      }
    },

    async list(incidentId) {
      const entries: TimelineEntry[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const page = await db.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'incidentId = :id',
            ExpressionAttributeValues: { ':id': incidentId },
            ConsistentRead: true,
            ...(from ? { ExclusiveStartKey: from } : {}),
          }),
        );
        for (const { incidentId: _id, ...entry } of page.Items ?? []) entries.push(entry as unknown as TimelineEntry);
        from = page.LastEvaluatedKey;
      } while (from);
      return entries;
    },
  };
}
