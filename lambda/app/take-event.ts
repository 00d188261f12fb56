import { CANARY_SERVICE } from '../../core/canary.ts';
import { type InboundEvent, toSeverity } from '../../core/event.ts';
import type { Incident, Link } from '../../core/incident.ts';
import { type Integration, scopedKey, UNROUTED, UNROUTED_SERVICE } from '../../core/integration.ts';
import type { Change, NewIncident } from '../../core/transitions.ts';
import { dedupId } from '../data/keys.ts';
import type { PayloadStore } from '../data/payloads.ts';
import type { ServiceStore } from '../data/services.ts';
import { type FitDeps, fitEvent } from './fit-event.ts';
import { type RaiseDeps, raiseIncident } from './raise-incident.ts';
import { type UpdateDeps, updateIncident } from './update-incident.ts';

export interface TakeDeps extends RaiseDeps, UpdateDeps, FitDeps {
  readonly payloads: Pick<PayloadStore, 'put' | 'appendChange'>;
}

/** What an event came to. Whatever it is, it is durable when it is answered. */
export type Taken =
  | { readonly kind: 'raised' | 'repeated' | 'updated'; readonly incident: Incident }
  | { readonly kind: 'recorded' }
  | { readonly kind: 'ignored'; readonly why: string };

/** Takes one event of a sender in: the one way from every format to incidents. */
export async function takeEvent(deps: TakeDeps, integration: Integration, event: InboundEvent): Promise<Taken> {
  const taken = await take(deps, integration, event);
  if (taken.kind === 'ignored') {
    deps.count('EventIgnored');
    deps.log.info('event ignored', { integration: integration.integrationId, action: event.action, why: taken.why });
  }
  return taken;
}

async function take(deps: TakeDeps, integration: Integration, event: InboundEvent): Promise<Taken> {
  switch (event.action) {
    case 'trigger':
      return trigger(deps, integration, event);
    case 'acknowledge':
      return change(deps, integration, event, 'CLAIMED');
    case 'resolve':
      return change(deps, integration, event, 'RESOLVED');
    case 'change':
      await deps.payloads.appendChange(
        integration.service ?? event.service ?? UNROUTED,
        await fitEvent(deps, event),
        deps.now(),
        deps.token(),
      );
      deps.count('ChangeRecorded');
      return { kind: 'recorded' };
    case 'heartbeat':
      return { kind: 'ignored', why: 'this route takes no heartbeats' };
  }
}

async function trigger(deps: TakeDeps, integration: Integration, event: InboundEvent): Promise<Taken> {
  const { service, why } = await route(deps.services, integration, event);
  // The catch-all pages people. A canary whose row is gone is an alarm, because it does not arrive.
  if (integration.service === CANARY_SERVICE && service !== CANARY_SERVICE)
    return { kind: 'ignored', why: 'the canary has no service' };
  const fitting = await fitEvent(deps, event);
  const request = toIncident(fitting, service, integration);
  const raised = await raiseIncident(
    { ...deps, services: withUnrouted(deps.services) },
    why === undefined ? request : { ...request, message: `${request.message}\n\n${why}` },
    integration.name,
  );
  if (raised.kind === 'unknown service') throw new Error(`service ${service} went away while an event was taken in`);
  return { kind: raised.kind === 'created' ? 'raised' : 'repeated', incident: raised.incident };
}

/** The service of an event: the integration's, else the event's own if there is such a service, else the catch-all, and why. */
async function route(
  services: Pick<ServiceStore, 'get'>,
  { service, name }: Integration,
  event: InboundEvent,
): Promise<{ service: string; why?: string }> {
  for (const candidate of [service, event.service]) {
    if (candidate !== undefined && (await services.get(candidate))) return { service: candidate };
  }
  const named = event.service === undefined ? 'the event names none' : `the event names ${event.service}`;
  const own = service === undefined ? 'no service of its own' : `service ${service}`;
  const why = `Routed to the catch-all: integration ${name} has ${own}, ${named}, and no such service is configured.`;
  return { service: UNROUTED, why };
}

function withUnrouted(services: Pick<ServiceStore, 'get'>): Pick<ServiceStore, 'get'> {
  return {
    async get(serviceId) {
      const service = await services.get(serviceId);
      return service ?? (serviceId === UNROUTED ? UNROUTED_SERVICE : undefined);
    },
  };
}

/** Details that the sender gave come before those that are made of the event's other fields. */
function toIncident(event: InboundEvent, service: string, integration: Integration): NewIncident {
  const { component, group, class: kind, client, clientUrl } = event;
  const fields = Object.entries({ component, group, class: kind, client }).filter(([, value]) => value !== undefined);
  const details = { ...Object.fromEntries(fields), ...event.details };
  const links: Link[] = [
    ...event.links,
    ...(clientUrl === undefined ? [] : [{ href: clientUrl, text: client ?? 'Sender' }]),
    ...event.images.map(({ src, alt }) => ({ href: src, text: alt ?? 'Image' })),
  ];
  return {
    service,
    severity: toSeverity(event),
    title: event.title,
    message: event.message,
    detectedAt: event.detectedAt,
    ...(event.priority === undefined ? {} : { priority: event.priority }),
    ...(event.source === undefined ? {} : { source: event.source }),
    ...(event.dedupKey === undefined ? {} : { dedupKey: scopedKey(integration, event.dedupKey) }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
    ...(links.length === 0 ? {} : { links }),
  };
}

async function change(
  deps: TakeDeps,
  integration: Integration,
  event: InboundEvent,
  state: 'CLAIMED' | 'RESOLVED',
): Promise<Taken> {
  if (event.dedupKey === undefined) return { kind: 'ignored', why: 'it names no dedup key' };
  const open = await findOpen(deps, integration, event.dedupKey, event.service);
  if (!open) return { kind: 'ignored', why: 'no incident of its dedup key is open' };
  const by = event.by ?? integration.name;
  const { service, count } = open;
  // An incident may stand for the alerts of several keys; that one of them is over does not end the others.
  const grouping = (await deps.services.get(service))?.grouping.by ?? 'dedupKey';
  const shared = state === 'RESOLVED' && count > 1 && grouping !== 'dedupKey';
  const note = shared ? `${by} says that ${event.dedupKey} is over; the incident holds other events too.` : event.note;
  const wanted: Change = { by, ...(shared ? {} : { state }), ...(note === undefined ? {} : { note }) };
  const updated = await updateIncident(deps, open.incidentId, wanted);
  switch (updated.kind) {
    case 'changed':
    case 'unchanged':
      return { kind: 'updated', incident: updated.incident };
    case 'refused':
      return { kind: 'ignored', why: updated.reason };
    default:
      return { kind: 'ignored', why: 'the incident is not open any more' };
  }
}

/**
 * The unresolved incident that a sender's dedup key (or alias) stands for. `service` is what the event says; the catch-all is looked
 * through as well, because the service may have been configured since.
 */
export async function findOpen(
  deps: Pick<TakeDeps, 'dedup' | 'incidents'>,
  integration: Integration,
  dedupKey: string,
  service?: string,
): Promise<Incident | undefined> {
  const key = scopedKey(integration, dedupKey);
  for (const candidate of new Set([integration.service, service, UNROUTED])) {
    if (candidate === undefined) continue;
    const lock = await deps.dedup.get(dedupId(candidate, key));
    const incident = lock && (await deps.incidents.get(lock.incidentId));
    if (incident && incident.state !== 'RESOLVED') return incident;
  }
  return undefined;
}
