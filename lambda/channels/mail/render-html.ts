import { type Html, html, safeHref } from '../../http/pages/escape.ts';
import { hostOf } from '../../http/pages/incident-facts.ts';
import type { Action, Block, MailDocument } from './document.ts';

/*
 * Inline styles and tables, because mail programs drop style sheets. No text or background colour except on buttons: the reader's
 * own light or dark theme decides, and the one grey has enough contrast on both.
 */
const FONT = 'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const GREY = 'color:#767676';
const WRAP = 'overflow-wrap:anywhere;word-break:break-word';

/** The HTML part: nothing is loaded from anywhere, nothing runs. */
export function renderHtml(document: MailDocument): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${document.subject}</title>
</head>
<body style="margin:0;padding:16px;font-size:16px;line-height:1.45;${FONT}">
<div style="max-width:640px;margin:0 auto;${WRAP}">
${document.blocks.map(renderBlock)}
</div>
</body>
</html>
`.markup;
}

function heading(text: string): Html {
  return html`<h2 style="margin:24px 0 8px;font-size:16px">${text}</h2>\n`;
}

function renderBlock(block: Block): Html {
  switch (block.kind) {
    case 'headline':
      return html`<p style="margin:0;font-size:14px;font-weight:bold;${GREY}">${block.kicker}</p>
<h1 style="margin:4px 0 12px;font-size:22px;line-height:1.25">${block.title}</h1>
`;
    case 'paragraph':
      return html`<p style="margin:12px 0">${block.text}</p>\n`;
    case 'actions':
      return html`${block.actions.map(renderAction)}`;
    case 'facts':
      return html`${block.heading ? heading(block.heading) : ''}<table cellpadding="0" cellspacing="0" style="width:100%;border-collapse:collapse">
${block.facts.map(
  ({ label, value }) =>
    html`<tr><th scope="row" style="width:25%;padding:4px 12px 4px 0;text-align:left;vertical-align:top;font-weight:normal;${GREY}">${label}</th><td style="padding:4px 0;vertical-align:top;${WRAP}">${value}</td></tr>\n`,
)}</table>
`;
    case 'links':
      return html`${heading(block.heading)}<ul style="margin:0;padding-left:20px">
${block.links.map(({ label, href }) => {
  if (href === undefined) return html`<li style="margin:6px 0">${label}</li>\n`;
  const host = label === href ? '' : html` <span style="${GREY}">(${hostOf(href)})</span>`;
  return html`<li style="margin:6px 0"><a href="${href}">${label}</a>${host}</li>\n`;
})}</ul>
`;
    case 'preformatted':
      return html`${heading(block.heading)}<pre style="margin:0;padding:12px;border:1px solid #888;border-radius:6px;font-size:13px;line-height:1.4;white-space:pre-wrap;${WRAP}">${block.text}</pre>
${block.note ? html`<p style="margin:8px 0;${GREY}">${block.note}</p>\n` : ''}`;
  }
}

/** A table cell carries the colour, because Outlook gives a link neither padding nor a background. */
function renderAction({ label, url, primary }: Action): Html {
  const href = safeHref(url);
  if (href === undefined) return html`<p style="margin:12px 0">${label}: ${url}</p>\n`;
  if (!primary) return html`<p style="margin:12px 0"><a href="${href}">${label}</a></p>\n`;
  return html`<table cellpadding="0" cellspacing="0" style="width:100%;margin:16px 0"><tr><td align="center" bgcolor="#b3261e" style="border-radius:8px;background-color:#b3261e"><a href="${href}" style="display:block;padding:16px;font-size:18px;font-weight:bold;color:#ffffff;text-decoration:none">${label}</a></td></tr></table>
`;
}
