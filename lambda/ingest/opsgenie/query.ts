/**
 * Opsgenie's search language for alerts: `status: open AND (tag: db OR priority > P3) AND NOT message: "disk*"`. Follows
 * docs.opsgenie.com "Search queries for alerts", the common fields. `AND` may be left out; free words search message, description,
 * alias and tags. A field that is not known is an error, never an empty answer.
 */

import { isReadable } from './query-value.ts';

export type Comparison = ':' | '>' | '>=' | '<' | '<=' | '!=';

export type Query =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Query[] }
  | { readonly kind: 'not'; readonly of: Query }
  | {
      readonly kind: 'term';
      readonly field: QueryField;
      readonly comparison: Comparison;
      readonly value: string;
      readonly detail?: string;
    }
  | { readonly kind: 'word'; readonly value: string };

/** The canonical name of each field, under the names that people write, in lower case. */
const FIELDS = {
  status: 'status',
  acknowledged: 'acknowledged',
  snoozed: 'snoozed',
  isseen: 'isSeen',
  tag: 'tag',
  tags: 'tag',
  priority: 'priority',
  message: 'message',
  description: 'description',
  alias: 'alias',
  entity: 'entity',
  source: 'source',
  owner: 'owner',
  tinyid: 'tinyId',
  id: 'id',
  alertid: 'id',
  count: 'count',
  createdat: 'createdAt',
  updatedat: 'updatedAt',
  lastoccurredat: 'lastOccurredAt',
  responders: 'responders',
  responder: 'responders',
  teams: 'responders',
  integration: 'integration',
  'integration.name': 'integration',
  acknowledgedby: 'acknowledgedBy',
  closedby: 'closedBy',
  details: 'details',
  'details.key': 'detailKey',
  'details.value': 'detailValue',
} as const;
export type QueryField = (typeof FIELDS)[keyof typeof FIELDS];
const FIELD_NAMES: ReadonlyMap<string, QueryField> = new Map(Object.entries(FIELDS));

/** Fields with an order; all others know `:` and `!=` alone. */
const ORDERED: ReadonlySet<QueryField> = new Set(['count', 'priority', 'createdAt', 'updatedAt', 'lastOccurredAt']);

export type ParsedQuery =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'error'; readonly message: string };

export const QUERY_LIMIT = 1_000;

/** The query, or a sentence saying what is wrong with it. An empty query finds everything. */
export function parseQuery(text: string): ParsedQuery {
  if (text.length > QUERY_LIMIT)
    return { kind: 'error', message: `The query is longer than ${QUERY_LIMIT} characters.` };
  const reader = new Reader(tokensOf(text));
  try {
    const query = reader.done() ? ({ kind: 'and', of: [] } as const) : reader.or();
    return reader.done()
      ? { kind: 'query', query }
      : { kind: 'error', message: `The query is not understood at '${reader.peek()?.text}'.` };
  } catch (error) {
    if (error instanceof QueryError) return { kind: 'error', message: error.message };
    throw error;
  }
}

class QueryError extends Error {}

interface Token {
  readonly text: string;
  readonly kind: 'word' | 'quoted' | 'sign';
}

/** A quoted text, a bracket, a comparison, or a word; a colon inside a word's value (a time) is part of it. */
const TOKEN = /"((?:[^"\\]|\\.)*)"?|([()])|(>=|<=|!=|[:=<>])|([^\s()":=<>!]+)|(!)/g;

function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(([all, quoted, bracket, comparison]): Token => {
    if (quoted !== undefined) return { kind: 'quoted', text: quoted.replace(/\\(.)/g, '$1') };
    return bracket !== undefined || comparison !== undefined
      ? { kind: 'sign', text: all }
      : { kind: 'word', text: all };
  });
}

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  [':', ':'],
  ['=', ':'],
  ['>', '>'],
  ['>=', '>='],
  ['<', '<'],
  ['<=', '<='],
  ['!=', '!='],
]);

/** Recursive descent; the length limit of the query bounds the depth. */
class Reader {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  peek(): Token | undefined {
    return this.tokens[this.at];
  }

