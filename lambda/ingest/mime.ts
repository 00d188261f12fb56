/**
 * As much of RFC 5322 and MIME as it takes to read an alert mail: headers, and its text. Lenient: what cannot be read is left out, and
 * nothing throws. HTML counts only where there is no plain text.
 */

export interface MimeMessage {
  /** Names in lower case; of a repeated header the first. Encoded words are decoded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const MOST_DEPTH = 8;
const MOST_PARTS = 200;

interface Bodies {
  plain: string | undefined;
  html: string | undefined;
  parts: number;
}

export function readMime(raw: Buffer): MimeMessage {
  // Latin 1 keeps every byte, so that each part can be decoded by its own character set.
  const { headers, body } = split(raw.toString('latin1'));
  const bodies: Bodies = { plain: undefined, html: undefined, parts: 0 };
  collect(headers, body, bodies, 0);
  const text = bodies.plain ?? (bodies.html === undefined ? '' : textOfHtml(bodies.html));
  return {
    headers: Object.fromEntries([...headers].map(([name, value]) => [name, decodeWords(value)])),
    text: text.replace(/\r\n/g, '\n').trim(),
  };
}

function split(text: string): { headers: Map<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end ? text.slice(0, end.index) : text;
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return { headers, body: end ? text.slice(end.index + end[0].length) : '' };
}

function collect(headers: Map<string, string>, body: string, bodies: Bodies, depth: number): void {
  bodies.parts += 1;
  if (depth > MOST_DEPTH || bodies.parts > MOST_PARTS) return;
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = parameter(type, 'boundary');
  if (/^multipart\//i.test(type) && boundary !== undefined) {
    for (const part of body.split(`--${boundary}`).slice(1)) {
      if (part.startsWith('--')) break;
      const inner = split(part.replace(/^[ \t]*\r?\n/, ''));
      collect(inner.headers, inner.body, bodies, depth + 1);
    }
    return;
  }
  if (/^attachment\b/i.test(headers.get('content-disposition') ?? '')) return;
  if (/^text\/html\b/i.test(type)) bodies.html ??= decodeBody(headers, type, body);
  else if (/^text\/plain\b/i.test(type)) bodies.plain ??= decodeBody(headers, type, body);
}

function decodeBody(headers: Map<string, string>, type: string, body: string): string {
  const encoding = (headers.get('content-transfer-encoding') ?? '').trim().toLowerCase();
  const bytes =
    encoding === 'base64'
      ? Buffer.from(body, 'base64')
      : encoding === 'quoted-printable'
        ? unquote(body.replace(/=[ \t]*\r?\n/g, ''))
        : Buffer.from(body, 'latin1');
  return decode(bytes, parameter(type, 'charset') ?? 'utf-8');
}

function unquote(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

/** RFC 2047. White space between two encoded words does not count. */
function decodeWords(text: string): string {
  const words = text.replace(/(=\?[^?]+\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, '$1');
  const decoded = words.replace(
    /=\?([^?*]+)(?:\*[^?]*)?\?([bq])\?([^?]*)\?=/gi,
    (_, charset: string, kind: string, word: string) =>
      decode(kind.toLowerCase() === 'b' ? Buffer.from(word, 'base64') : unquote(word.replaceAll('_', ' ')), charset),
  );
  // Headers may also be plain UTF-8 (RFC 6532).
  return decoded === text ? decode(Buffer.from(text, 'latin1'), 'utf-8') : decoded;
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}

function parameter(value: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, 'i').exec(value);
  return match?.[1] ?? match?.[2];
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
]);

/** For reading, not for showing as HTML: the result is text, and is escaped like any other. */
function textOfHtml(html: string): string {
  return html
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/<(br|\/p|\/div|\/tr|\/li|\/h[1-6])\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,6});/gi, (whole, name: string) => entity(name) ?? whole)
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n');
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES.get(name.toLowerCase());
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : undefined;
}
