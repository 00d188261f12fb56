import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Inbox, Mail } from './inbox.ts';
import type { Log } from './log.ts';
import { field, parseMessage } from './mime.ts';
import type { SmtpRelay } from './smtp.ts';
import { parseBody, WireError, type WireHandler } from './wire.ts';

const addresses = z.array(z.string()).default([]);
const content = z.object({ Data: z.string(), Charset: z.string().optional() });

const requestSchema = z.object({
  FromEmailAddress: z.string().optional(),
  Destination: z
    .object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses })
    .default({ ToAddresses: [], CcAddresses: [], BccAddresses: [] }),
  ReplyToAddresses: addresses,
  ConfigurationSetName: z.string().optional(),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  Content: z.union([
    z.object({
      Simple: z.object({
        Subject: content,
        Body: z.object({ Text: content.optional(), Html: content.optional() }),
        Headers: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
      }),
    }),
    z.object({ Raw: z.object({ Data: z.string() }) }),
  ]),
});

type SendEmail = z.output<typeof requestSchema>;
type Draft = Omit<Mail, 'messageId' | 'sentAt' | 'tags' | 'configurationSet'>;

export interface MailOptions {
  readonly inbox: Inbox;
  readonly log: Log;
  /** The configuration sets of the stack: SES refuses any other name. */
  readonly configurationSets: ReadonlySet<string>;
  /** `arn:aws:ses:<region>:<account>:`, for permissions. */
  readonly arnPrefix?: string;
  /** Hears of every mail accepted, after the answer has been decided. */
  readonly accepted: (mail: Mail) => void;
  /** Without one, the inbox is where mail ends. */
  readonly relay?: SmtpRelay;
}

/** The addresses of the SES mailbox simulator. */
export const SIMULATOR = /^(bounce|complaint|success|ooto|suppressionlist)(?:\+[^@]*)?@simulator\.amazonses\.com$/i;

/** Speaks the SendEmail call of SES API v2. An answer means: in the inbox, and taken by the SMTP server if there is one. */
export function createMail(options: MailOptions): WireHandler {
  const { inbox, log, configurationSets, accepted, relay, arnPrefix = '' } = options;
  return async ({ method, path, body, authorize }) => {
    if (method !== 'POST' || path.split('?')[0] !== '/v2/email/outbound-emails') return undefined;
    const request = requestSchema.safeParse(parseBody(body));
    if (!request.success) throw new WireError('BadRequestException', z.prettifyError(request.error));
    const mail = toMail(request.data);
    for (const resource of resourcesOf(mail)) {
      const context = { 'ses:FromAddress': bare(mail.from) };
      authorize({ action: 'ses:SendEmail', resource: `${arnPrefix}${resource}`, context });
    }
    if (mail.configurationSet !== undefined && !configurationSets.has(mail.configurationSet)) {
      throw new WireError('NotFoundException', `Configuration set <${mail.configurationSet}> does not exist.`, 404);
    }
    const real = recipients(mail).some((address) => !SIMULATOR.test(address));
    if (relay && real) await relay.send(mail);
    await inbox.add(mail);
    log('info', 'mail', `to ${recipients(mail).join(', ')}: ${mail.subject}`);
    accepted(mail);
    return { status: 200, body: { MessageId: mail.messageId } };
  };
}

/** Everybody who gets the mail, as bare addresses. */
export function recipients({ to, cc, bcc }: Pick<Mail, 'to' | 'cc' | 'bcc'>): string[] {
  return [...to, ...cc, ...bcc].map(bare);
}

function bare(address: string): string {
  return /<([^<>]+)>\s*$/.exec(address)?.[1] ?? address.trim();
}

/** What SES asks permission for: the sender's identity, the configuration set, and in a sandboxed account the recipients' identities too. */
function resourcesOf(mail: Mail): string[] {
  const identities = [bare(mail.from), ...recipients(mail)].map((address) => `identity/${address}`);
  const { configurationSet } = mail;
  return [...identities, ...(configurationSet === undefined ? [] : [`configuration-set/${configurationSet}`])];
}

function toMail(request: SendEmail): Mail {
  const draft = 'Raw' in request.Content ? fromRaw(request, request.Content.Raw.Data) : fromSimple(request);
  if (draft.from === '') throw new WireError('BadRequestException', 'From address is missing.');
  const everybody = recipients(draft);
  if (everybody.length === 0) throw new WireError('BadRequestException', 'No recipient.');
  const bad = [draft.from, ...everybody].find((address) => !/^[^\r\n]*[^\s@]+@[^\s@]+$/.test(address));
  if (bad !== undefined) throw new WireError('BadRequestException', 'Missing or malformed address.');
  return {
    ...draft,
    messageId: randomUUID(),
    sentAt: new Date().toISOString(),
    tags: Object.fromEntries(request.EmailTags.map(({ Name, Value }) => [Name, Value])),
    ...(request.ConfigurationSetName === undefined ? {} : { configurationSet: request.ConfigurationSetName }),
  };
}

function fromSimple(request: SendEmail): Draft {
  const simple = 'Simple' in request.Content ? request.Content.Simple : undefined;
  return {
    ...envelope(request),
    subject: simple?.Subject.Data ?? '',
    text: simple?.Body.Text?.Data ?? '',
    html: simple?.Body.Html?.Data ?? '',
    headers: Object.fromEntries((simple?.Headers ?? []).map(({ Name, Value }) => [Name, Value])),
  };
}

function fromRaw(request: SendEmail, data: string): Draft {
  const { headers, text, html } = parseMessage(Buffer.from(data, 'base64').toString('latin1'));
  const given = envelope(request);
  const listed = [...given.to, ...given.cc, ...given.bcc].length > 0;
  const split = (name: string) => field(headers, name).split(/,\s*/).filter(Boolean);
  return {
    from: given.from || field(headers, 'from'),
    to: listed ? given.to : split('to'),
    cc: listed ? given.cc : split('cc'),
    bcc: given.bcc,
    replyTo: given.replyTo.length > 0 ? given.replyTo : split('reply-to'),
    subject: field(headers, 'subject'),
    text,
    html,
    headers,
  };
}

function envelope({ FromEmailAddress, Destination, ReplyToAddresses }: SendEmail) {
  return {
    from: FromEmailAddress ?? '',
    to: Destination.ToAddresses,
    cc: Destination.CcAddresses,
    bcc: Destination.BccAddresses,
    replyTo: ReplyToAddresses,
  };
}
