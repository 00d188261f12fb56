import type { AlertFacts, AlertResponder } from '../../../core/alert.ts';
import { type InboundEvent, toSeverity } from '../../../core/event.ts';
import type { Incident } from '../../../core/incident.ts';
import { type Integration, scopedKey, UNROUTED, UNROUTED_SERVICE } from '../../../core/integration.ts';
import type { Target } from '../../../core/policy.ts';
import { policyOf, type Service } from '../../../core/service.ts';
import type { NewIncident } from '../../../core/transitions.ts';
import type { CurrentConfig } from '../../data/current-config.ts';
import { aliasId } from '../../data/keys.ts';
import type { ServiceStore } from '../../data/services.ts';
import type { AlertDraft } from '../../ingest/opsgenie/create.ts';
import { type RaiseDeps, type Raised, raiseIncident } from '../raise-incident.ts';
import { updateIncident } from '../update-incident.ts';
import { type LookUpDeps, targetsOf, teamNamed } from './look-up.ts';

export interface CreateDeps extends RaiseDeps, LookUpDeps {
  readonly currentConfig: Pick<CurrentConfig, 'current'>;
  now(): number;
}

export type CreatedAlert = Exclude<Raised, { kind: 'unknown service' }>;

type Origin = Pick<Integration, 'integrationId' | 'name' | 'kind' | 'service'>;

/**
 * Raises the incident of an alert, or counts it in the open one of the same alias. Durable when it answers. The responders whom the
 * configuration knows are paged with the first step of the service's policy. Dying before the note or the pointer of a routed alias
 * is written leaves an incident that is paged for; the sender, who got no answer, sends again and completes it.
 */
export async function createAlert(
  deps: CreateDeps,
  integration: Origin,
  alert: AlertDraft,
  event: InboundEvent,
): Promise<CreatedAlert> {
  const targets = await responderTargets(deps, integration, alert.responders);
  const services: Pick<ServiceStore, 'get'> = {
    async get(serviceId) {
      const service = (await deps.services.get(serviceId)) ?? (serviceId === UNROUTED ? UNROUTED_SERVICE : undefined);
      return service && withResponders(service, targets);
    },
  };
  const by = event.by ?? alert.source ?? integration.name;
  const raise = (service: string) =>
    raiseIncident({ ...deps, services }, request(integration, alert, event, service), by);
  const named = integration.service ?? event.service;
  let raised = await raise(named ?? UNROUTED);
  if (raised.kind === 'unknown service' && named !== UNROUTED) raised = await raise(UNROUTED);
  if (raised.kind === 'unknown service') throw new Error('the catch-all service was not taken for one');
  await rememberAlias(deps, integration, raised.incident, event.dedupKey);
  if (alert.note === undefined || hasNote(raised.incident, alert.note)) return raised;
  const noted = await updateIncident(deps, raised.incident.incidentId, { note: alert.note, by });
  return noted.kind === 'changed' ? { ...raised, incident: noted.incident } : raised;
}

function request(integration: Origin, alert: AlertDraft, event: InboundEvent, service: string): NewIncident {
  const { title, message, dedupKey, priority, source, details = {}, links, detectedAt } = event;
  const { tags, actions, responders, entity } = alert;
  const opsgenie: AlertFacts = {
    integration: { id: integration.integrationId, name: integration.name },
    tags,
    actions,
    responders,
    ...(entity === undefined ? {} : { entity }),
  };
  return {
    service,
    severity: toSeverity(event),
    title,
    message,
    source: source ?? integration.name,
    ...(dedupKey === undefined ? {} : { dedupKey: scopedKey(integration, dedupKey) }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
    ...(links.length === 0 ? {} : { links }),
    ...(priority === undefined ? {} : { priority }),
    detectedAt,
    opsgenie,
  };
}

/** The responders to page besides the service's own policy; a name that the configuration does not know is only shown. */
async function responderTargets(
  deps: CreateDeps,
  { service: serviceId }: Origin,
  responders: readonly AlertResponder[],
): Promise<readonly Target[]> {
  if (responders.length === 0) return [];
  const config = await deps.currentConfig.current();
  // The service's policy is its team's business: naming that team as well must not page it twice over.
  const owner = serviceId === undefined ? undefined : (await deps.services.get(serviceId))?.team;
  const found = await Promise.all(
    responders
      .filter((each) => each.type !== 'team' || owner === undefined || teamNamed(config, each)?.id !== owner)
      .map((each) => targetsOf(deps, config, each)),
  );
  return found.flatMap((targets) => targets ?? []);
}

/** The service with `targets` in the first step; the catch-all pages them instead of the fallback contact, who comes after them. */
function withResponders(service: Service, targets: readonly Target[]): Service {
  if (targets.length === 0) return service;
  if (service === UNROUTED_SERVICE) {
    const passMs = policyOf(service).passMs;
    return { ...service, policy: { id: 'responders', steps: [{ afterMs: 0, targets }], passMs, atEnd: 'fallback' } };
  }
  const policy = policyOf(service);
  const [first, ...later] = policy.steps;
  if (!first) return service;
  return {
    ...service,
    policy: { ...policy, steps: [{ ...first, targets: [...first.targets, ...targets] }, ...later] },
  };
}

/** An alias of a routed integration says nothing of the service; what closes the alert names no more than the alias. */
async function rememberAlias(
  deps: CreateDeps,
  integration: Origin,
  { incidentId, service }: Incident,
  alias: string | undefined,
): Promise<void> {
  if (integration.service !== undefined || alias === undefined || service === UNROUTED) return;
  const id = aliasId(integration.integrationId, scopedKey(integration, alias));
  for (;;) {
    const known = await deps.dedup.get(id);
    if (known?.incidentId === incidentId || (await deps.dedup.set(id, { incidentId }, known))) return;
  }
}

/** A sender that tries again sends the same note again. */
function hasNote({ timeline }: Incident, note: string): boolean {
  return timeline.some(({ kind, text }) => kind === 'noted' && text === note);
}
