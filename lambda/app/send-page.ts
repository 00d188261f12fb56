import { mayStillSend } from '../../core/delivery.ts';
import { occasionOf, upcomingStep } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import { type Directory, reachStep } from '../../core/oncall.ts';
import { composePage } from '../channels/mail/page.ts';
import type { MailChannel } from '../channels/mail/send.ts';
import type { LinkSecret, LinkSecretStore } from '../data/link-secrets.ts';
import { linksFor } from '../http/links.ts';
import type { SendPage } from './advance.ts';
import type { Surroundings } from './ports.ts';

export interface SendPageDeps extends Surroundings {
  readonly mail: MailChannel;
  readonly linkSecrets: LinkSecretStore;
  readonly publicUrl: string;
  /** The domain of the sender; mails of one incident are threaded under it. */
  readonly fromDomain: string;
}

/** Composes and sends the page of one delivery. Whatever goes wrong, composing included, is an outcome. */
export function createSendPage(deps: SendPageDeps): SendPage {
  return async (incident, delivery, directory, loaded) => {
    try {
      const now = deps.now();
      const secrets = loaded.length > 0 ? loaded : await firstSecret(deps);
      const links = linksFor(deps.publicUrl, incident.incidentId, delivery.to.address, secrets, now);
      const { timeZone } = incident.escalation;
      const nextStep = whoIsNext(incident, directory);
      const mail = composePage({
        incident,
        delivery,
        timeZone,
        now,
        ...links,
        fromDomain: deps.fromDomain,
        ...(nextStep ? { nextStep } : {}),
      });
      // The last thing before the mail leaves: whoever is asked to send must not have slept on it.
      if (!mayStillSend(delivery, deps.now()))
        return { kind: 'retryable', error: 'too much time passed after the claim; not sent' };
      return await deps.mail.send(
        { ...mail, to: delivery.to.address },
        { incidentId: incident.incidentId, delivery: delivery.id },
      );
    } catch (error) {
      deps.log.error('page could not be composed', { incidentId: incident.incidentId, error: String(error) });
      return { kind: 'retryable', error: 'the mail could not be composed' };
    }
  };
}

function firstSecret(deps: SendPageDeps): Promise<readonly LinkSecret[]> {
  return deps.linkSecrets.ensure({ id: deps.token().slice(0, 8), secret: `${deps.token()}${deps.token()}` });
}

function whoIsNext(incident: Incident, directory: Directory): { at: number; who: string } | undefined {
  const next = upcomingStep(incident);
  if (!next) return undefined;
  const who = reachStep(next, occasionOf(incident, next.at), directory).map(
    (reached) => reached.to.name ?? reached.to.address,
  );
  return { at: next.at, who: [...new Set(who)].join(', ') };
}
