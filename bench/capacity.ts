import type { IndexDefinition, TableDefinition } from '../lambda/data/keys.ts';

/** An item as it travels: `{ name: { S: 'text' } }`. */
export type WireItem = Readonly<Record<string, WireValue>>;
export type WireValue = Readonly<Record<string, unknown>>;

const KB = 1_024;

/**
 * Bytes of an item as DynamoDB counts them. Source: "DynamoDB item sizes and formats" in the developer guide, which calls the size of
 * a number approximate. Sets and binary values do not occur here; it throws on them.
 */
export function itemSize(item: WireItem): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);
}

function valueSize(value: WireValue): number {
  if (typeof value.S === 'string') return Buffer.byteLength(value.S);
  if (typeof value.N === 'string') return 1 + Math.ceil(significantDigits(value.N) / 2);
  if ('BOOL' in value || 'NULL' in value) return 1;
  if (Array.isArray(value.L)) return value.L.reduce((sum, element) => sum + 1 + valueSize(element), 3);
  if (value.M) return itemSize(value.M as WireItem) + 3 + Object.keys(value.M).length;
  throw new Error(`an attribute of another type: ${Object.keys(value)}`);
}

function significantDigits(number: string): number {
  const digits = number.replace(/[eE].*$/, '').replace(/[^0-9]/g, '');
  return Math.max(1, digits.replace(/^0+|0+$/g, '').length);
}

/** Read request units of what one read touches: an item, or all of what a Query looked at. Of nothing, too, one is taken. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / (4 * KB))) * (consistent ? 1 : 0.5);
}

export interface WriteUnits {
  readonly table: number;
  readonly indexes: number;
}

/** Write request units of replacing `before` by `after`, either of which may not be there. */
export function writeUnits(
  table: TableDefinition,
  before: WireItem | undefined,
  after: WireItem | undefined,
): WriteUnits {
  const indexes = table.indexes.map((index) => {
    return indexUnits(index, entryOf(table, index, before), entryOf(table, index, after));
  });
  return { table: units(before, after), indexes: indexes.reduce((sum, count) => sum + count, 0) };
}

/** Source: "Provisioned throughput considerations for Global Secondary Indexes" in the developer guide. */
function indexUnits(index: IndexDefinition, before: WireItem | undefined, after: WireItem | undefined): number {
  if (!before && !after) return 0;
  if (before && after) {
    const same = (names: readonly string[]) => {
      return names.every((name) => JSON.stringify(before[name]) === JSON.stringify(after[name]));
    };
    // An entry whose key changes is deleted in one place and put in another.
    if (!same([index.partitionKey.name, index.sortKey.name])) return units(before) + units(after);
    if (same([...Object.keys(before), ...Object.keys(after)])) return 0;
  }
  return units(before, after);
}

/** What the index keeps of an item; nothing, when the item lacks one of the index's keys. */
function entryOf(table: TableDefinition, index: IndexDefinition, item: WireItem | undefined): WireItem | undefined {
  const keys = [index.partitionKey.name, index.sortKey.name];
  if (!item || keys.some((name) => !(name in item))) return undefined;
  const kept = new Set([...keys, table.partitionKey.name, ...(table.sortKey ? [table.sortKey.name] : [])]);
  for (const name of index.include) kept.add(name);
  return Object.fromEntries(Object.entries(item).filter(([name]) => kept.has(name)));
}

function units(...versions: readonly (WireItem | undefined)[]): number {
  const largest = Math.max(...versions.map((item) => (item ? itemSize(item) : 0)));
  return Math.max(1, Math.ceil(largest / KB));
}
