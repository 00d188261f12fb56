import type { Serve, WireAnswer, WireCall } from './wire.ts';

/** A mail that SES has taken. */
export interface SentMail {
  /** Virtual time, epoch milliseconds. */
  readonly at: number;
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

interface SendEmail {
  readonly Destination: { readonly ToAddresses: readonly string[] };
  readonly Content: {
    readonly Simple: {
      readonly Subject: { readonly Data: string };
      readonly Body: { readonly Text: { readonly Data: string }; readonly Html: { readonly Data: string } };
      readonly Headers: readonly { readonly Name: string; readonly Value: string }[];
    };
  };
  readonly EmailTags: readonly { readonly Name: string; readonly Value: string }[];
}

/** The mail that a call of SendEmail carries. */
export function mailOf({ body }: Pick<WireCall, 'body'>): Omit<SentMail, 'at' | 'messageId'> {
  const { Destination, Content, EmailTags } = body as unknown as SendEmail;
  const { Subject, Body, Headers } = Content.Simple;
  return {
    to: Destination.ToAddresses.join(', '),
    subject: Subject.Data,
    text: Body.Text.Data,
    html: Body.Html.Data,
    headers: Object.fromEntries(Headers.map(({ Name, Value }) => [Name, Value])),
    tags: Object.fromEntries(EmailTags.map(({ Name, Value }) => [Name, Value])),
  };
}

/** Takes every mail and keeps it with the time at which it was taken. Failures are the wire's affair. */
export function createFakeSes(taken: (mail: SentMail) => void) {
  const mails: SentMail[] = [];
  const serve: Serve = (call) => {
    const mail: SentMail = { at: Date.now(), messageId: `mail-${mails.length + 1}`, ...mailOf(call) };
    mails.push(mail);
    taken(mail);
    return { status: 200, body: JSON.stringify({ MessageId: mail.messageId }) };
  };
  return { mails: mails as readonly SentMail[], serve };
}

/** An error as SES v2 sends it. */
export function sesError(status: number, name: string, message = name): WireAnswer {
  return { status, headers: { 'x-amzn-errortype': name }, body: JSON.stringify({ message }) };
}
