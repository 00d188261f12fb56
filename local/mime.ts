/** What an inbox shows of a raw message. */
export interface ParsedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
}

const MAX_DEPTH = 8;

/**
 * Reads a raw message (RFC 5322, MIME) for showing: headers, and the first plain and HTML bodies. Lenient: what it cannot read it
 * leaves out. Character sets that the platform does not know are read as UTF-8.
 */
export function parseMessage(raw: string): ParsedMessage {
  const { headers, body } = split(raw);
  const found = { text: '', html: '' };
  collect(headers, body, found, 0);
  return { headers, ...found };
}

function split(raw: string): { headers: Record<string, string>; body: string } {
  const [head = '', ...rest] = raw.replace(/\r\n/g, '\n').split('\n\n');
  const headers: Record<string, string> = {};
  for (const line of head.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon)] = decodeWords(line.slice(colon + 1).trim());
  }
  return { headers, body: rest.join('\n\n') };
}

function collect(
  headers: Record<string, string>,
  body: string,
  found: { text: string; html: string },
  depth: number,
): void {
  const type = field(headers, 'content-type') || 'text/plain';
  const boundary = parameter(type, 'boundary');
  if (/^multipart\//i.test(type) && boundary !== undefined && depth < MAX_DEPTH) {
    for (const part of body.split(`--${boundary}`).slice(1)) {
      if (part.startsWith('--')) break;
      const inner = split(part.replace(/^\n/, ''));
      collect(inner.headers, inner.body, found, depth + 1);
    }
    return;
  }
  if (/^text\/html/i.test(type)) found.html ||= decodeBody(headers, body);
  else if (/^text\/plain/i.test(type)) found.text ||= decodeBody(headers, body);
}

function decodeBody(headers: Record<string, string>, body: string): string {
  const charset = parameter(field(headers, 'content-type'), 'charset') ?? 'utf-8';
  switch (field(headers, 'content-transfer-encoding').toLowerCase()) {
    case 'base64':
      return decode(Buffer.from(body, 'base64'), charset);
    case 'quoted-printable':
      return decode(unquote(body.replace(/[ \t]*=\n/g, '')), charset);
    default:
      return decode(Buffer.from(body, 'latin1'), charset);
  }
}

function unquote(text: string): Buffer {
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

/** Encoded words of RFC 2047: `=?utf-8?B?…?=`. */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (_match, charset: string, encoding: string, word: string) =>
      decode(encoding.toLowerCase() === 'b' ? Buffer.from(word, 'base64') : unquote(word.replace(/_/g, ' ')), charset),
    );
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}

/** A header by its name in lower case; empty when absent. */
export function field(headers: Readonly<Record<string, string>>, name: string): string {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}

function parameter(value: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}="?([^";]+)"?`, 'i').exec(value);
  return match?.[1]?.trim();
}
