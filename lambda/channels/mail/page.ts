import type { Delivery } from '../../../core/delivery.ts';
import type { EpochMs } from '../../../core/time.ts';
import { cleanText, cut, oneLine } from '../../http/pages/escape.ts';
import {
  clock,
  detailFacts,
  distance,
  type IncidentView,
  incidentLinks,
  MAX_TITLE_CHARS,
  originFacts,
  urgentFacts,
} from '../../http/pages/incident-facts.ts';
import type { Block, MailDocument } from './document.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';

/** A mail but for its sender and recipient. `subject` and every header are single lines. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface PageInput {
  readonly incident: IncidentView;
  readonly delivery: Pick<Delivery, 'role' | 'reason'>;
  /** The team's zone; an unknown one is read as UTC. */
  readonly timeZone: string;
  readonly now: EpochMs;
  readonly viewUrl: string;
  readonly ackUrl: string;
  /** The domain of the sender address; names the thread. */
  readonly fromDomain: string;
  /** Who is paged if nobody acknowledges, and when. */
  readonly nextStep?: { readonly at: EpochMs; readonly who: string };
}

const MAX_SUBJECT_CHARS = 200;
const MAX_MESSAGE_CHARS = 20_000;
const MAX_SENTENCE_CHARS = 500;

const PREFIXES: Readonly<Record<Delivery['role'], string>> = {
  oncall: '',
  responder: '',
  escalation: 'Escalation: ',
  fallback: 'Fallback: ',
};

/** The mail that pages one person. Never throws on anything that an incident may hold: a page must go out. */
export function composePage(input: PageInput): MailContent {
  const document = pageDocument(input);
  return {
    subject: document.subject,
    text: renderText(document),
    html: renderHtml(document),
    headers: threadHeaders(input.incident.incidentId, input.fromDomain),
  };
}

/** What the mail says, before it is rendered; most important first. */
export function pageDocument(input: PageInput): MailDocument {
  const { incident, delivery, timeZone, now, viewUrl, ackUrl, nextStep } = input;
  const { severity, incidentId, title, service } = incident;
  const message = cleanText(incident.message).replace(/\s+$/, '');
  const details = detailFacts(incident);
  const links = incidentLinks(incident);
  const origin = originFacts(incident);
  const blocks: (Block | false)[] = [
    {
      kind: 'headline',
      kicker: oneLine(`${severity} · incident #${incidentId} · ${service}`, 200),
      title: oneLine(title, MAX_TITLE_CHARS),
    },
    { kind: 'facts', facts: urgentFacts(incident, timeZone, now) },
    { kind: 'paragraph', text: sentence(`Why you are paged: ${delivery.reason.replace(/\.$/, '')}.`) },
    nextStep !== undefined && { kind: 'paragraph', text: sentence(whatIsNext(nextStep, timeZone, now)) },
    {
      kind: 'actions',
      actions: [
        { label: 'Acknowledge', url: ackUrl, primary: true },
        { label: 'See the incident', url: viewUrl, primary: false },
      ],
    },
    message !== '' && { kind: 'preformatted', heading: 'Message', ...shorten(message) },
    details.length > 0 && { kind: 'facts', heading: 'Details', facts: details },
    links.length > 0 && { kind: 'links', heading: 'Links', links },
    origin.length > 0 && { kind: 'facts', heading: 'Origin', facts: origin },
  ];
  const subject = oneLine(`${PREFIXES[delivery.role]}[${severity}] #${incidentId} ${title}`, MAX_SUBJECT_CHARS);
  return { subject, blocks: blocks.filter((block) => block !== false) };
}

function sentence(text: string): string {
  return oneLine(text, MAX_SENTENCE_CHARS);
}

function whatIsNext({ at, who }: { at: EpochMs; who: string }, timeZone: string, now: EpochMs): string {
  if (at <= now) return `Unless somebody acknowledges, ${who} is paged next.`;
  return `If nobody acknowledges by ${clock(at, timeZone)} (${distance(at, now)}), ${who} is paged.`;
}

function shorten(message: string): { text: string; note?: string } {
  if (message.length <= MAX_MESSAGE_CHARS) return { text: message };
  const total = message.length.toLocaleString('en');
  const shown = MAX_MESSAGE_CHARS.toLocaleString('en');
  return {
    text: cut(message, MAX_MESSAGE_CHARS),
    note: `Cut after ${shown} of ${total} characters. The page of the incident has all of it.`,
  };
}

/**
 * All mails of an incident answer one message that was never sent: SES replaces any Message-ID, so the first mail cannot be the
 * root. Automatic replies are asked not to come (RFC 3834).
 */
function threadHeaders(incidentId: number, fromDomain: string): Record<string, string> {
  const root = `<incident-${incidentId}@${fromDomain.replace(/[^A-Za-z0-9.-]/g, '').slice(0, 255)}>`;
  return {
    References: root,
    'In-Reply-To': root,
    Importance: 'high',
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'X-InResponse-Incident': String(incidentId),
  };
}
