import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Mail } from './inbox.ts';
import { recipients, SIMULATOR } from './mail.ts';
import type { Resources } from './resources.ts';
import type { Topics } from './topics.ts';

const setSchema = z.object({});
const destinationSchema = z.object({
  ConfigurationSetName: z.string(),
  EventDestination: z.object({
    Enabled: z.boolean().default(true),
    MatchingEventTypes: z.array(z.string()),
    SnsDestination: z.object({ TopicARN: z.string() }).optional(),
  }),
});

export interface MailEvents {
  readonly configurationSets: ReadonlySet<string>;
  /** Publishes what the SES mailbox simulator would cause for this mail: a bounce, a complaint, or a delivery. */
  publish(mail: Mail): void;
}

/** The configuration sets of the stack and the topics they publish to. Destinations other than SNS are left alone. */
export function readMailEvents(resources: Resources, topics: Topics): MailEvents {
  const sets = resources.ofType('AWS::SES::ConfigurationSet', setSchema).map(({ ref }) => ref);
  const destinations = resources
    .ofType('AWS::SES::ConfigurationSetEventDestination', destinationSchema)
    .map(({ properties }) => ({ set: properties.ConfigurationSetName, ...properties.EventDestination }))
    .filter(({ Enabled }) => Enabled);
  return {
    configurationSets: new Set(sets),
    publish(mail) {
      for (const event of eventsOf(mail)) {
        for (const { set, MatchingEventTypes, SnsDestination } of destinations) {
          const wanted = MatchingEventTypes.some((type) => type.toLowerCase() === event.eventType.toLowerCase());
          if (set !== mail.configurationSet || !wanted || !SnsDestination) continue;
          topics.publish(SnsDestination.TopicARN, 'Amazon SES Email Event Notification', JSON.stringify(event));
        }
      }
    },
  };
}

/** In the form of SES event publishing: one event for all recipients that met the same fate. */
function eventsOf(mail: Mail): { readonly eventType: string; readonly [field: string]: unknown }[] {
  const everybody = recipients(mail);
  const simulated = (kind: string) =>
    everybody.filter((address) => SIMULATOR.exec(address)?.[1]?.toLowerCase() === kind);
  const bounced = simulated('bounce');
  const complained = simulated('complaint');
  const delivered = everybody.filter((address) => !bounced.includes(address));
  const timestamp = new Date().toISOString();
  const feedbackId = randomUUID();
  const about = describe(mail, everybody);
  return [
    ...(bounced.length > 0
      ? [
          {
            eventType: 'Bounce',
            mail: about,
            bounce: { ...BOUNCE, feedbackId, timestamp, bouncedRecipients: bounced.map(bounce) },
          },
        ]
      : []),
    ...(delivered.length > 0
      ? [
          {
            eventType: 'Delivery',
            mail: about,
            delivery: {
              timestamp,
              processingTimeMillis: 1,
              recipients: delivered,
              smtpResponse: '250 OK',
              reportingMTA: 'dns; localhost',
            },
          },
        ]
      : []),
    ...(complained.length > 0
      ? [
          {
            eventType: 'Complaint',
            mail: about,
            complaint: {
              feedbackId,
              timestamp,
              complaintFeedbackType: 'abuse',
              complainedRecipients: complained.map((emailAddress) => ({ emailAddress })),
            },
          },
        ]
      : []),
  ];
}

const BOUNCE = { bounceType: 'Permanent', bounceSubType: 'General', reportingMTA: 'dns; localhost' };

function bounce(emailAddress: string) {
  return { emailAddress, action: 'failed', status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' };
}

function describe(mail: Mail, destination: string[]) {
  const { sentAt, from, messageId, headers, subject, to, tags, configurationSet } = mail;
  return {
    timestamp: sentAt,
    messageId,
    source: from,
    destination,
    headersTruncated: false,
    headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
    commonHeaders: { from: [from], to, messageId, subject },
    tags: {
      ...(configurationSet === undefined ? {} : { 'ses:configuration-set': [configurationSet] }),
      ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]])),
    },
  };
}
