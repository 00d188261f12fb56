import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Service } from '../../core/service.ts';
import { serviceRow } from './config-rows.ts';
import { conditionFailed } from './items.ts';

/** Services that belong to the deployment, and are in no configuration. */
export interface OwnServiceStore {
  /** Writes the service's row; the same twice is one. Throws when a configuration has a service of that id: it is not written over. */
  put(service: Service): Promise<void>;
}

export function createOwnServiceStore(db: DynamoDBDocumentClient, table: string): OwnServiceStore {
  return {
    async put(service) {
      try {
        await db.send(
          new PutCommand({
            TableName: table,
            Item: serviceRow(service),
            // Rows that a configuration has written carry its revision; of those that it has removed, a mark is left.
            ConditionExpression: 'attribute_not_exists(revision) OR removed = :yes',
            ExpressionAttributeValues: { ':yes': true },
          }),
        );
      } catch (error) {
        if (!conditionFailed(error)) throw error;
        throw new Error(`service ${service.serviceId} belongs to the configuration`, { cause: error });
      }
    },
  };
}
