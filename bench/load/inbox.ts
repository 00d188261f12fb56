import type { InResponse } from './inresponse.ts';

/** A mail that the local runtime took for sending. */
export interface Page {
  readonly messageId: string;
  readonly incidentId: number;
  readonly to: string;
  /** Epoch milliseconds: when SES's call arrived, a moment before it was answered. */
  readonly sentAt: number;
}

export interface Inbox {
  /** Asks for what is new. */
  refresh(): Promise<void>;
  /** Everything that has been seen, by incident, oldest first. */
  byIncident(): ReadonlyMap<number, readonly Page[]>;
  readonly size: number;
  stop(): void;
}

/** The inbox keeps the last 10,000 mails; this looks often enough at any rate that the runtime reaches. */
const LOOK_EVERY_MS = 5_000;
/** A mail shows in the inbox once it is on the disk, which may be later than the mails after it were sent. */
const OVERLAP_MS = 5_000;

interface Mail {
  readonly messageId: string;
  readonly sentAt: string;
  readonly to: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Collects the mails of `GET /_local/inbox` from now on, over restarts too. */
export function watchInbox(runtime: Pick<InResponse, 'read'>): Inbox {
  const pages = new Map<string, Page>();
  let newest = 0;

  async function refresh(): Promise<void> {
    const since = new Date(Math.max(0, newest - OVERLAP_MS)).toISOString();
    const mails = (await runtime.read(`/_local/inbox?since=${since}`)) as Mail[];
    for (const { messageId, sentAt, to, tags } of mails) {
      const at = Date.parse(sentAt);
      newest = Math.max(newest, at);
      const page = { messageId, incidentId: Number(tags.incidentId), to: to.join(', '), sentAt: at };
      pages.set(messageId, page);
    }
  }

  // While the runtime is down there is nobody to ask; it shows everything again afterwards.
  const timer = setInterval(() => void refresh().catch(() => undefined), LOOK_EVERY_MS);
  return {
    refresh,
    byIncident: () =>
      Map.groupBy(
        [...pages.values()].sort((a, b) => a.sentAt - b.sentAt),
        (page) => page.incidentId,
      ),
    get size() {
      return pages.size;
    },
    stop: () => clearInterval(timer),
  };
}
