/** The query string of `GET /v2/alerts` and `/v2/alerts/count`, and the links to the other pages. */
import { type Refused, refused } from '../translation.ts';
import type { AlertView } from './alert.ts';
import { parseQuery, type Query } from './query.ts';
import { opsgenieError, type Paging, type Trace } from './replies.ts';

const SORT_FIELDS = [
  'createdAt',
  'updatedAt',
  'lastOccurredAt',
  'tinyId',
  'alias',
  'message',
  'status',
  'acknowledged',
  'isSeen',
  'count',
  'source',
  'owner',
  'priority',
] as const satisfies readonly (keyof AlertView)[];
export type SortField = (typeof SORT_FIELDS)[number];

export interface ListRequest {
  readonly kind: 'list';
  readonly query: Query;
  readonly offset: number;
  /** 1 to 100. */
  readonly limit: number;
  readonly sort: SortField;
  readonly order: 'asc' | 'desc';
}

type Parameters = Readonly<Record<string, string | undefined>>;

const MAX_LIMIT = 100;
const MAX_WINDOW = 20_000;

/** The list that is asked for, or Opsgenie's 422 naming the parameter at fault. */
export function parseList(parameters: Parameters, trace: Trace): ListRequest | Refused {
  const offset = wholeNumber(parameters.offset, 0);
  const limit = wholeNumber(parameters.limit, 20);
  const sort = SORT_FIELDS.find((field) => field === (parameters.sort || 'createdAt'));
  const order = (['asc', 'desc'] as const).find((word) => word === (parameters.order || 'desc').toLowerCase());
  const parsed = parseQuery(parameters.query ?? '');
  const errors = {
    ...(parsed.kind === 'error' ? { query: parsed.message } : {}),
    ...(offset === undefined ? { offset: 'must be a whole number from 0' } : {}),
    ...(limit === undefined || limit < 1 ? { limit: 'must be a whole number from 1' } : {}),
    ...(offset !== undefined && limit !== undefined && offset + limit > MAX_WINDOW
      ? { offset: `offset and limit reach beyond ${MAX_WINDOW}` }
      : {}),
    ...(sort === undefined ? { sort: `must be one of [${SORT_FIELDS.join(', ')}]` } : {}),
    ...(order === undefined ? { order: 'must be asc or desc' } : {}),
    ...(parameters.searchIdentifier
      ? { searchIdentifier: 'saved searches are not supported; send the query itself' }
      : {}),
  };
  if (
    Object.keys(errors).length > 0 ||
    parsed.kind === 'error' ||
    offset === undefined ||
    limit === undefined ||
    !sort ||
    !order
  ) {
    return refused(
      'invalid',
      opsgenieError(422, Object.values(errors).join(' ') || 'Parameters are not processable', trace, errors),
    );
  }
  return { kind: 'list', query: parsed.query, offset, limit: Math.min(limit, MAX_LIMIT), sort, order };
}

function wholeNumber(text: string | undefined, fallback: number): number | undefined {
  if (text === undefined || text === '') return fallback;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Orders two alerts as the list asks. Ties go by id, so that pages do not overlap. */
export function compareAlerts({
  sort,
  order,
}: Pick<ListRequest, 'sort' | 'order'>): (a: AlertView, b: AlertView) => number {
  const sign = order === 'asc' ? 1 : -1;
  return (a, b) => {
    const [left, right] = sort === 'tinyId' ? [Number(a.tinyId), Number(b.tinyId)] : [a[sort], b[sort]];
    if (left === right) return a.id < b.id ? -sign : sign;
    return left < right ? -sign : sign;
  };
}

/** Addresses of the pages around this one. `alertsUrl` is the address of the list without a query; `total` the number found. */
export function pagingOf(
  alertsUrl: string,
  parameters: Parameters,
  { offset, limit, sort, order }: ListRequest,
  total: number,
): Paging {
  const at = (page: number) => {
    const query = new URLSearchParams({
      ...(parameters.query ? { query: parameters.query } : {}),
      offset: String(page),
      limit: String(limit),
      sort,
      order,
    });
    return `${alertsUrl}?${query}`;
  };
  return {
    first: at(0),
    ...(offset + limit < total ? { next: at(offset + limit) } : {}),
    ...(offset > 0 ? { prev: at(Math.max(0, offset - limit)) } : {}),
    last: at(total === 0 ? 0 : Math.floor((total - 1) / limit) * limit),
  };
}
