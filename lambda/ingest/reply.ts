/** An HTTP answer, ready to be sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type ReplyHeaders = Readonly<Record<string, string>>;

export function jsonReply(status: number, body: unknown, headers: ReplyHeaders = {}): Reply {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function textReply(status: number, body: string, headers: ReplyHeaders = {}): Reply {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body };
}

export function retryAfter(seconds: number): ReplyHeaders {
  return { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) };
}
