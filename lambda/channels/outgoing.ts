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
  const names = [field(error, 'name'), field(field(error, 'cause'), 'code')];
  return names.filter((name) => typeof name === 'string' && /^\w{1,60}$/.test(name)).join(' ') || 'unknown failure';
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
