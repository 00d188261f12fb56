import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailed } from './items.ts';

/**
 * The lock of a dedup key: it names the one incident that events of this key go to. Written before the incident, so the incident may
 * not exist (yet): whoever finds that creates it, under the number in the lock.
 */
export interface DedupLock {
  readonly incidentId: number;
  /** Set by a re-opening in progress: while the incident still has this version, it is to be re-opened, not replaced. */
  readonly reopenVersion?: number;
}

export interface DedupStore {
  /** Strongly consistent. */
  get(dedupId: string): Promise<DedupLock | undefined>;
  /** Sets the lock if it still is as `expected` (undefined: does not exist). Answers false when somebody else was first. */
  set(dedupId: string, lock: DedupLock, expected: DedupLock | undefined): Promise<boolean>;
}

export function createDedupStore(db: DynamoDBDocumentClient, table: string): DedupStore {
  const get = async (dedupId: string): Promise<DedupLock | undefined> => {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: { dedupId }, ConsistentRead: true }));
    if (!Item) return undefined;
    const { incidentId, reopenVersion } = Item as { incidentId: number; reopenVersion?: number };
    return { incidentId, ...(reopenVersion === undefined ? {} : { reopenVersion }) };
  };

  return {
    get,

    async set(dedupId, lock, expected) {
      const flag = lock.reopenVersion === undefined ? ' REMOVE reopenVersion' : ', reopenVersion = :reopen';
      const unchanged =
        expected === undefined
          ? 'attribute_not_exists(dedupId)'
          : `incidentId = :was AND ${expected.reopenVersion === undefined ? 'attribute_not_exists(reopenVersion)' : 'reopenVersion = :wasReopen'}`;
      try {
        await db.send(
          new UpdateCommand({
            TableName: table,
            Key: { dedupId },
            UpdateExpression: `SET incidentId = :id${flag}`,
            ConditionExpression: unchanged,
            ExpressionAttributeValues: {
              ':id': lock.incidentId,
              ...(lock.reopenVersion === undefined ? {} : { ':reopen': lock.reopenVersion }),
              ...(expected === undefined ? {} : { ':was': expected.incidentId }),
              ...(expected?.reopenVersion === undefined ? {} : { ':wasReopen': expected.reopenVersion }),
            },
          }),
        );
        return true;
      } catch (error) {
        if (!conditionFailed(error)) throw error;
        // Our own write, answered to nobody and tried again by the SDK: numbers are never given out twice, so this one is ours.
        const now = await get(dedupId);
        return now?.incidentId === lock.incidentId && now.reopenVersion === lock.reopenVersion;
      }
    },
  };
}
