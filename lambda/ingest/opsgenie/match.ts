/** Whether an alert is what a query looks for. */
import type { EpochMs } from '../../../core/time.ts';
import type { AlertView } from './alert.ts';
import type { Comparison, Query, QueryField } from './query.ts';
import { spanOf } from './query-value.ts';

export function matches(query: Query, alert: AlertView): boolean {
  switch (query.kind) {
    case 'and':
      return query.of.every((part) => matches(part, alert));
    case 'or':
      return query.of.some((part) => matches(part, alert));
    case 'not':
      return !matches(query.of, alert);
    case 'word':
      return [alert.message, alert.description, alert.alias, ...alert.tags].some((text) => contains(text, query.value));
    case 'term':
      return matchesTerm(query, alert);
  }
}

type Term = Extract<Query, { kind: 'term' }>;

function matchesTerm(term: Term, alert: AlertView): boolean {
  if (term.comparison === '!=') return !matchesTerm({ ...term, comparison: ':' }, alert);
  const { field, value, comparison } = term;
  switch (field) {
    case 'createdAt':
    case 'updatedAt':
    case 'lastOccurredAt':
      return compareTime(alert[field], comparison, value);
    case 'count':
      return compare(alert.count, comparison, Number(value));
    case 'priority':
      // P1 is the highest: `priority > P3` finds P1 and P2.
      return compare(-Number(alert.priority.slice(1)), comparison, -Number(value.replace(/^p/i, '')));
    default:
      return textsOf(field, alert, term.detail).some((text) =>
        EXACT.has(field) ? equals(text, value) : contains(text, value),
      );
  }
}

/** Fields that hold one word out of few, or a name; the others hold prose, in which a word is looked for. */
const EXACT: ReadonlySet<QueryField> = new Set([
  'status',
  'acknowledged',
  'snoozed',
  'isSeen',
  'tag',
  'alias',
  'id',
  'tinyId',
  'owner',
  'responders',
  'detailKey',
  'acknowledgedBy',
  'closedBy',
]);

function textsOf(field: QueryField, alert: AlertView, detail: string | undefined): readonly string[] {
  switch (field) {
    case 'tag':
      return alert.tags;
    case 'snoozed':
      return [String(alert.snoozedUntil !== undefined)];
    case 'acknowledged':
    case 'isSeen':
      return [String(alert[field])];
    case 'responders':
      return alert.responders.flatMap(({ id, name, username }) =>
        [id, name, username].filter((text) => text !== undefined),
      );
    case 'integration':
      return [alert.integration.id, alert.integration.name, alert.integration.type];
    case 'acknowledgedBy':
    case 'closedBy':
      return [alert.report?.[field] ?? ''];
    case 'details':
      return Object.entries(alert.details)
        .filter(([name]) => detail === undefined || name === detail)
        .map(([, value]) => value);
    case 'detailKey':
      return Object.keys(alert.details);
    case 'detailValue':
      return Object.values(alert.details);
    case 'status':
    case 'message':
    case 'description':
    case 'alias':
    case 'entity':
    case 'source':
    case 'owner':
    case 'id':
    case 'tinyId':
      return [alert[field]];
    default:
      return [];
  }
}

/** Case does not matter; `*` stands for any text. */
function equals(text: string, wanted: string): boolean {
  return wildcard(text.toLowerCase(), wanted.toLowerCase());
}

function contains(text: string, wanted: string): boolean {
  return wildcard(text.toLowerCase(), `*${wanted.toLowerCase()}*`);
}

/** Part by part, without a regular expression: a query from outside must not make one that backtracks. */
function wildcard(text: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === pattern;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

function compare(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    default:
      return left === right;
  }
}

/** A day is a span: after it means after its end. */
function compareTime(at: EpochMs, comparison: Comparison, value: string): boolean {
  const span = spanOf(value);
  if (span === undefined) return false;
  if (comparison === ':') return at >= span.from && at <= span.to;
  return compare(at, comparison, comparison === '>' || comparison === '<=' ? span.to : span.from);
}
