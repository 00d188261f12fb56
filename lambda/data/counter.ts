import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CONFIG_KEYS, COUNTER_START } from './keys.ts';

export interface IncidentCounter {
  /** The next incident number: never given out twice, gaps possible (an answer that was lost, a creation that was not finished). */
  next(): Promise<number>;
}

export function createIncidentCounter(db: DynamoDBDocumentClient, table: string): IncidentCounter {
  return {
    async next() {
      const { Attributes } = await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { configkey: CONFIG_KEYS.counter },
          UpdateExpression: 'SET currentId = if_not_exists(currentId, :start) + :one',
          ExpressionAttributeValues: { ':start': COUNTER_START, ':one': 1 },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return Number(Attributes?.currentId);
    },
  };
}
