import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { type ConfigFault, type Path, pathText } from '../core/config/faults.ts';
import { isRecord } from '../core/config/fields.ts';

/** A file as it was read: YAML, of which JSON is a part. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** A fault, and where its author finds it. Lines and columns count from 1. */
export interface LocatedFault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `services[0].team`, the index in the file itself; empty for the file as a whole. */
  readonly field: string;
  readonly message: string;
}

export interface ReadSources {
  /** All files in one: the document for `PUT /config`. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The parameters of the deployment, which are no part of that document. */
  readonly deployment: Readonly<Record<string, unknown>>;
  /** What keeps a file from being read at all. */
  readonly faults: readonly LocatedFault[];
}

interface Opened {
  readonly file: string;
  readonly contents: Node | null;
  readonly value: unknown;
  readonly lines: LineCounter;
  readonly faults: readonly LocatedFault[];
}

/** Puts the lists of several files one after the other, in the order of the files. */
export function readSources(sources: readonly Source[]): ReadSources {
  const opened = sources.map(open);
  const values = opened.map(({ value }) => value).filter(isRecord);
  const keys = new Set(values.flatMap((value) => Object.keys(value)).filter((key) => key !== 'deployment'));
  const document = Object.fromEntries(
    [...keys].map((key) => [
      key,
      merged(values.filter((value) => Object.hasOwn(value, key)).map((value) => value[key])),
    ]),
  );
  const deployment = Object.assign({}, ...values.map((value) => value.deployment).filter(isRecord));
  return { document, deployment, faults: opened.flatMap(({ faults }) => faults) };
}

/** What is no list is left for the check of the document to find fault with. */
function merged(values: readonly unknown[]): unknown {
  const odd = values.find((value) => !Array.isArray(value));
  return odd === undefined ? values.flat() : odd;
}

function open({ file, text }: Source): Opened {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => ({ file, line: lines.linePos(offset).line, column: lines.linePos(offset).col });
  const errors = document.errors.map(({ pos, message }) => ({ ...at(pos[0]), field: '', message }));
  const unread = { file, contents: null, value: {}, lines };
  if (errors.length > 0) return { ...unread, faults: errors };
  try {
    const value: unknown = document.toJS() ?? {};
    if (isRecord(value)) return { file, contents: document.contents, value, lines, faults: [] };
    return { ...unread, faults: [{ ...at(0), field: '', message: 'must be an object: users, teams, services, …' }] };
  } catch (error) {
    // Aliases that lead nowhere, or grow without measure.
    const message = error instanceof Error ? error.message : String(error);
    return { ...unread, faults: [{ ...at(0), field: '', message }] };
  }
}

/** The places of a document's faults in the files that it was put together from, in the order of the files. */
export function locate(faults: readonly ConfigFault[], sources: readonly Source[]): LocatedFault[] {
  const opened = sources.map(open);
  const located = faults.map(({ path, message }): LocatedFault => {
    const { source, path: own } = origin(path, opened);
    const offset = source ? offsetOf(source.contents, own) : 0;
    const { line, col } = source?.lines.linePos(offset) ?? { line: 1, col: 1 };
    return {
      file: source?.file ?? '',
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      field: pathText(own),
      message,
    };
  });
  const order = sources.map(({ file }) => file);
  return located.sort(
    (a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}

/** Which file a path leads to, and the path within that file alone. */
function origin(path: Path, opened: readonly Opened[]): { readonly source: Opened | undefined; readonly path: Path } {
  const [key, index, ...rest] = path;
  const holders = opened.flatMap((source) => {
    const has = isRecord(source.value) && key !== undefined && Object.hasOwn(source.value, key);
    return has ? [{ source, list: source.value[key] }] : [];
  });
  let before = 0;
  for (const { source, list } of holders) {
    // Only what is no list has a fault as a whole.
    if (!Array.isArray(list)) return { source, path };
    if (key !== undefined && typeof index === 'number') {
      if (index < before + list.length) return { source, path: [key, index - before, ...rest] };
      before += list.length;
    }
  }
  return { source: holders[0]?.source ?? opened[0], path };
}

/** Where the path leads, or the nearest thing around it that is there. */
function offsetOf(contents: Node | null, path: Path): number {
  let node: unknown = contents;
  let offset = contents?.range?.[0] ?? 0;
  for (const part of path) {
    const holder = isAlias(node) ? undefined : node;
    const next = isMap(holder)
      ? pairOf(holder, part)
      : isSeq(holder)
        ? { key: holder.get(Number(part), true), value: holder.get(Number(part), true) }
        : undefined;
    if (!isNode(next?.key)) return offset;
    offset = next.key.range?.[0] ?? offset;
    node = next.value;
  }
  return offset;
}

function pairOf(map: YAMLMap, key: string | number): { readonly key: unknown; readonly value: unknown } | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}
