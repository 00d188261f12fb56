import type { LinkRefusal } from '../link-token.ts';
import { html } from './escape.ts';
import { layout } from './layout.ts';

/** Why a link leads nowhere; `no-such-incident` is a genuine link whose incident is gone. */
export type LinkProblem = LinkRefusal | 'no-such-incident';

interface Words {
  readonly title: string;
  readonly what: string;
  readonly status: number;
}

const CHANGED = 'Its address is not one that this service has sent, or it was cut or changed on the way.';

const WORDS: Readonly<Record<LinkProblem, Words>> = {
  malformed: { title: 'This link is not complete', what: CHANGED, status: 404 },
  'bad-signature': { title: 'This link is not valid', what: `${CHANGED} Or it is very old.`, status: 403 },
  'wrong-purpose': { title: 'This link is not valid', what: 'It was made for something else.', status: 403 },
  expired: { title: 'This link has expired', what: 'Links in mails work for a limited time.', status: 410 },
  'no-such-incident': { title: 'There is no such incident', what: 'It does not exist any more.', status: 404 },
};

/** Says what is wrong and what to do, and nothing about any incident: whoever sees this has not shown a valid link. */
export function linkProblemPage(problem: LinkProblem): string {
  const { title, what } = WORDS[problem];
  return layout(
    title,
    html`<h1>${title}</h1>
<p class="state">Opening it has changed nothing.</p>
<p>${what}</p>
<h2>What to do</h2>
<p>Open the link in the newest mail of the incident. If your mail program breaks long lines, copy the whole address, from http to its end.</p>
<p>If that does not help, acknowledge through the API, or ask somebody on your team to.</p>
`,
  );
}

/** The HTTP status that goes with the page. */
export function linkProblemStatus(problem: LinkProblem): number {
  return WORDS[problem].status;
}