  done(): boolean {
    return this.at >= this.tokens.length;
  }

  or(): Query {
    const of = [this.and()];
    while (this.takeKeyword('or')) of.push(this.and());
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'or', of };
  }

  private and(): Query {
    const of = [this.not()];
    while (this.takeKeyword('and') || this.startsTerm()) of.push(this.not());
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'and', of };
  }

  private not(): Query {
    return this.takeKeyword('not') ? { kind: 'not', of: this.not() } : this.term();
  }

  private term(): Query {
    if (this.takeSign('(')) {
      const inner = this.or();
      this.expectClosing();
      return inner;
    }
    const token = this.take('a search term');
    const comparison = this.comparison();
    if (comparison === undefined || token.kind === 'quoted') return { kind: 'word', value: token.text };
    const [field, detail] = fieldOf(token.text);
    if (comparison !== ':' && comparison !== '!=' && !ORDERED.has(field)) {
      throw new QueryError(`The field '${token.text}' cannot be compared with '${comparison}'.`);
    }
    const make = (value: string): Query => {
      if (!isReadable(field, value)) throw new QueryError(`'${value}' is no value for the field '${token.text}'.`);
      return { kind: 'term', field, comparison, value, ...(detail === undefined ? {} : { detail }) };
    };
    return this.takeSign('(') ? this.alternatives(make) : make(this.value());
  }

  /** `tag: (a OR b)`, and its spaces and commas for OR. */
  private alternatives(make: (value: string) => Query): Query {
    const of = [make(this.value())];
    while (this.takeKeyword('or') || this.startsTerm()) of.push(make(this.value()));
    this.expectClosing();
    return { kind: 'or', of };
  }

  /** One value. Signs join words without a space between them in times such as `2026-01-02T03:04:05Z`. */
  private value(): string {
    const first = this.take('a value');
    if (first.kind === 'quoted') return first.text;
    let value = first.text;
    while (/T\d{2}(:\d{2})?$/.test(value) && this.peek()?.text === ':') {
      this.at += 1;
      value += `:${this.take('a time').text}`;
    }
    return value.replace(/,$/, '');
  }

  private comparison(): Comparison | undefined {
    const token = this.peek();
    let comparison = token?.kind === 'sign' ? COMPARISONS.get(token.text) : undefined;
    if (comparison === undefined) return undefined;
    this.at += 1;
    // `createdAt: > 1767225600000` is written as well.
    const second = this.peek();
    if (comparison === ':' && second?.kind === 'sign' && COMPARISONS.has(second.text)) {
      comparison = COMPARISONS.get(second.text) ?? comparison;
      this.at += 1;
    }
    return comparison;
  }

  private startsTerm(): boolean {
    const token = this.peek();
    if (token === undefined) return false;
    if (token.kind === 'word') return token.text.toLowerCase() !== 'or';
    return token.kind === 'quoted' || token.text === '(';
  }

  private takeKeyword(keyword: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'word' || token.text.toLowerCase() !== keyword) return false;
    this.at += 1;
    return true;
  }

  private takeSign(sign: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.at += 1;
    return true;
  }

  private expectClosing(): void {
    if (!this.takeSign(')')) throw new QueryError('A closing parenthesis is missing.');
  }

  private take(what: string): Token {
    const token = this.peek();
    if (token === undefined || token.kind === 'sign')
      throw new QueryError(`The query lacks ${what}${token ? ` before '${token.text}'` : ' at its end'}.`);
    this.at += 1;
    return token;
  }
}

/** `details.env` and `details(env)`-like names carry the detail's own name. */
function fieldOf(name: string): readonly [QueryField, string | undefined] {
  const field = FIELD_NAMES.get(name.toLowerCase());
  if (field !== undefined) return [field, undefined];
  if (name.toLowerCase().startsWith('details.')) return ['details', name.slice('details.'.length)];
  throw new QueryError(
    `The field '${name}' is not known. Known fields: ${[...new Set(FIELD_NAMES.values())].join(', ')}.`,
  );
}
