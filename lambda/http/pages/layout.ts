import { createHash } from 'node:crypto';
import { Html, html } from './escape.ts';

const STYLE = `
:root{color-scheme:light dark;--text:#1b1b1f;--soft:#5b5d66;--back:#fff;--line:#c9cad2;--link:#0b57d0;--act:#b3261e;--done:#1e7a3c}
@media (prefers-color-scheme:dark){:root{--text:#e8e8ee;--soft:#a6a8b3;--back:#15161a;--line:#464852;--link:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{max-width:44rem;margin:0 auto;padding:1rem}
h1{margin:.25rem 0 1rem;font-size:1.5rem;line-height:1.25}
h2{margin:2rem 0 .5rem;font-size:1rem}
p{margin:.75rem 0}
a{color:var(--link)}
.soft{color:var(--soft)}
.kicker{margin:0;color:var(--soft);font-size:.9rem;font-weight:600}
.state{padding:.6rem .8rem;border-left:.3rem solid var(--act);font-weight:600}
.state.CLAIMED,.state.RESOLVED{border-color:var(--done)}
.button{display:block;width:100%;margin:1.25rem 0;padding:1rem;border:0;border-radius:.5rem;background:var(--act);color:#fff;font:inherit;font-size:1.15rem;font-weight:700;text-align:center;text-decoration:none;cursor:pointer}
.button:focus-visible{outline:.2rem solid var(--link);outline-offset:.2rem}
dl{display:grid;grid-template-columns:minmax(5.5rem,max-content) 1fr;gap:.3rem 1rem;margin:0}
dt{color:var(--soft);max-width:12rem}
dd{margin:0}
pre{margin:0;padding:.75rem;border:1px solid var(--line);border-radius:.5rem;font-size:.85rem;line-height:1.4;white-space:pre-wrap}
ul,ol{margin:0;padding:0;list-style:none}
li{padding:.4rem 0}
ol li{border-top:1px solid var(--line)}
time{display:block;color:var(--soft);font-size:.85rem}
`;

const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The headers of every page: nothing is loaded or run, the token in the address goes nowhere else, nothing is stored. */
export function pageHeaders(): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Robots-Tag': 'noindex, nofollow',
  };
}

/** A whole page; the title is plain text. */
export function layout(title: string, main: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${STYLE_ELEMENT}
</head>
<body>
<main>
${main}</main>
</body>
</html>
`.markup;
}
