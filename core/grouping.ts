import type { Service } from './service.ts';
import type { NewIncident } from './transitions.ts';

/** The lock that events of one group share, and how long after its last event a group takes in another. */
export interface Group {
  readonly key: string;
  readonly windowMs: number;
}

/** The group of an event by the service's settings; undefined when only its dedup key counts. */
export function groupOf(request: NewIncident, { grouping }: Pick<Service, 'grouping'>): Group | undefined {
  switch (grouping.by) {
    case 'dedupKey':
      return undefined;
    case 'time':
      return { key: 'time', windowMs: grouping.windowMs };
    case 'fields':
      return {
        key: JSON.stringify(grouping.fields.map((field) => fieldOf(request, field))),
        windowMs: grouping.windowMs,
      };
  }
}

const DETAIL = 'details.';

function fieldOf(request: NewIncident, field: string): unknown {
  if (field.startsWith(DETAIL)) return request.details?.[field.slice(DETAIL.length)] ?? null;
  const { severity, source = null, title, dedupKey = null } = request;
  return { severity, source, title, dedupKey }[field] ?? null;
}
