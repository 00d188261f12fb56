import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

/** A plain DynamoDB item, as the document client gives and takes it. */
export type Item = Record<string, unknown>;

/** True when a conditional write was refused because its condition did not hold. */
export function conditionFailed(error: unknown): boolean {
  return error instanceof ConditionalCheckFailedException;
}

/** Reads what a row holds as JSON text. Throws without quoting it, as JSON.parse would: the error goes to the log. */
export function readJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${what} is not JSON`);
  }
}

export interface UpdateParts {
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/**
 * The update expression that turns `before` into `after`, attribute by attribute: what is equal is not mentioned, what is gone is
 * removed. Keys must not differ; the caller adds its condition to the same name and value maps.
 */
export function difference(before: Item, after: Item): UpdateParts {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const sets: string[] = [];
  const removes: string[] = [];
  for (const attribute of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = after[attribute];
    if (JSON.stringify(before[attribute]) === JSON.stringify(value)) continue;
    const at = Object.keys(names).length;
    names[`#a${at}`] = attribute;
    if (value === undefined) {
      removes.push(`#a${at}`);
    } else {
      values[`:v${at}`] = value;
      sets.push(`#a${at} = :v${at}`);
    }
  }
  const set = sets.length > 0 ? `SET ${sets.join(', ')}` : '';
  const remove = removes.length > 0 ? `REMOVE ${removes.join(', ')}` : '';
  return {
    UpdateExpression: [set, remove].filter(Boolean).join(' '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}
