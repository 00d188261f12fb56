import type { Path } from './faults.ts';
import { isRecord } from './fields.ts';

export interface Found {
  readonly path: Path;
  readonly value: unknown;
}

/**
 * Every value at a pattern such as `teams.*.members.*`, where `*` is any index or key. Passes over what is not there or has another
 * shape, so it can look into a document that is at fault elsewhere.
 */
export function found(value: unknown, pattern: string): Found[] {
  return walk(value, pattern.split('.'), []);
}

function walk(value: unknown, [head, ...rest]: readonly string[], path: Path): Found[] {
  if (head === undefined) return [{ path, value }];
  if (head === '*') {
    const entries = Array.isArray(value) ? value.entries() : isRecord(value) ? Object.entries(value) : [];
    return [...entries].flatMap(([key, each]) => walk(each, rest, [...path, key]));
  }
  return isRecord(value) && Object.hasOwn(value, head) ? walk(value[head], rest, [...path, head]) : [];
}

/** As {@link found}, the texts alone. */
export function foundTexts(value: unknown, pattern: string): { readonly path: Path; readonly text: string }[] {
  return found(value, pattern).flatMap(({ path, value: text }) => (typeof text === 'string' ? [{ path, text }] : []));
}
