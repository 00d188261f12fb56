import type { Incident } from '../../../core/incident.ts';
import { readTimeline } from '../../app/read-timeline.ts';
import { updateIncident } from '../../app/update-incident.ts';
import type { LinkSecretStore } from '../../data/link-secrets.ts';
import { type LinkPurpose, readLink } from '../link-token.ts';
import { linksFor } from '../links.ts';
import { acknowledgeConfirmPage, acknowledgedPage } from '../pages/acknowledge-pages.ts';
import { incidentPage } from '../pages/incident-page.ts';
import { pageHeaders } from '../pages/layout.ts';
import { type LinkProblem, linkProblemPage, linkProblemStatus } from '../pages/link-problem-page.ts';
import type { HttpResponse } from '../problem.ts';
import type { Operations } from '../router.ts';
import type { IncidentDeps } from './incidents.ts';

export interface LinkDeps extends IncidentDeps {
  readonly linkSecrets: LinkSecretStore;
}

interface Opened {
  readonly incident: Incident;
  readonly person: string;
}

/** The pages behind the signed links of mails. The token is the authority; showing a page changes nothing. */
export function linkOperations(
  deps: LinkDeps,
): Pick<Operations, 'viewByLink' | 'acknowledgePage' | 'acknowledgeByLink'> {
  async function open(token: string | undefined, purpose: LinkPurpose): Promise<Opened | LinkProblem> {
    const link = readLink(token ?? '', purpose, await deps.linkSecrets.get(), deps.now());
    if (!link.ok) return link.reason;
    const incident = await deps.incidents.get(link.incidentId);
    return incident ? { incident, person: link.person } : 'no-such-incident';
  }

  return {
    async viewByLink(event) {
      const opened = await open(event.pathParameters?.token, 'view');
      if (typeof opened === 'string') return refusal(opened);
      const { incident, person } = opened;
      const now = deps.now();
      const { ackUrl } = linksFor(deps.publicUrl, incident.incidentId, person, await deps.linkSecrets.get(), now);
      const timeline = await readTimeline(deps, incident);
      return page(200, incidentPage({ incident, timeline, timeZone: incident.escalation.timeZone, now, ackUrl }));
    },

    async acknowledgePage(event) {
      const opened = await open(event.pathParameters?.token, 'ack');
      if (typeof opened === 'string') return refusal(opened);
      const { timeZone } = opened.incident.escalation;
      return page(200, acknowledgeConfirmPage({ ...opened, timeZone, now: deps.now() }));
    },

    async acknowledgeByLink(event) {
      const link = readLink(event.pathParameters?.token ?? '', 'ack', await deps.linkSecrets.get(), deps.now());
      if (!link.ok) return refusal(link.reason);
      const result = await updateIncident(deps, link.incidentId, { state: 'CLAIMED', by: link.person });
      if (result.kind === 'not found') return refusal('no-such-incident');
      const { incident } = result;
      const { claimedBy, claimedAt, resolvedBy, resolvedAt } = incident;
      const by = (incident.state === 'RESOLVED' ? resolvedBy : claimedBy) ?? 'somebody';
      const at = (incident.state === 'RESOLVED' ? resolvedAt : claimedAt) ?? incident.updatedAt;
      const already = result.kind !== 'changed';
      const { timeZone } = incident.escalation;
      return page(200, acknowledgedPage({ incident, already, by, at, timeZone, now: deps.now() }));
    },
  };
}

function page(statusCode: number, body: string): HttpResponse {
  return { statusCode, headers: pageHeaders(), body };
}

function refusal(problem: LinkProblem): HttpResponse {
  return page(linkProblemStatus(problem), linkProblemPage(problem));
}
