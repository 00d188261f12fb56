/**
 * Inbound email, parsed already (headers and plain text). One mail is one incident, unless mails of the same subject are to be one.
 * Loops are refused as RFC 3834 advises; `Auto-Submitted: auto-generated` alone is no loop, for that is what monitoring sends.
 */
import type { EventSeverity, InboundEvent } from '../../core/event.ts';
import type { EpochMs } from '../../core/time.ts';
import { makeEvent } from './make-event.ts';
import { member, sha256, textOf } from './shape.ts';

export interface ParsedMail {
  /** Header names in lower case; of a repeated header the first. */
  readonly headers: Readonly<Record<string, string>>;
  readonly subject?: string;
  /** `Ann <ann@example.com>` or the address alone. */
  readonly from: string;
  /** Every recipient of the envelope. */
  readonly to: readonly string[];
  readonly text: string;
}

export interface MailOptions {
  readonly receivedAt: EpochMs;
  /** Addresses that InResponse itself sends from: a page must never open an incident. */
  readonly ownAddresses: readonly string[];
  /** Whole addresses of services that have one of their own, in lower case. */
  readonly services?: Readonly<Record<string, string>>;
  /** `message` (default): every mail is an incident. `subject`: mails of one sender and subject are the same one. */
  readonly dedup?: 'message' | 'subject';
}

export type MailTranslation =
  | { readonly kind: 'accepted'; readonly event: InboundEvent }
  | { readonly kind: 'refused'; readonly reason: string };

/** The event of a mail, or why it is none. A mail delivered twice has the same dedup key: its Message-ID. */
export function translateMail(mail: ParsedMail, options: MailOptions): MailTranslation {
  const sender = addressOf(mail.from);
  const loop = loopReason(mail, sender, options.ownAddresses);
  if (loop !== undefined) return { kind: 'refused', reason: loop };
  const subject = textOf(mail.subject);
  const firstLine = mail.text.trim().split('\n', 1)[0];
  const thread = `${sender}\n${plainSubject(subject ?? firstLine ?? '')}`;
  const messageId = textOf(member(mail.headers, 'message-id'))?.trim();
  const event = makeEvent({
    action: 'trigger',
    service: serviceOf(mail.to, options.services ?? {}),
    dedupKey: options.dedup === 'subject' ? sha256(thread) : (messageId ?? sha256(`${thread}\n${mail.text}`)),
    severity: severityOf(mail.headers),
    title: subject ?? firstLine,
    message: textOf(mail.text),
    details: { from: mail.from, to: mail.to, ...(messageId === undefined ? {} : { messageId }) },
    source: sender,
    client: 'Email',
    detectedAt: options.receivedAt,
  });
  return { kind: 'accepted', event };
}

/** The bare address in lower case: what stands between the last angle brackets, else all of it. */
export function addressOf(text: string): string {
  const open = text.lastIndexOf('<');
  const close = text.indexOf('>', open);
  return (open >= 0 && close > open ? text.slice(open + 1, close) : text).trim().toLowerCase();
}

/** `alerts+billing@example.com` means the service billing; an address listed in `services` means what it says there. */
export function serviceOf(
  recipients: readonly string[],
  services: Readonly<Record<string, string>>,
): string | undefined {
  const addresses = recipients.map(addressOf);
  for (const address of addresses) {
    const service = textOf(member(services, address));
    if (service !== undefined) return service;
  }
  for (const address of addresses) {
    const local = address.slice(0, Math.max(0, address.lastIndexOf('@')));
    const plus = local.indexOf('+');
    if (plus > 0 && plus < local.length - 1) return local.slice(plus + 1);
  }
  return undefined;
}

function loopReason({ headers }: ParsedMail, sender: string, ownAddresses: readonly string[]): string | undefined {
  if (ownAddresses.some((own) => addressOf(own) === sender)) return 'InResponse sent it itself';
  const automatic = (textOf(member(headers, 'auto-submitted')) ?? 'no').trim().toLowerCase();
  if (/^auto-(replied|notified)\b/.test(automatic))
    return `it is an automatic reply (Auto-Submitted: ${automatic.slice(0, 50)})`;
  if (textOf(member(headers, 'x-autoreply')) !== undefined) return 'it is an automatic reply (X-Autoreply)';
  if (sender.startsWith('mailer-daemon@')) return 'it is a bounce';
  if (/^multipart\/report\b/i.test(textOf(member(headers, 'content-type')) ?? '')) return 'it is a delivery report';
  return undefined;
}

function plainSubject(subject: string): string {
  return subject
    .replace(/^(\s*(re|fwd?|aw|wg)\s*:)+/i, '')
    .trim()
    .toLowerCase();
}

function severityOf(headers: ParsedMail['headers']): EventSeverity {
  const urgent =
    /^\s*[12]\b/.test(textOf(member(headers, 'x-priority')) ?? '') ||
    /^\s*high\b/i.test(textOf(member(headers, 'importance')) ?? '');
  return urgent ? 'critical' : 'error';
}
