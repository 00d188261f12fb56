import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type EpochMs, SECOND_MS } from '../../core/time.ts';
import { conditionFailed } from './items.ts';

/** Notices that have been sent, or are being sent: rows `handoff#<id>` of the Config table. */
export interface NoticeStore {
  /** True for exactly one caller per id, ever. Whoever gets it sends; should it die first, the notice is lost, never doubled. */
  claim(id: string, now: EpochMs): Promise<boolean>;
}

/** Far longer than any hand-off stays due. */
const KEPT_MS = 30 * 24 * 3_600_000;
/** Ids known to be taken: a notice stays due for minutes or hours, and is asked for in each of them. */
const MOST_KNOWN = 10_000;

export function createNoticeStore(db: DynamoDBDocumentClient, table: string): NoticeStore {
  const taken = new Set<string>();
  return {
    async claim(id, now) {
      if (taken.has(id)) return false;
      const first = await put({ configkey: `handoff#${id}`, expiresAt: Math.ceil((now + KEPT_MS) / SECOND_MS) });
      if (taken.size >= MOST_KNOWN) taken.clear();
      taken.add(id);
      return first;
    },
  };

  async function put(item: Record<string, unknown>): Promise<boolean> {
    try {
      const ConditionExpression = 'attribute_not_exists(configkey)';
      await db.send(new PutCommand({ TableName: table, Item: item, ConditionExpression }));
      return true;
    } catch (error) {
      if (conditionFailed(error)) return false;
      throw error;
    }
  }
}
