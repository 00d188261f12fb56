/** Terminal colours, as log lines bring them along. */
const COLOUR = /[^\P{Cc}\n\t]\[[0-9;]*m/gu;
/** Control characters but for line feed and tab, and what overrides the direction of text (it can make a text read as another). */
const UNSAFE = /[^\P{Cc}\n\t]|\p{Bidi_Control}/gu;

/** Text from outside, fit for a person to read: well-formed Unicode, `\n` line ends, no control characters, no bidi overrides. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(COLOUR, '')
    .replace(UNSAFE, '');
}

/** Cuts to at most `maxChars` UTF-16 units, an ellipsis included; never through the middle of a character. */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return `${text.slice(0, maxChars - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Clean text on one line, at most `maxChars` long. Safe in a mail header: it cannot hold CR or LF. */
export function oneLine(text: string, maxChars: number): string {
  return cut(cleanText(text).replace(/\s+/g, ' ').trim(), maxChars);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Cleans and escapes text for HTML content and for attribute values in double quotes. */
export function escapeHtml(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}

/** Markup that may be put into a page as it is. Made by `html` alone. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
  toString(): string {
    return this.markup;
  }
}

type Hole = string | number | Html | readonly Html[];

/** Template tag: everything put in is escaped unless it is `Html` already. Attributes must be written in double quotes. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  const fill = (hole: Hole): string => {
    if (hole instanceof Html) return hole.markup;
    return typeof hole === 'object' ? hole.map((item) => item.markup).join('') : escapeHtml(String(hole));
  };
  return new Html(parts.map((part, i) => part + (i < holes.length ? fill(holes[i] ?? '') : '')).join(''));
}

const MAX_HREF_CHARS = 2_000;

/**
 * The normalised address if it may become a link: http or https, no user name in front of the host (which is there to mislead).
 * Undefined for everything else, which is then shown as text.
 */
export function safeHref(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  if (!web || url.username !== '' || url.password !== '' || url.href.length > MAX_HREF_CHARS) return undefined;
  return url.href;
}
