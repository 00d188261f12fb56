/** One call of one client, with the instants between which it must have taken effect, if it did. */
export interface Operation<Call, Answer> {
  /** Who called: a name for people. */
  readonly client: string;
  readonly call: Call;
  /** Absent when the caller never heard: it may have taken effect at any time since, or never. */
  readonly answer?: Answer;
  readonly invoked: number;
  /** Infinity without an answer. */
  readonly answered: number;
}

export type History<Call, Answer> = readonly Operation<Call, Answer>[];

export interface Recorder<Call, Answer> {
  readonly history: History<Call, Answer>;
  /** An instant, later than all before it. */
  instant(): number;
  /** Writes down a call that is over. */
  add(client: string, call: Call, invoked: number, answer: Answer): void;
  /** Writes down a call that nobody heard the answer of. */
  addUnanswered(client: string, call: Call, invoked: number): void;
}

/** Instants come from a counter: what happened before what is known exactly, whatever the clocks say. */
export function createRecorder<Call, Answer>(): Recorder<Call, Answer> {
  const history: Operation<Call, Answer>[] = [];
  let instants = 0;
  return {
    history,
    instant: () => ++instants,
    add(client, call, invoked, answer) {
      history.push({ client, call, answer, invoked, answered: ++instants });
    },
    addUnanswered(client, call, invoked) {
      history.push({ client, call, invoked, answered: Number.POSITIVE_INFINITY });
    },
  };
}

/** A history for people, in the order of the calls. */
export function historyText<Call, Answer>(history: History<Call, Answer>): string {
  const line = ({ client, call, answer, invoked, answered }: Operation<Call, Answer>) =>
    `[${invoked}, ${answered}] ${client}: ${JSON.stringify(call)} -> ${answer === undefined ? '?' : JSON.stringify(answer)}`;
  return [...history]
    .sort((a, b) => a.invoked - b.invoked)
    .map(line)
    .join('\n');
}
