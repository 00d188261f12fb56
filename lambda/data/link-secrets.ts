import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailed, type Item } from './items.ts';
import { CONFIG_KEYS } from './keys.ts';

/** A key that signs links. The first of a list signs, any of them verifies, so that a key can be replaced without dead links. */
export interface LinkSecret {
  readonly id: string;
  readonly secret: string;
}

export function readSecrets(item: Item | undefined): readonly LinkSecret[] {
  return Array.isArray(item?.secrets) ? (item.secrets as LinkSecret[]) : [];
}

export interface LinkSecretStore {
  get(): Promise<readonly LinkSecret[]>;
  /** Stores `first` if there is no secret yet, and answers whatever is in force afterwards. */
  ensure(first: LinkSecret): Promise<readonly LinkSecret[]>;
}

export function createLinkSecretStore(db: DynamoDBDocumentClient, table: string): LinkSecretStore {
  const key = { configkey: CONFIG_KEYS.linkSecrets };
  const get = async () =>
    readSecrets((await db.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item);
  return {
    get,
    async ensure(first) {
      try {
        const ConditionExpression = 'attribute_not_exists(configkey)';
        await db.send(new PutCommand({ TableName: table, Item: { ...key, secrets: [first] }, ConditionExpression }));
        return [first];
      } catch (error) {
        if (conditionFailed(error)) return get();
        throw error;
      }
    },
  };
}
