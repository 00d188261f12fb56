import * as z from 'zod';
import type { Contact } from '../../core/delivery.ts';
import type { Incident } from '../../core/incident.ts';
import { recordBounce } from '../../core/outcome.ts';
import { record } from '../../core/timeline.ts';
import type { IncidentStore } from '../data/incidents.ts';
import type { Workflow } from '../data/workflow.ts';
import { withoutTokens } from '../redact.ts';
import { MOST_CONFLICTS, type Surroundings, TooManyConflicts } from './ports.ts';
import { readMessage } from './read-message.ts';
import { startWorkflow } from './start-workflow.ts';

const tag = z.array(z.string().regex(/^\d{1,15}$/)).min(1);
const recipients = z.array(z.object({ emailAddress: z.string(), diagnosticCode: z.string().optional() }));

/** An event of an SES configuration set, as far as it matters here. Source: SES developer guide, "event publishing, SNS examples". */
const mailEvent = z.object({
  eventType: z.string(),
  mail: z.object({ messageId: z.string(), tags: z.object({ incidentId: tag, delivery: tag }) }),
  bounce: z
    .object({ bounceType: z.string(), bounceSubType: z.string().optional(), bouncedRecipients: recipients })
    .optional(),
  complaint: z.object({ complaintFeedbackType: z.string().optional() }).optional(),
  reject: z.object({ reason: z.string() }).optional(),
  deliveryDelay: z.object({ delayType: z.string() }).optional(),
});
type MailEvent = z.output<typeof mailEvent>;

export interface MailEventDeps extends Surroundings {
  readonly incidents: IncidentStore;
  readonly workflow: Workflow;
  readonly fallback: Contact;
}

/** Feeds what SES reports about a mail back into its incident. Events of other mails are passed over; the same event twice is one. */
export async function takeMailEvent(deps: MailEventDeps, message: string): Promise<void> {
  const event = mailEvent.safeParse(readMessage(message));
  if (!event.success) {
    deps.log.warn('mail event is not about a page', {
      fields: event.error.issues.map((issue) => issue.path.join('.')),
    });
    return;
  }
  const { data } = event;
  const incidentId = Number(data.mail.tags.incidentId[0]);
  if (data.eventType === 'Bounce') deps.count('MailBounced');
  for (let attempt = 0; attempt < MOST_CONFLICTS; attempt++) {
    const incident = await deps.incidents.get(incidentId);
    if (!incident) return;
    const next = react(deps, incident, data);
    if (!next) return;
    const saved = await deps.incidents.save(incident, next, deps.token());
    if (saved.kind === 'conflict') continue;
    if (saved.incident.generation !== incident.generation) await startWorkflow(deps, saved.incident);
    return;
  }
  throw new TooManyConflicts(
    `incident ${incidentId} changed ${MOST_CONFLICTS} times while a mail event was being written`,
  );
}

function react(deps: MailEventDeps, incident: Incident, event: MailEvent): Incident | undefined {
  const delivery = Number(event.mail.tags.delivery[0]);
  const now = deps.now();
  const failure = failureOf(event);
  if (failure) return recordBounce(incident, delivery, failure, now, { fallback: deps.fallback });
  if (event.eventType !== 'Complaint') return undefined;
  const to = incident.escalation.deliveries.find((d) => d.id === delivery)?.to.address;
  const told = incident.timeline.some((entry) => entry.kind === 'complained' && entry.to === to);
  if (to === undefined || told) return undefined;
  return record(incident, now, {
    kind: 'complained',
    by: 'inresponse',
    to,
    text: `${to} marked the page as unwanted mail.`,
  });
}

function failureOf(event: MailEvent): { permanent: boolean; text: string } | undefined {
  const failure = failureIn(event);
  return failure && { ...failure, text: withoutTokens(failure.text) };
}

function failureIn(event: MailEvent): { permanent: boolean; text: string } | undefined {
  if (event.bounce) {
    const { bounceType, bounceSubType = '', bouncedRecipients } = event.bounce;
    const said = bouncedRecipients[0]?.diagnosticCode ?? '';
    return {
      permanent: bounceType !== 'Transient',
      text: `${bounceType} bounce ${bounceSubType} ${said}`.trim().slice(0, 500),
    };
  }
  if (event.reject) return { permanent: true, text: `rejected by SES: ${event.reject.reason.slice(0, 300)}` };
  if (event.deliveryDelay) return { permanent: false, text: `delayed: ${event.deliveryDelay.delayType.slice(0, 100)}` };
  return undefined;
}
