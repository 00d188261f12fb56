import type { HandoffNotice } from '../../../core/handoff.ts';
import type { EpochMs } from '../../../core/time.ts';
import { oneLine } from '../../http/pages/escape.ts';
import { clock, distance, type Fact } from '../../http/pages/incident-facts.ts';
import type { Block, MailDocument } from './document.ts';
import type { MailContent } from './page.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';

export interface NoticeInput {
  readonly notice: HandoffNotice;
  /** The reader's zone; an unknown one is read as UTC. */
  readonly timeZone: string;
  readonly now: EpochMs;
  readonly displayName: (user: string) => string;
}

const MAX_SUBJECT_CHARS = 200;
const MAX_VALUE_CHARS = 500;

/** The mail that tells one person of one hand-off. Never throws on anything that a configuration may hold. */
export function composeNotice(input: NoticeInput): MailContent {
  const document = noticeDocument(input);
  return {
    subject: document.subject,
    text: renderText(document),
    html: renderHtml(document),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

/** What the mail says, before it is rendered; most important first. */
export function noticeDocument(input: NoticeInput): MailDocument {
  const { notice, timeZone, now } = input;
  const { schedule, at, direction, after } = notice;
  const title =
    direction === 'incoming'
      ? `You are on call from ${clock(at, timeZone)} (${distance(at, now)})`
      : `Your time on call ends at ${clock(at, timeZone)} (${distance(at, now)})`;
  const gap = 'Nobody is on call after you: incidents then go to the fallback contact.';
  const blocks: (Block | false)[] = [
    { kind: 'headline', kicker: oneLine(`On call · ${schedule.name}`, MAX_SUBJECT_CHARS), title: line(title) },
    { kind: 'facts', facts: facts(input) },
    after.length === 0 && { kind: 'paragraph', text: gap },
    {
      kind: 'paragraph',
      text: 'To be told earlier or later, or not at all, set handoffNotices of your user in the configuration.',
    },
  ];
  const subject = `${direction === 'incoming' ? 'On call from' : 'Off call at'} ${clock(at, timeZone)}: ${schedule.name}`;
  return { subject: oneLine(subject, MAX_SUBJECT_CHARS), blocks: blocks.filter((block) => block !== false) };
}

function facts({ notice, timeZone, displayName }: NoticeInput): Fact[] {
  const { schedule, user, direction, at, until, before, after } = notice;
  const names = (users: readonly string[]) => users.map(displayName).join(', ') || 'nobody';
  const others = after.filter((each) => each !== user);
  const local = timeZone === schedule.timeZone ? [] : [fact('There', clock(at, schedule.timeZone))];
  if (direction === 'outgoing')
    return [fact('Schedule', schedule.name), ...local, fact('On call after you', names(after))];
  return [
    fact('Schedule', schedule.name),
    ...local,
    fact('Until', until === undefined ? 'further notice' : clock(until, timeZone)),
    fact('On call before you', names(before)),
    ...(others.length > 0 ? [fact('On call with you', names(others))] : []),
  ];
}

function fact(label: string, value: string): Fact {
  return { label, value: line(value) };
}

function line(text: string): string {
  return oneLine(text, MAX_VALUE_CHARS);
}
