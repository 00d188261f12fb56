/** A start or end tag as an HTML parser sees it. */
interface Tag {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** The content of these is text up to their own end tag. */
const TEXT_ONLY = /^(title|textarea|style|script|xmp|iframe|noembed|noframes)$/;

/**
 * The tags of a document, found as the tokenizer of the HTML standard finds them (13.2.5): `<` and a letter begins a tag wherever text is
 * allowed, attributes may be quoted in either way or not at all, comments end at `-->` or `--!>`.
 */
export function tagsOf(html: string): Tag[] {
  const tags: Tag[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    const rest = html.slice(open);
    const comment = /^<!--[\s\S]*?(?:--!?>|$)|^<[!?][^>]*(?:>|$)|^<\/[^a-zA-Z][^>]*(?:>|$)/.exec(rest);
    const tag = /^<(\/?)([a-zA-Z][^\s/>]*)/.exec(rest);
    if (comment) {
      tags.push({ name: comment[0].startsWith('<!doctype') ? '!doctype' : '!--', attributes: [] });
      at = open + comment[0].length;
    } else if (tag) {
      const [start, slash = '', name = ''] = tag;
      const { attributes, length } = attributesOf(rest.slice(start.length));
      tags.push({ name: `${slash}${name.toLowerCase()}`, attributes });
      at = open + start.length + length;
      if (slash === '' && TEXT_ONLY.test(name)) {
        const end = html.slice(at).search(new RegExp(`</${name}[\\s/>]`, 'i'));
        at = end < 0 ? html.length : at + end;
      }
    } else at = open + 1;
  }
  return tags;
}

function attributesOf(text: string) {
  const attributes: [string, string][] = [];
  let at = 0;
  for (;;) {
    const gap = /^[\s/]*/.exec(text.slice(at))?.[0].length ?? 0;
    at += gap;
    if (at >= text.length || text[at] === '>') return { attributes, length: at + 1 };
    const found = /^(=?[^\s/>=]*)(?:\s*=\s*(?:"([^"]*)(?:"|$)|'([^']*)(?:'|$)|([^\s>]*)))?/.exec(text.slice(at));
    const [whole = '', name = '', double, single, bare] = found ?? [];
    attributes.push([name.toLowerCase(), double ?? single ?? bare ?? '']);
    at += Math.max(1, whole.length);
  }
}

/** Tags and names of attributes in their order: what text must not be able to change. */
export function shapeOf(html: string): string[] {
  return tagsOf(html).map(({ name, attributes }) => [name, ...attributes.map(([attribute]) => attribute)].join(' '));
}

/** Values of attributes by name. */
export function valuesOf(html: string, wanted: string): string[] {
  return tagsOf(html).flatMap(({ attributes }) =>
    attributes.flatMap(([name, value]) => (name === wanted ? [value] : [])),
  );
}

/** The lines of a calendar by the name of their property, unfolded. Throws for what RFC 5545 does not allow. */
export function calendarShape(text: string): string[] {
  if (!text.endsWith('\r\n')) throw new Error('the calendar does not end with a line break');
  const lines = text.replaceAll('\r\n ', '').slice(0, -2).split('\r\n');
  const open: string[] = [];
  for (const line of text.split('\r\n'))
    if (Buffer.byteLength(line) > 75) throw new Error(`a line of more than 75 octets: ${line}`);
  return lines.map((line) => {
    const [, name = '', value = ''] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/s.exec(line) ?? [];
    if (name === '') throw new Error(`not a property: ${JSON.stringify(line)}`);
    if (/\p{Cc}|[\u2028\u2029]|\p{Bidi_Control}/u.test(value.replaceAll('\t', '')))
      throw new Error(`unprintable: ${JSON.stringify(line)}`);
    const isText = name === 'SUMMARY' || name === 'X-WR-CALNAME' || name === 'PRODID';
    if (isText && !/^(?:[^\\;,]|\\[\\;,nN])*$/.test(value)) throw new Error(`not escaped: ${line}`);
    if (name === 'BEGIN') open.push(value);
    if (name === 'END' && open.pop() !== value) throw new Error(`the end of nothing that is open: ${line}`);
    return name === 'BEGIN' || name === 'END' ? `${name}:${value}` : name;
  });
}
