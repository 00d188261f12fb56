/** One thing that a sender has to say. Events of one key are one incident. */
export interface Event {
  /** Unique in a run. */
  readonly id: string;
  /** What repeats are recognised by. */
  readonly key: string;
}

/** What was heard of one request. */
export interface Answer {
  readonly status: number;
  /** Of an accepted event, where the answer names it. */
  readonly incidentId?: number;
}

/** Hears nothing at all by rejecting. */
export type Send = (event: Event) => Promise<Answer>;

/** One request; instants are those of `clock`. */
export interface Attempt {
  readonly at: number;
  readonly endedAt: number;
  /** Undefined when no answer came: whether the event was taken in is then not known. */
  readonly answer: Answer | undefined;
}

/** An event and all that became of it on the sender's side. */
export interface Sent {
  readonly event: Event;
  /** When it was to be sent, whether or not it could be. */
  readonly dueAt: number;
  readonly attempts: readonly Attempt[];
}

export function isAccepted({ answer }: Attempt): boolean {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

/** The attempt that was accepted. After that nothing more is sent, so there is one at most. */
export function acceptance(sent: Sent): Attempt | undefined {
  return sent.attempts.find(isAccepted);
}

/** 429 says clearly that nothing was done. Any other failure leaves that open. */
export function isRefusal({ answer }: Attempt): boolean {
  return answer?.status === 429;
}

/** Distinct events, each of a key of its own. */
export function distinctEvents(prefix: string, count: number): Event[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${prefix}-${index}`, key: `${prefix}-${index}` }));
}

/** Events that are all the same to whoever takes them in. */
export function repeatedEvents(key: string, count: number): Event[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${key}-${index}`, key }));
}
