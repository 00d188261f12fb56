import type { Mail } from './inbox.ts';

const PATH = '/_local/inbox.html';
const REFRESH_SECONDS = 5;
const LIST_LIMIT = 500;

/**
 * Nothing on these pages runs a script. A mail is shown as the browser shows a stranger's page: sandboxed, without scripts, images
 * from elsewhere or forms; its links open in a tab of their own.
 */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** All mail, newest first; looks again by itself. */
export function renderInbox(mails: readonly Mail[]): string {
  const rows = mails.slice(-LIST_LIMIT).reverse().map(renderRow).join('');
  return page(
    `Inbox (${mails.length})`,
    `<meta http-equiv="refresh" content="${REFRESH_SECONDS}">`,
    `<h1>Inbox <small>${mails.length === 1 ? '1 mail' : `${mails.length} mails`}</small></h1>${
      rows === ''
        ? '<p class="empty">No mail yet. Raise an incident, and its page appears here.</p>'
        : `<ol>${rows}</ol>`
    }`,
  );
}

/** One mail: what it says in HTML, the plain text that goes with it, and its headers. */
export function renderMail(mail: Mail): string {
  const { from, to, subject, sentAt, html, text, headers } = mail;
  const facts = { From: from, To: to.join(', '), Sent: sentAt, ...headers };
  const list = Object.entries(facts).map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  const framed = `<base target="_blank">${html}`;
  return page(
    subject,
    '',
    `<p><a href="${PATH}">← Inbox</a></p><h1>${escapeHtml(subject)}</h1><dl>${list.join('')}</dl>${
      html === ''
        ? ''
        : `<iframe title="The mail as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escapeHtml(framed)}"></iframe>`
    }<h2>Plain text</h2><pre>${escapeHtml(text)}</pre>`,
  );
}

export function renderMissing(): string {
  return page('No such mail', '', `<h1>No such mail</h1><p><a href="${PATH}">← Inbox</a></p>`);
}

function renderRow({ messageId, to, subject, sentAt, text }: Mail): string {
  return `<li><a href="${PATH}?message=${encodeURIComponent(messageId)}"><b>${escapeHtml(subject)}</b><span>${escapeHtml(
    to.join(', '),
  )}</span><time datetime="${escapeHtml(sentAt)}">${escapeHtml(sentAt.slice(0, 19).replace('T', ' '))} UTC</time><i>${escapeHtml(
    text.slice(0, 140),
  )}</i></a></li>`;
}

function page(title: string, head: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">${head}<title>${escapeHtml(
    title,
  )} · InResponse</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`;
}

/** For text and for attribute values in double quotes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;background:Canvas;color:CanvasText}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.4rem;margin:.5rem 0 1rem}h1 small{font-weight:400;opacity:.65;font-size:1rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}
ol{list-style:none;margin:0;padding:0;border:1px solid #8884;border-radius:.5rem;overflow:hidden}
li+li{border-top:1px solid #8884}
li a{display:grid;grid-template-columns:1fr auto;gap:.1rem 1rem;padding:.7rem 1rem;color:inherit;text-decoration:none}
li a:hover,li a:focus-visible{background:#8882}
li b{overflow-wrap:anywhere}time,li span{opacity:.7;font-size:.9rem}li span{grid-row:2;grid-column:1}li time{grid-column:2;grid-row:1}
li i{grid-column:1/-1;font-style:normal;opacity:.7;font-size:.9rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.9rem}dt{opacity:.65}dd{margin:0;overflow-wrap:anywhere}
iframe{width:100%;height:34rem;border:1px solid #8884;border-radius:.5rem;background:#fff}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #8884;border-radius:.5rem;padding:1rem;margin:0}
.empty{opacity:.7}`;
