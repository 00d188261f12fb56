/** Longer than any name that an error has in quotes, shorter than any value worth repeating. */
const LONGEST_QUOTE = 60;
const MOST_CHARACTERS = 1_000;

/**
 * A text that errors are made of, for the log or for whoever invoked a function: without what somebody quotes in it. Services repeat
 * what they were asked ("Value '…' at 'item' failed to satisfy constraint"), and that may hold whatever a sender or a person has written.
 */
export function redact(text: string): string {
  return withoutTokens(text.slice(0, 100 * MOST_CHARACTERS))
    .replace(/(['"]).*\1/gs, shorten)
    .replace(/[{[].*[}\]]/gs, shorten)
    .slice(0, MOST_CHARACTERS);
}

/** Without the tokens of links: who has one may acknowledge, or read a feed. Mail servers like to quote the address that they object to. */
export function withoutTokens(text: string): string {
  return text.replace(/\/(ack|i|ical|payloads)\/[\w-]{16,}/g, '/$1/…');
}

/** An error that says no more than {@link redact} lets through. Keeps the name: callers retry by it. */
export function redactError(error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new Error(redact(message)), { name });
}

function shorten(quoted: string): string {
  return quoted.length <= LONGEST_QUOTE ? quoted : `${quoted.charAt(0)}…${quoted.charAt(quoted.length - 1)}`;
}
