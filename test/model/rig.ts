import { type Action, applyAction, mergeTold, repeat, takeMerge } from '../../core/actions.ts';
import type { ChannelOutcome } from '../../core/delivery.ts';
import { decide } from '../../core/escalation.ts';
import type { Incident } from '../../core/incident.ts';
import { recordOutcomes } from '../../core/outcome.ts';
import { applyChange, type Change, type ChangeDecision } from '../../core/transitions.ts';
import { anIncident, aPolicy, T0 } from '../support/builders.ts';
import { type ChannelMode, DIRECTORY, type World } from './world.ts';

const ANSWERS: Readonly<Record<Exclude<ChannelMode, 'dies'>, ChannelOutcome>> = {
  takes: { kind: 'ok', messageId: 'message' },
  'puts off': { kind: 'retryable', error: 'throttled' },
  refuses: { kind: 'permanent', error: 'address refused' },
};
/** Far above what one instant can need. */
const MOST_TURNS = 60;

/** The real core with the least around it that the application puts there: one stored item, and one workflow that keeps its waits. */
export class Rig {
  incident: Incident;
  /** The incident that others are merged into. */
  other = anIncident({ title: 'The other one' }, 10_001);
  now = T0;
  mode: ChannelMode = 'takes';
  /** Messages that left since somebody looked. */
  readonly sent: string[] = [];
  sentInAll = 0;
  /** The execution in charge and when it wakes; undefined once it has ended. Nothing else wakes an incident here: no reconciler. */
  workflow: { readonly generation: number; readonly at: number } | undefined;

  readonly world: World;
  private readonly started = new Set<number>();

  constructor(world: World) {
    const { policy, severity, settings, heldMs } = world;
    this.world = world;
    const maintenance = heldMs > 0 ? [{ id: 'held', from: T0, to: T0 + heldMs }] : [];
    this.incident = anIncident({ severity }, 10_000, T0, {
      policy: aPolicy(policy.steps, policy),
      settings,
      maintenance,
    });
    this.start();
  }

  change(change: Omit<Change, 'by'>): string {
    return this.take(applyChange(this.incident, { ...change, by: 'somebody' }, this.now));
  }

  act(action: Action, ifVersion?: number): string {
    const request = { by: 'somebody', ...(ifVersion === undefined ? {} : { ifVersion }) };
    return this.take(applyAction(this.incident, action, request, DIRECTORY, this.now));
  }

  event(): void {
    if (this.incident.absorbUntil <= this.now) {
      const again = repeat(this.incident, this.now);
      if (!again) return;
      this.save(again);
      this.start();
    }
    this.incident = { ...this.incident, count: this.incident.count + 1, lastSeenAt: this.now };
  }

  pass(ms: number): void {
    const end = this.now + ms;
    let turns = 0;
    while (this.workflow && this.workflow.at <= end) {
      if (this.workflow.at > this.now) turns = 0;
      turns += 1;
      if (turns > MOST_TURNS) throw new Error('the workflow does not get on');
      this.now = Math.max(this.now, this.workflow.at);
      this.turn(this.workflow.generation);
    }
    this.now = end;
  }

  private turn(generation: number): void {
    const decision = decide(this.incident, generation, DIRECTORY, this.now, `claim ${this.incident.version}`);
    switch (decision.kind) {
      case 'done':
        this.workflow = undefined;
        return;
      case 'wait':
        if (decision.until <= this.now) throw new Error('told to wait for the past');
        this.workflow = { generation, at: decision.until };
        return;
      case 'change':
        this.save(decision.incident);
        return;
      case 'tell merge':
        this.other = takeMerge(this.other, this.incident, this.now) ?? this.other;
        this.save(mergeTold(this.incident));
        return;
      case 'send': {
        this.save(decision.incident);
        const { deliveries } = decision;
        this.sent.push(...deliveries.map(({ to }) => `${to.address.replace('@example.org', '')} ${this.now - T0}`));
        this.sentInAll += deliveries.length;
        if (this.mode === 'dies') return;
        const outcome = ANSWERS[this.mode];
        const reports = deliveries.map((delivery) => ({ delivery, outcome }));
        this.save(recordOutcomes(this.incident, reports, this.now, DIRECTORY));
      }
    }
  }

  private take(decision: ChangeDecision): string {
    if (decision.kind === 'changed') {
      this.save(decision.incident);
      if (decision.wake) this.start();
      return 'changed';
    }
    if (decision.incident !== this.incident) throw new Error('what is not changed is to be what it was');
    return decision.kind === 'refused' ? decision.reason : 'unchanged';
  }

  /** An execution is named after the generation: there is one of a name, ever. */
  private start(): void {
    if (this.started.has(this.incident.generation)) return;
    this.started.add(this.incident.generation);
    this.workflow = { generation: this.incident.generation, at: this.now };
  }

  private save(after: Incident): void {
    this.incident = { ...after, version: this.incident.version + 1 };
  }
}
