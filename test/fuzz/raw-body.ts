import fc from 'fast-check';

/** The two fields of an event that carry its body. */
export interface RawBody {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

const plain = (body: string | null): RawBody => ({ body, isBase64Encoded: false });
const bytes = (buffer: Buffer): RawBody => ({ body: buffer.toString('base64'), isBase64Encoded: true });
/** An object with one more member, written as text: what `JSON.stringify` would not write. */
const withMember = (text: string, member: string) =>
  /^\{\s*\}$/.test(text) ? `{${member}}` : text.replace(/\}$/, `,${member}}`);

/** One byte less than 256 KiB is the largest body that the API takes. */
const LIMIT = 256 * 1024 - 1;
const padded = (text: string, length: number) => text + ' '.repeat(Math.max(0, length - Buffer.byteLength(text)));

/** What may become of a JSON text on its way: by name, for reading when a test fails. */
export const RAW_BODIES: Readonly<Record<string, (text: string) => RawBody>> = {
  'as it is': plain,
  base64: (text) => bytes(Buffer.from(text)),
  absent: () => plain(null),
  empty: () => plain(''),
  blank: () => plain(' \n\t'),
  'cut in the middle': (text) => plain(text.slice(0, text.length / 2)),
  'a comma too many': (text) => plain(withMember(text, '')),
  'a member twice': (text) => plain(withMember(text, '"title":"again","title":"and again"')),
  'a number that is none': (text) => plain(withMember(text, '"n":NaN')),
  'a number beyond doubles': (text) => plain(withMember(text, '"details":{"n":1e999}')),
  'many digits': (text) => plain(withMember(text, `"ifVersion":${'9'.repeat(400)}`)),
  'a member called __proto__': (text) => plain(withMember(text, '"__proto__":{"polluted":true}')),
  'a __proto__ within details': (text) =>
    plain(withMember(text, '"details":{"__proto__":{"polluted":true},"constructor":1}')),
  'half a character escaped': (text) => plain(withMember(text, '"title":"\\ud800","\\udfff":1')),
  'NUL escaped': (text) => plain(withMember(text, '"title":"\\u0000"')),
  'NUL at the end': (text) => plain(`${text}\u0000`),
  'a comment': (text) => plain(`// ${text}\n${text}`),
  'single quotes': (text) => plain(text.replaceAll('"', "'")),
  'a byte order mark': (text) => plain(`\ufeff${text}`),
  'two documents': (text) => plain(`${text}${text}`),
  null: () => plain('null'),
  'a list': (text) => plain(`[${text}]`),
  'a text': (text) => plain(JSON.stringify(text)),
  'a number': () => plain('1'),
  'a form': () => plain('service=checkout&severity=ERR&title=x&message=y'),
  XML: () => plain('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
  'base64 that is not said to be': (text) => plain(Buffer.from(text).toString('base64')),
  'said to be base64': (text) => ({ body: text, isBase64Encoded: true }),
  'bytes that are no UTF-8': (text) => bytes(Buffer.from(withMember(text, '"title":"\u00ff\u00fe\u00c3"'), 'latin1')),
  'UTF-16': (text) => bytes(Buffer.from(`\ufeff${text}`, 'utf16le')),
  'bytes of gzip': () => bytes(Buffer.from('1f8b0800000000000003ab0600', 'hex')),
  'deep lists': (text) => plain(withMember(text, `"details":{"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`)),
  'very deep lists': () => plain('['.repeat(LIMIT)),
  'very deep objects': () => plain(`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`),
  'as long as may be': (text) => plain(padded(text, LIMIT)),
  'a byte too long': (text) => plain(padded(text, LIMIT + 1)),
  'twice too long': (text) => plain(padded(text, 2 * LIMIT + 3)),
  'beyond what senders may send': (text) => plain(padded(text, 524_289)),
  'many members': () =>
    plain(JSON.stringify(Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`m${i}`, i])))),
};

export const rawBody: fc.Arbitrary<string> = fc.constantFrom(...Object.keys(RAW_BODIES));
