import { cleanText } from '../../http/pages/escape.ts';
import type { Block, MailDocument } from './document.ts';

/** The text part. Preformatted text is indented, so that no line of it can pass for a line of the mail itself. */
export function renderText(document: MailDocument): string {
  return `${document.blocks.map((block) => cleanText(renderBlock(block))).join('\n\n')}\n`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'headline':
      return `${block.kicker}\n${block.title}`;
    case 'paragraph':
      return block.text;
    case 'actions':
      return block.actions.map(({ label, url }) => `${label}:\n${url}`).join('\n\n');
    case 'facts':
      return lines(
        block.heading,
        block.facts.map(({ label, value }) => `${label}: ${value}`),
      );
    case 'links':
      return lines(
        block.heading,
        block.links.map(({ label, href }) => (href && href !== label ? `${label}: ${href}` : label)),
      );
    case 'preformatted': {
      const indented = cleanText(block.text).replace(/^/gm, '    ');
      return lines(block.heading, [indented, ...(block.note ? [block.note] : [])]);
    }
  }
}

function lines(heading: string | undefined, items: readonly string[]): string {
  return [...(heading ? [heading.toUpperCase()] : []), ...items].join('\n');
}
