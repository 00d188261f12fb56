import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Inbox, Mail } from './inbox.ts';
import { PAGE_HEADERS, renderInbox, renderMail, renderMissing } from './inbox-page.ts';
import { recipients } from './mail.ts';

const PREFIX = '/_local/';
/** A name that leads here from a stranger's page (DNS rebinding) is none of these. */
const OWN_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * `GET /_local/inbox`: all mail as JSON, oldest first; `?to=address` and `?since=RFC 3339` select. A browser gets a page instead,
 * which is at `/_local/inbox.html` too. Answers false for every other path.
 */
export function serveInbox(inbox: Inbox, req: IncomingMessage, res: ServerResponse): boolean {
  if (!req.url?.startsWith(PREFIX)) return false;
  const { pathname, searchParams } = new URL(req.url, 'http://127.0.0.1');
  const page =
    pathname === `${PREFIX}inbox.html` || (pathname === `${PREFIX}inbox` && req.headers.accept?.includes('text/html'));
  if (!OWN_HOST.test(req.headers.host ?? '')) json(res, 403, { message: 'only for this machine' });
  else if (req.method !== 'GET') json(res, 405, { message: 'only GET' });
  else if (page) html(res, inbox.all(), searchParams.get('message'));
  else if (pathname === `${PREFIX}inbox`) json(res, 200, select(inbox.all(), searchParams));
  else json(res, 404, { message: 'there is only /_local/inbox' });
  return true;
}

function select(mails: Mail[], params: URLSearchParams): Mail[] {
  const to = params.get('to');
  const since = Date.parse(params.get('since') ?? '');
  return mails
    .filter((mail) => to === null || recipients(mail).includes(to))
    .filter(({ sentAt }) => Number.isNaN(since) || Date.parse(sentAt) >= since);
}

function html(res: ServerResponse, mails: Mail[], messageId: string | null): void {
  const mail = mails.find((candidate) => candidate.messageId === messageId);
  const text = messageId === null ? renderInbox(mails) : mail ? renderMail(mail) : renderMissing();
  res.writeHead(messageId === null || mail ? 200 : 404, PAGE_HEADERS).end(text);
}

function json(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', vary: 'accept' });
  res.end(JSON.stringify(body));
}
