import { isObject, jsonText } from './shape.ts';

/** DynamoDB takes 32 levels; an event's details lie a few levels deep in the item. */
const MAX_DEPTH = 24;
/** DynamoDB's smallest magnitude. Larger than safe integers do not survive the document client either. */
const MIN_MAGNITUDE = 1e-130;

/**
 * The same JSON in a form that a DynamoDB item can hold: what is nested deeper than 24 levels becomes JSON text, a number that the
 * store would refuse becomes text. Without it an odd number in `custom_details` would lose the page. Never throws.
 */
export function storable(value: unknown, depth = 0): unknown {
  if (typeof value === 'number') return isStorableNumber(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return jsonText(value);
  if (Array.isArray(value)) return value.map((element) => storable(element, depth + 1));
  return storableObject(isObject(value) ? value : {}, depth);
}

/** `storable` for an object, whose members keep their names. */
export function storableObject(value: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, storable(member, depth + 1)]));
}

function isStorableNumber(value: number): boolean {
  const magnitude = Math.abs(value);
  return (
    Number.isFinite(value) && magnitude <= Number.MAX_SAFE_INTEGER && (magnitude === 0 || magnitude >= MIN_MAGNITUDE)
  );
}
