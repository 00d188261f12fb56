import type { History, Operation } from './history.ts';

/** What one object does when calls come one after another. */
export interface Model<State, Call, Answer> {
  readonly initial: State;
  /**
   * The states that `call` may lead to when it answers `answer`; none when it cannot answer so in `state`. Without an answer: all states
   * that it may lead to at all.
   */
  step(state: State, call: Call, answer: Answer | undefined): readonly State[];
  /** The states that may come about by themselves while these are under way. Each change is one atomic step. */
  unprompted?(state: State, underWay: readonly Operation<Call, Answer>[]): readonly State[];
  /** The same text for the same state, and only then. */
  key(state: State): string;
}

export type Verdict<Call, Answer> =
  | { readonly kind: 'linearizable'; readonly order: readonly Operation<Call, Answer>[]; readonly steps: number }
  /** `order` is as far as any order gets; none of `stuck` may come next. */
  | {
      readonly kind: 'not linearizable';
      readonly order: readonly Operation<Call, Answer>[];
      readonly stuck: readonly Operation<Call, Answer>[];
      readonly state: string;
      readonly steps: number;
    }
  /** Given up: neither found nor excluded. */
  | { readonly kind: 'undecided'; readonly steps: number };

const MOST_STEPS = 2_000_000;

/**
 * Looks for an order of all answered operations that the model allows and in which none comes before one that was answered before it
 * was called. A depth-first search that never looks twice at the same set of operations in the same state.
 * Source: Wing and Gong, "Testing and Verifying Concurrent Objects" (1993); Lowe, "Testing for linearizability" (2017).
 */
export function checkLinearizable<State, Call, Answer>(
  history: History<Call, Answer>,
  model: Model<State, Call, Answer>,
  mostSteps = MOST_STEPS,
): Verdict<Call, Answer> {
  // In the order of their answers, which is nearly always the order of their effects: the first guess is mostly right.
  const operations = [...history].sort((a, b) => a.answered - b.answered || a.invoked - b.invoked);
  const seen = new Set<string>();
  const taken = operations.map(() => false);
  const order: Operation<Call, Answer>[] = [];
  let left = operations.filter((operation) => operation.answered < Number.POSITIVE_INFINITY).length;
  let done = 0n;
  let steps = 0;
  let furthest: { order: typeof order; stuck: typeof order; state: string } = { order: [], stuck: [], state: '' };

  function search(state: State): boolean {
    if (left === 0) return true;
    if (steps > mostSteps) return false;
    const key = model.key(state);
    const here = `${done.toString(36)} ${key}`;
    if (seen.has(here)) return false;
    seen.add(here);
    const deadline = operations.find((_, i) => !taken[i])?.answered ?? Number.POSITIVE_INFINITY;
    const candidates = operations.flatMap((operation, i) =>
      !taken[i] && operation.invoked < deadline ? [{ operation, i }] : [],
    );
    if (order.length > furthest.order.length || furthest.state === '')
      furthest = { order: [...order], stuck: candidates.map(({ operation }) => operation), state: key };
    for (const { operation, i } of candidates) {
      steps += 1;
      const bit = 1n << BigInt(i);
      const answered = operation.answer !== undefined;
      taken[i] = true;
      done |= bit;
      left -= answered ? 1 : 0;
      order.push(operation);
      if (model.step(state, operation.call, operation.answer).some(search)) return true;
      order.pop();
      taken[i] = false;
      done &= ~bit;
      left += answered ? 1 : 0;
    }
    const underWay = candidates.map(({ operation }) => operation);
    return (model.unprompted?.(state, underWay) ?? []).some(search);
  }

  if (search(model.initial)) return { kind: 'linearizable', order, steps };
  if (steps > mostSteps) return { kind: 'undecided', steps };
  return { kind: 'not linearizable', ...furthest, steps };
}
