/** The `fetch` of the runtime, or a test's. */
export type Fetch = (url: string, init: RequestInit) => Promise<Pick<Response, 'status' | 'body'>>;

/** The status that was answered, or why there was no answer. */
export type Answered = { readonly status: number } | { readonly failure: string };

/**
 * One request of our own to somewhere outside, without a second try. Never rejects. Follows no redirect: what is sent may be a secret.
 * What went wrong is told by names and codes alone, because the messages of `fetch` hold the address, and that may be a secret too.
 */
export async function request(fetch: Fetch, url: string, init: RequestInit, timeoutMs: number): Promise<Answered> {
  try {
    const answer = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    // Unread, it would keep its connection.
    await answer.body?.cancel();
    return { status: answer.status };
  } catch (error) {
    return { failure: nameOf(error) };
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  const { name, cause } = error;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return [name, code].filter((part) => part !== undefined && /^\w{1,60}$/.test(part)).join(' ') || 'unknown failure';
}
