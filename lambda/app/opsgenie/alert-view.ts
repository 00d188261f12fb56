import { alertFacts } from '../../../core/alert.ts';
import type { Incident, Priority, Severity } from '../../../core/incident.ts';
import type { AlertView } from '../../ingest/opsgenie/alert.ts';
import { alertIdOf } from './alert-id.ts';

const PRIORITY_OF: Readonly<Record<Severity, Priority>> = { CRIT: 'P1', ERR: 'P2', WARN: 'P3' };

/** An incident as the Opsgenie API sees it, wherever it came from. */
export function alertViewOf(incident: Incident): AlertView {
  const { incidentId, title, message, state, createdAt, firstClaimedAt, resolvedAt, claimedBy } = incident;
  const facts = alertFacts(incident);
  const { team, details = {}, source = '' } = incident;
  const id = alertIdOf(incident);
  return {
    id,
    tinyId: String(incidentId),
    alias: aliasOf(incident) ?? id,
    message: title,
    status: state === 'RESOLVED' ? 'closed' : 'open',
    acknowledged: state === 'CLAIMED',
    isSeen: firstClaimedAt !== undefined,
    tags: facts.tags,
    ...(incident.snoozedUntil === undefined ? {} : { snoozedUntil: incident.snoozedUntil }),
    count: incident.count,
    createdAt,
    updatedAt: Math.max(incident.updatedAt, incident.lastSeenAt),
    lastOccurredAt: incident.lastSeenAt,
    source,
    owner: facts.owner ?? claimedBy ?? '',
    priority: incident.priority ?? PRIORITY_OF[incident.severity],
    responders:
      facts.responders.length === 0 && team !== undefined ? [{ type: 'team', id: team, name: team }] : facts.responders,
    integration: {
      id: facts.integration?.id ?? '',
      name: facts.integration?.name ?? (source || 'InResponse'),
      type: 'API',
    },
    ...(firstClaimedAt === undefined && resolvedAt === undefined
      ? {}
      : {
          report: {
            ...(firstClaimedAt === undefined ? {} : { ackTimeMs: firstClaimedAt - createdAt }),
            ...(resolvedAt === undefined ? {} : { closeTimeMs: resolvedAt - createdAt }),
            ...(claimedBy === undefined ? {} : { acknowledgedBy: claimedBy }),
            ...(incident.resolvedBy === undefined ? {} : { closedBy: incident.resolvedBy }),
          },
        }),
    actions: facts.actions,
    entity: facts.entity ?? '',
    description: message === title ? '' : message,
    details: Object.fromEntries(Object.entries(details).map(([name, value]) => [name, textOf(value)])),
  };
}

/** The alias as the sender named it: the key of some integrations counts within them alone, and says so at its beginning. */
function aliasOf({ dedupKey, opsgenie }: Pick<Incident, 'dedupKey' | 'opsgenie'>): string | undefined {
  const prefix = `${opsgenie?.integration?.id}:`;
  return opsgenie?.integration && dedupKey?.startsWith(prefix) ? dedupKey.slice(prefix.length) : dedupKey;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : (JSON.stringify(value) ?? '');
}
