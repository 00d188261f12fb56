import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { ChannelOutcome } from '../../../core/delivery.ts';
import { failureOf } from './failure.ts';
import type { MailContent } from './page.ts';

export interface MailChannelOptions {
  /** Its `maxAttempts` and time limits are the caller's choice; a request without a time limit can hang for ever. */
  readonly client: SESv2Client;
  /** An address, or `Name <address>`. */
  readonly from: string;
  /** Where SES reports bounces and complaints, with the tags of the mail. */
  readonly configurationSet?: string;
}

/** Travels with the mail, so that a bounce finds its delivery. */
export interface MailTags {
  readonly incidentId: number;
  /** `Delivery.id` */
  readonly delivery: number;
}

export interface MailChannel {
  /** Hands one mail for one recipient to SES. Never rejects: every failure is an outcome. */
  send(mail: MailContent & { readonly to: string }, tags: MailTags): Promise<ChannelOutcome>;
}

/** One address and nothing that could add a second one. */
const ADDRESS = /^[^\s@,;:<>()[\]"\\\p{Cc}]+@[^\s@,;:<>()"\\\p{Cc}]+$/u;

/** Mail through SES. */
export function createMailChannel({ client, from, configurationSet }: MailChannelOptions): MailChannel {
  return {
    async send({ to, subject, text, html, headers }, tags) {
      if (!ADDRESS.test(to)) return { kind: 'permanent', error: 'not a usable mail address' };
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: {
          Simple: {
            Subject: utf8(subject),
            Body: { Text: utf8(text), Html: utf8(html) },
            Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
          },
        },
        EmailTags: [
          { Name: 'incidentId', Value: String(tags.incidentId) },
          { Name: 'delivery', Value: String(tags.delivery) },
        ],
        ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
      });
      try {
        const { MessageId } = await client.send(command);
        return { kind: 'ok', messageId: MessageId ?? 'unknown' };
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}

function utf8(data: string) {
  return { Data: data, Charset: 'UTF-8' };
}
