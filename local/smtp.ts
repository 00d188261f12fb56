import { createTransport } from 'nodemailer';
import type { Mail } from './inbox.ts';
import { WireError } from './wire.ts';

export interface SmtpRelay {
  /** Resolves when the server has taken the mail. Throws the error that SES would give: MessageRejected when it never will. */
  send(mail: Mail): Promise<void>;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
/** Written by the library itself from the fields of the mail. */
const OWN_HEADERS = /^(from|to|cc|bcc|reply-to|subject|message-id|date|mime-version|content-.*)$/i;

/** Relays mail to the SMTP server of `url`: `smtp://[user:password@]host:port`. */
export function createSmtpRelay(url: string): SmtpRelay {
  const { protocol, hostname, port, username, password } = new URL(url);
  if (protocol !== 'smtp:' && protocol !== 'smtps:')
    throw new Error('--smtp wants smtp://host:port or smtps://host:port');
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    host: hostname,
    port: Number(port) || (secure ? 465 : 25),
    secure,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // A mail never makes this machine read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      const { from, to, cc, bcc, replyTo, subject, text, html, headers } = mail;
      const extra = Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.test(name)));
      try {
        await transport.sendMail({
          from,
          to: [...to],
          cc: [...cc],
          bcc: [...bcc],
          replyTo: [...replyTo],
          subject,
          ...(text === '' ? {} : { text }),
          ...(html === '' ? {} : { html }),
          headers: extra,
          messageId: `<${mail.messageId}@inresponse.local>`,
        });
      } catch (error) {
        throw asSesError(error);
      }
    },
    async stop() {
      transport.close();
    },
  };
}

function asSesError(error: unknown): WireError {
  const { responseCode, message } = error as { responseCode?: number; message?: string };
  const permanent = responseCode !== undefined && responseCode >= 500;
  return permanent
    ? new WireError('MessageRejected', `Email was rejected by the SMTP server: ${message}`)
    : new WireError('InternalServiceErrorException', `The SMTP server did not take the mail: ${message}`, 500);
}
