import fc from 'fast-check';

/** UTF-16 code units, so that lone halves can be written. */
const unit = String.fromCharCode;
const nested = (depth: number, open: string, close: string): unknown =>
  JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);
/** An object that really has a field of this name, `__proto__` included. */
const having = (name: string, value: unknown): unknown => Object.fromEntries([[name, value]]);

const LENGTHS = [
  1, 41, 101, 128, 129, 200, 201, 256, 257, 512, 513, 1_024, 1_025, 2_048, 2_049, 10_000, 10_001, 100_001,
];

/** Values that are wrong nearly everywhere, and have broken software before. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  0,
  -0,
  -1,
  1,
  1.5,
  101,
  5e-324,
  1e21,
  1e300,
  -1e300,
  2 ** 53,
  253_402_300_800_000,
  8.64e15 + 1,
  [],
  {},
  [null],
  [[]],
  { length: 1 },
  having('__proto__', { polluted: true }),
  having('constructor', { prototype: { polluted: true } }),
  having('toString', 1),
  nested(40, '[', ']'),
  nested(500, '{"a":', '}'),
  'NaN',
  'null',
  'undefined',
  'Infinity',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '../../etc/passwd',
  '-1',
  '1e400',
  '9'.repeat(30),
  '0x10',
  '2026-02-30T00:00:00Z',
  '0000-00-00T00:00',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00Z',
  '2026-11-24T09:00[Europe/Berlin]',
  'Etc/GMT+25',
  '+01:00',
  '25:00',
  'a\u0000b',
  'a\r\nBcc: mallory@example.org',
  '\u202eevil\u2066',
  '\u2028\u2029',
  '\ufeff',
  unit(0xd800),
  `a${unit(0xdc00)}b`,
  '\uffff',
  'İıſK',
  'e\u0301'.repeat(40),
  '👩‍🚒'.repeat(30),
  ...LENGTHS.flatMap((length) => ['x'.repeat(length), '€'.repeat(length)]),
  ...[65, 128, 129, 200, 256, 300, 512, 513, 1_024, 1_100].map((length) => '😀'.repeat(length)),
  Array.from({ length: 51 }, () => 'x'),
  Array.from({ length: 1_001 }, (_, i) => i),
];

const ODD_NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'incidentId',
  'version',
  'writeId',
  '',
  ' ',
  'a.b',
  'links[0].href',
  '$ref',
  '#a0',
  ':v0',
  '\u0000',
  unit(0xd83d),
  '\u202eeman',
  'x'.repeat(300),
];

/** One change of a JSON value: where (counted over all places, modulo) and what. */
export interface ValueChange {
  readonly at: number;
  readonly kind: 'replace' | 'drop' | 'add' | 'wrap' | 'repeat' | 'stringify';
  readonly pick: number;
}

export const valueChange: fc.Arbitrary<ValueChange> = fc.record({
  at: fc.nat(10_000),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'drop', 'add', 'wrap', 'repeat', 'stringify'),
  pick: fc.nat(10_000),
});

type Path = readonly (string | number)[];

function placesOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [
    at,
    ...Object.entries(value).flatMap(([name, child]) =>
      placesOf(child, [...at, Array.isArray(value) ? Number(name) : name]),
    ),
  ];
}

/** The value with something changed at a path; a field whose new value is undefined is dropped. */
function changed(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (Array.isArray(value)) {
    const next = changed(value[Number(first)], rest, change);
    return value.flatMap((item, index) => (index !== first ? [item] : next === undefined ? [] : [next]));
  }
  const entries = Object.entries(value as object).flatMap(([name, child]): [string, unknown][] => {
    if (name !== first) return [[name, child]];
    const next = changed(child, rest, change);
    return next === undefined ? [] : [[name, next]];
  });
  return Object.fromEntries(entries);
}

const pickOf = <T>(list: readonly T[], pick: number): T => list[pick % list.length] as T;

/** Applies one change. The value is not touched. */
export function mutate(value: unknown, { at, kind, pick }: ValueChange): unknown {
  const path = pickOf(placesOf(value), at);
  switch (kind) {
    case 'replace':
      return changed(value, path, () => pickOf(ODD_VALUES, pick));
    case 'drop':
      return path.length === 0 ? value : changed(value, path, () => undefined);
    case 'wrap':
      return changed(value, path, (old) => (pick % 2 === 0 ? [old] : { value: old }));
    case 'repeat':
      return changed(value, path, (old) => (Array.isArray(old) && old.length > 0 ? [...old, ...old] : [old, old]));
    case 'stringify':
      return changed(value, path, (old) => JSON.stringify(old) ?? 'undefined');
    case 'add':
      return changed(value, path, (old) =>
        typeof old === 'object' && old !== null && !Array.isArray(old)
          ? Object.fromEntries([...Object.entries(old), [pickOf(ODD_NAMES, pick), pickOf(ODD_VALUES, pick >> 4)]])
          : pickOf(ODD_VALUES, pick),
      );
  }
}

/** Positions in a list as a cursor holds them: of another list, of no list, beyond every list. */
const CURSORS = [
  '2026-11-23T12:00:00.000Z#000000010000',
  '9999-12-31T23:59:59.999Z#000000010000',
  '1970-01-01T00:00:00.000Z#000000000000',
  '0000-01-01T00:00:00.000Z#000000010000',
  '2026-02-30T25:61:00.000Z#000000010000',
  `2026-11-23T12:00:00.000Z#${'9'.repeat(115)}`,
  '2026-11-23T12:00:00.000Z#1',
  '2026-11-23T12:00:00.000Z',
  '{"incidentId":{"N":"10000"}}',
  '\u0000',
].map((position) => Buffer.from(position).toString('base64url'));

/** Names and texts for paths, queries and headers. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...CURSORS),
  fc.constantFrom(...ODD_VALUES.filter((value) => typeof value === 'string'), ...ODD_NAMES),
  fc.constantFrom(
    'a/b',
    '..',
    '%',
    '%zz',
    '%00',
    '%E0%A4%A',
    '10000 ',
    '1e4',
    '٣',
    '010000',
    '10000.0',
    '18446744073709551616',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
