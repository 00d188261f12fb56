/** Mail that SES received, as its receipt rule publishes it to SNS. Follows the Amazon SES developer guide, "Notification contents". */
import * as z from 'zod';
import type { ParsedMail } from './email.ts';
import { readMime } from './mime.ts';

const verdict = z.object({ status: z.string() }).optional();

const notification = z.object({
  notificationType: z.literal('Received'),
  mail: z.object({ source: z.string().optional(), destination: z.array(z.string()).default([]) }),
  receipt: z.object({
    recipients: z.array(z.string()).optional(),
    spamVerdict: verdict,
    virusVerdict: verdict,
    action: z.object({ encoding: z.string().optional() }).optional(),
  }),
  content: z.string(),
});

export interface ReceivedMail {
  readonly mail: ParsedMail;
  /** SES takes it for spam, or found a virus. */
  readonly suspicious: boolean;
}

/** The mail in a message of SES; undefined when it is no such message. */
export function readReceivedMail(message: unknown): ReceivedMail | undefined {
  const result = notification.safeParse(message);
  if (!result.success) return undefined;
  const { mail, receipt, content } = result.data;
  const raw = Buffer.from(content, receipt.action?.encoding?.toUpperCase() === 'BASE64' ? 'base64' : 'utf8');
  const { headers, text } = readMime(raw);
  const subject = headers.subject;
  return {
    mail: {
      headers,
      text,
      from: headers.from ?? mail.source ?? '',
      to: receipt.recipients ?? mail.destination,
      ...(subject === undefined ? {} : { subject }),
    },
    suspicious: [receipt.spamVerdict, receipt.virusVerdict].some((given) => given?.status === 'FAIL'),
  };
}
