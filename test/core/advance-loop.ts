import { mergeTold } from '../../core/actions.ts';
import type { ChannelOutcome, Delivery } from '../../core/delivery.ts';
import { type Decision, decide, nextDue } from '../../core/escalation.ts';
import type { Incident, IncidentState } from '../../core/incident.ts';
import type { Directory } from '../../core/oncall.ts';
import { recordBounce, recordOutcomes } from '../../core/outcome.ts';
import { applyChange } from '../../core/transitions.ts';

/** A time limit that has passed, and a plan: what a turn may write before it sends or waits, with room. */
const MOST_CHANGES = 5;

/** A message that left: what the channel was given, and the incident's state at that instant. */
export interface Sent {
  readonly delivery: Delivery;
  readonly outcome: ChannelOutcome;
  readonly state: IncidentState;
  readonly at: number;
}

/**
 * The loop around the core in memory: load, decide, save on condition, send, record. Senders may die after their claim or report
 * late; time goes on by itself as told.
 */
export class AdvanceLoop {
  incident: Incident;
  now: number;
  /** Messages in the order in which they left. */
  readonly sent: Sent[] = [];
  private late: Sent[] = [];
  private claims = 0;
  private readonly directory: Directory;
  private readonly outcomes: () => ChannelOutcome;

  constructor(incident: Incident, now: number, directory: Directory, outcomes: () => ChannelOutcome) {
    this.incident = incident;
    this.now = now;
    this.directory = directory;
    this.outcomes = outcomes;
  }

  /** One turn of the workflow in charge. Answers until when it waits; undefined when it has ended. */
  turn(): number | undefined {
    const messages = this.claimAndSend();
    if (typeof messages === 'number') return messages;
    if (!messages) return undefined;
    this.report(messages);
    const due = nextDue(this.incident);
    return due === undefined ? undefined : Math.max(due, this.now);
  }

  /** The first half of a turn. What it sent is reported by {@link reportLate}, or never. */
  halfTurn(): void {
    const messages = this.claimAndSend();
    if (Array.isArray(messages)) this.late.push(...messages);
  }

  reportLate(): void {
    this.report(this.late);
    this.late = [];
  }

  change(state: IncidentState): void {
    const decision = applyChange(this.incident, { state, by: 'somebody' }, this.now);
    if (decision.kind === 'changed') this.save(this.incident.version, decision.incident);
  }

  /** The newest page of the run that was taken turns out not to have arrived. Answers which. */
  bounce(): Delivery | undefined {
    const delivery = this.incident.escalation.deliveries.findLast((d) => d.status === 'sent');
    if (!delivery) return undefined;
    const bounce = { permanent: true, text: `page ${delivery.id} came back` };
    const after = recordBounce(this.incident, delivery.id, bounce, this.now, this.directory);
    if (after) this.save(this.incident.version, after);
    return delivery;
  }

  private claimAndSend(): Sent[] | number | undefined {
    for (let changes = 0; changes < MOST_CHANGES; changes++) {
      const loaded = this.incident;
      this.claims += 1;
      const decision = decide(loaded, loaded.generation, this.directory, this.now, `claim ${this.claims}`);
      if (decision.kind === 'done') return undefined;
      if (decision.kind === 'wait') return decision.until;
      if (decision.kind === 'send') return this.send(loaded, decision);
      this.save(loaded.version, decision.kind === 'change' ? decision.incident : mergeTold(loaded));
    }
    throw new Error('a turn changes the incident again and again');
  }

  private send(loaded: Incident, decision: Extract<Decision, { kind: 'send' }>): Sent[] | number {
    // Another worker decided in the same instant; the first to save wins.
    const rival = decide(loaded, loaded.generation, this.directory, this.now, `rival ${this.claims}`);
    if (!this.save(loaded.version, decision.incident)) return this.now;
    if (rival.kind === 'send' && this.save(loaded.version, rival.incident)) throw new Error('two claims were saved');
    const messages = decision.deliveries.map(
      (delivery): Sent => ({ delivery, outcome: this.outcomes(), state: this.incident.state, at: this.now }),
    );
    this.sent.push(...messages);
    return messages;
  }

  private report(messages: readonly Sent[]): void {
    if (messages.length === 0) return;
    this.save(this.incident.version, recordOutcomes(this.incident, messages, this.now, this.directory));
  }

  private save(version: number, after: Incident): boolean {
    if (this.incident.version !== version) return false;
    this.incident = { ...after, version: version + 1 };
    return true;
  }
}
