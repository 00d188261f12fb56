import type { IncidentState } from '../../../core/incident.ts';
import type { Integration } from '../../../core/integration.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../../core/time.ts';
import type { IncidentLists } from '../../data/incident-lists.ts';
import type { AlertView } from '../../ingest/opsgenie/alert.ts';
import { matches } from '../../ingest/opsgenie/match.ts';
import type { Query } from '../../ingest/opsgenie/query.ts';
import { spanOf } from '../../ingest/opsgenie/query-value.ts';
import { alertViewOf } from './alert-view.ts';
import { isVisible } from './find-alert.ts';

export interface ListDeps {
  readonly lists: IncidentLists;
  now(): EpochMs;
}

/** A search looks at this many alerts, the newest of those that the query's `status` and `createdAt` leave. */
export const MOST_SEARCHED = 1_000;
const PAGE = 100;
/** 13 months, as for lists of incidents. */
const LOOK_BACK_MS = 13 * 31 * 24 * HOUR_MS;

/** Every alert that a key may see and a query finds, in no particular order. */
export async function searchAlerts(deps: ListDeps, integration: Integration, query: Query): Promise<AlertView[]> {
  const { status, from, to } = boundsOf(query);
  // Nothing is created in the future; a minute allows for clocks that differ.
  const latest = deps.now() + MINUTE_MS;
  const span = { from: Math.max(from, latest - LOOK_BACK_MS), to: Math.min(to, latest) };
  const states: readonly (IncidentState | undefined)[] =
    status === undefined ? [undefined] : status === 'open' ? ['OPEN', 'CLAIMED'] : ['RESOLVED'];
  // At the same time, so that an acknowledgement meanwhile does not hide an alert from both.
  const found = await Promise.all(states.map((state) => newest(deps, integration, state, span)));
  const views = new Map(found.flat().map((view) => [view.id, view]));
  return [...views.values()].filter((view) => matches(query, view));
}

async function newest(
  deps: ListDeps,
  integration: Integration,
  state: IncidentState | undefined,
  span: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<AlertView[]> {
  if (span.from > span.to) return [];
  const { service } = integration;
  const filter = { ...span, ...(state ? { state } : {}), ...(service === undefined ? {} : { service }) };
  const views: AlertView[] = [];
  let after: string | undefined;
  do {
    const page = await deps.lists.list(filter, PAGE, after);
    views.push(...page.incidents.filter((incident) => isVisible(integration, incident)).map(alertViewOf));
    after = page.next;
  } while (after !== undefined && views.length < MOST_SEARCHED);
  return views.slice(0, MOST_SEARCHED);
}

interface Bounds {
  readonly status?: 'open' | 'closed';
  readonly from: EpochMs;
  readonly to: EpochMs;
}

const UNBOUNDED: Bounds = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** What every alert that the query finds has in common, as far as the indexes can use it. */
export function boundsOf(query: Query): Bounds {
  if (query.kind === 'and') return query.of.map(boundsOf).reduce(narrow, UNBOUNDED);
  if (query.kind !== 'term') return UNBOUNDED;
  const { field, comparison, value } = query;
  if (field === 'status' && comparison === ':') {
    return { ...UNBOUNDED, status: value.toLowerCase() === 'open' ? 'open' : 'closed' };
  }
  const span = field === 'createdAt' ? spanOf(value) : undefined;
  if (!span || comparison === '!=') return UNBOUNDED;
  const from = comparison === ':' || comparison.startsWith('>') ? span.from : UNBOUNDED.from;
  const to = comparison === ':' || comparison.startsWith('<') ? span.to : UNBOUNDED.to;
  return { from, to };
}

function narrow(a: Bounds, b: Bounds): Bounds {
  const status = a.status ?? b.status;
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to), ...(status ? { status } : {}) };
}
