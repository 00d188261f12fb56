import { join } from 'node:path';
import { forgetfulJournal, openJournal } from './journal.ts';

/** A mail as it was handed over for sending. */
export interface Mail {
  readonly messageId: string;
  /** RFC 3339, UTC. */
  readonly sentAt: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly configurationSet?: string;
}

export interface Inbox {
  /** Resolves when the mail is durable, if there is a data directory. */
  add(mail: Mail): Promise<void>;
  /** Oldest first. */
  all(): Mail[];
  stop(): Promise<void>;
}

/** Older mail is forgotten: this is a window on what happens, not an archive. */
export const INBOX_LIMIT = 10_000;

/** Keeps mail in the file `inbox.jsonl` of the data directory; in memory without one. */
export async function openInbox(dataDir?: string): Promise<Inbox> {
  const { entries, journal } = dataDir
    ? await openJournal<Mail>(join(dataDir, 'inbox.jsonl'), (all) => all.slice(-INBOX_LIMIT))
    : forgetfulJournal<Mail>();
  const mails = [...entries];
  return {
    async add(mail) {
      await journal.append(mail);
      mails.push(mail);
      if (mails.length > 2 * INBOX_LIMIT) mails.splice(0, INBOX_LIMIT);
    },
    all: () => mails.slice(-INBOX_LIMIT),
    stop: () => journal.close(),
  };
}
