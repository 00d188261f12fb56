/** Logs, notes and recipients of an alert: paged by an offset that each entry carries. Follows opsgenie/opsgenie-oas AlertPaging. */
import { type EpochMs, toIso } from '../../../core/time.ts';
import type { JsonObject } from '../shape.ts';
import { type Refused, refused } from '../translation.ts';
import { opsgenieError, type Paging, type Trace } from './replies.ts';

export interface Entry {
  readonly seq: number;
  readonly at: EpochMs;
  readonly body: JsonObject;
}

export interface EntriesRequest {
  readonly kind: 'entries';
  readonly order: 'asc' | 'desc';
  readonly direction: 'next' | 'prev';
  /** 1 to 100. */
  readonly limit: number;
  /** The entry to go on behind, or before; absent for the beginning. */
  readonly seq?: number;
}

type Parameters = Readonly<Record<string, string | undefined>>;

const MAX_LIMIT = 100;

/** The page that is asked for, or Opsgenie's 422 naming the parameter at fault. */
export function parseEntries(parameters: Parameters, trace: Trace): EntriesRequest | Refused {
  const { limit = '', offset = '' } = parameters;
  const order = (['desc', 'asc'] as const).find((word) => word === (parameters.order || 'desc').toLowerCase());
  const direction = (['next', 'prev'] as const).find((w) => w === (parameters.direction || 'next').toLowerCase());
  const seq = /^\d{1,15}_(\d{1,12})$/.exec(offset)?.[1];
  const errors = {
    ...(order ? {} : { order: 'must be asc or desc' }),
    ...(direction ? {} : { direction: 'must be next or prev' }),
    ...(limit === '' || (/^\d{1,9}$/.test(limit) && Number(limit) > 0)
      ? {}
      : { limit: 'must be a whole number from 1' }),
    ...(offset === '' || seq !== undefined ? {} : { offset: 'must be an offset that an entry carries' }),
  };
  if (Object.keys(errors).length > 0 || !order || !direction) {
    const message = Object.entries(errors).map(([name, text]) => `${name} ${text}`);
    return refused('invalid', opsgenieError(422, message.join('; '), trace, errors));
  }
  return {
    kind: 'entries',
    order,
    direction,
    limit: limit === '' ? MAX_LIMIT : Math.min(MAX_LIMIT, Number(limit)),
    ...(seq === undefined ? {} : { seq: Number(seq) }),
  };
}

/** One page of the entries, which come oldest first. `url` is the address of the collection without a query. */
export function entryPage(
  entries: readonly Entry[],
  { order, direction, limit, seq }: EntriesRequest,
  url: string,
): { data: JsonObject[]; paging: Paging } {
  const ordered = order === 'asc' ? entries : entries.toReversed();
  const isBehind = (entry: Entry) => seq === undefined || (order === 'asc' ? entry.seq > seq : entry.seq < seq);
  const behind = ordered.filter(isBehind);
  const before = seq === undefined ? [] : ordered.filter((entry) => !isBehind(entry) && entry.seq !== seq);
  const page = direction === 'next' ? behind.slice(0, limit) : before.slice(-limit);
  const last = page.at(-1);
  const more = last !== undefined && ordered.at(-1) !== last;
  const address = (offset: string) => {
    const query = new URLSearchParams({
      ...(offset ? { offset } : {}),
      limit: String(limit),
      direction: 'next',
      order,
    });
    return `${url}?${query}`;
  };
  return {
    data: page.map(({ body, at, ...entry }) => ({ ...body, createdAt: toIso(at), offset: offsetOf({ at, ...entry }) })),
    paging: { first: address(''), ...(more ? { next: address(offsetOf(last)) } : {}) },
  };
}

function offsetOf({ at, seq }: Pick<Entry, 'at' | 'seq'>): string {
  return `${at}_${seq}`;
}
