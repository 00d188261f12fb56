import type { Fact, ShownLink } from '../../http/pages/incident-facts.ts';

/** Something to press: a button in HTML, the plain address in text. */
export interface Action {
  readonly label: string;
  readonly url: string;
  readonly primary: boolean;
}

/** What a mail consists of. Both renderers show every string of every block, so the two parts of a mail say the same. */
export type Block =
  | { readonly kind: 'headline'; readonly kicker: string; readonly title: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'actions'; readonly actions: readonly Action[] }
  | { readonly kind: 'facts'; readonly heading?: string; readonly facts: readonly Fact[] }
  | { readonly kind: 'links'; readonly heading: string; readonly links: readonly ShownLink[] }
  | { readonly kind: 'preformatted'; readonly heading: string; readonly text: string; readonly note?: string };

export interface MailDocument {
  readonly subject: string;
  readonly blocks: readonly Block[];
}
