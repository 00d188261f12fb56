import { isObject, member } from '../shape.ts';

/** RFC 6901: empty for the whole document, else `/name/0/name` with `~1` for `/` and `~0` for `~`. */
export const POINTER = /^(\/([^~]|~[01])*)?$/;

/** What a JSON pointer points at; undefined where there is nothing. Inherited members are not there. */
export function valueAt(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  let value = document;
  for (const part of pointer.slice(1).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = /^(0|[1-9]\d*)$/.test(name) ? value[Number(name)] : undefined;
    else value = isObject(value) ? member(value, name) : undefined;
  }
  return value;
}
