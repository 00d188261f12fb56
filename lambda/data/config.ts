import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ConfigDocument } from '../../core/config/document.ts';
import type { EpochMs } from '../../core/time.ts';
import { conditionFailed, type Item, readJson } from './items.ts';
import { CONFIG_KEYS } from './keys.ts';

/** Which revision is in force, and up to which one the rows in the other tables have been written. */
export interface ConfigHead {
  readonly revision: number;
  readonly projected: number;
}

export interface ConfigRevision {
  readonly revision: number;
  /** The revision that it replaced. Numbers in between, if any, never came into force. */
  readonly previous: number;
  readonly document: ConfigDocument;
  readonly author: string;
  readonly at: EpochMs;
}

const NONE: ConfigHead = { revision: 0, projected: 0 };

export interface ConfigStore {
  /** Revision 0 is the empty configuration of a new deployment. Strongly consistent. */
  head(): Promise<ConfigHead>;
  revision(revision: number): Promise<ConfigRevision | undefined>;
  /** Keeps a revision under its number. Answers false if that number is taken. */
  keep(revision: ConfigRevision): Promise<boolean>;
  /** Puts `next` in force if the head still is `expected`. The one write that makes a configuration current. */
  moveHead(next: ConfigHead, expected: ConfigHead): Promise<boolean>;
}

export function createConfigStore(db: DynamoDBDocumentClient, table: string): ConfigStore {
  const get = async (configkey: string): Promise<Item | undefined> =>
    (await db.send(new GetCommand({ TableName: table, Key: { configkey }, ConsistentRead: true }))).Item;

  async function putIf(item: Item, condition: string, values?: Item): Promise<boolean> {
    try {
      await db.send(
        new PutCommand({
          TableName: table,
          Item: item,
          ConditionExpression: condition,
          ...(values ? { ExpressionAttributeValues: values } : {}),
        }),
      );
      return true;
    } catch (error) {
      if (conditionFailed(error)) return false;
      throw error;
    }
  }

  async function head(): Promise<ConfigHead> {
    const item = await get(CONFIG_KEYS.head);
    return item ? { revision: Number(item.revision), projected: Number(item.projected) } : NONE;
  }

  return {
    head,
    async revision(revision) {
      const item = await get(`config#${revision}`);
      if (!item) return undefined;
      const document = readJson(String(item.document), `configuration revision ${revision}`) as ConfigDocument;
      return {
        revision,
        previous: Number(item.previous ?? 0),
        document,
        author: String(item.author),
        at: Number(item.at),
      };
    },
    keep({ revision, previous, document, author, at }) {
      const item = { configkey: `config#${revision}`, previous, document: JSON.stringify(document), author, at };
      return putIf(item, 'attribute_not_exists(configkey)');
    },
    async moveHead(next, expected) {
      const item = { configkey: CONFIG_KEYS.head, ...next };
      const values = { ':revision': expected.revision, ':projected': expected.projected };
      const moved =
        expected.revision === 0
          ? await putIf(item, 'attribute_not_exists(configkey)')
          : await putIf(item, 'revision = :revision AND projected = :projected', values);
      if (moved) return true;
      // The SDK repeats a write whose answer was lost. Revision numbers are given out once, so this head is ours if it is there.
      const now = await head();
      return now.revision === next.revision && now.projected === next.projected;
    },
  };
}
