import { LEASE_MS, retryAt } from '../../core/delivery.ts';
import type { IncidentState } from '../../core/incident.ts';
import type { EscalationPolicy } from '../../core/policy.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { T0 } from '../support/builders.ts';
import { type ChannelMode, toldAs, toldBy, type World } from './world.ts';

/** Somebody who is to be told at `at`. */
interface Page {
  readonly to: string;
  at: number;
  /** Also while somebody works on it. */
  readonly persistent: boolean;
  /** By a person, not by the policy. */
  readonly asked: boolean;
  tries: number;
  /** Its sender died: nobody knows whether it left. */
  inDoubt: boolean;
}

interface Step {
  readonly after: number;
  readonly told: ReturnType<typeof toldBy>;
  readonly persistent: boolean;
}

/** What an answer to a request is to be: changed, unchanged, or the reason of its refusal. */
export type Expected = string;

/**
 * An incident as a person would explain it, in one object that changes: the steps of a run laid out in a row, a heap of pages, four
 * clocks. Knows nothing of generations, claims, versions or workflows.
 */
export class Reference {
  now = T0;
  state: IncidentState = 'OPEN';
  count = 1;
  mode: ChannelMode = 'takes';
  claimedAt: number | undefined;
  firstClaimedAt: number | undefined;
  snoozedUntil: number | undefined;
  priority: string | undefined;
  mergedInto: number | undefined;
  /** The other incident does not know yet. */
  owed = false;
  /** Messages that left since somebody looked: whom to and when. */
  readonly sent: string[] = [];
  private steps: Step[];
  private next = 0;
  private began: number;
  private start: number;
  private pages: Page[] = [];
  private lastSent = 0;
  readonly world: World;

  constructor(world: World) {
    this.world = world;
    this.steps = this.layOut(world.policy);
    this.began = T0 + world.heldMs;
    this.start = this.began;
  }

  /** When something is to happen next; undefined when nothing is. May have passed. */
  nextTime(): number | undefined {
    if (this.owed) return this.now;
    const wanted = this.pages.filter((page) => this.wants(page)).map((page) => page.at);
    const step = this.upcoming();
    const times = [...this.clocks().map(([at]) => at), ...wanted, ...(step ? [this.start + step.after] : [])];
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** True when another event is only counted. */
  counts(): boolean {
    const { repageAfterMs, repageAfterAcknowledgedMs } = this.world.settings;
    if (this.state === 'RESOLVED') return false;
    if (this.snoozedUntil !== undefined) return this.now < this.snoozedUntil;
    if (this.state === 'CLAIMED') return this.now < (this.claimedAt ?? 0) + repageAfterAcknowledgedMs;
    return (
      this.upcoming() !== undefined ||
      this.pages.length > 0 ||
      this.now < Math.max(this.start, this.lastSent) + repageAfterMs
    );
  }

  /** Time goes by, and the workflow does on time what is due. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let at = this.nextTime(); at !== undefined && at <= end; at = this.nextTime()) {
      this.now = Math.max(this.now, at);
      this.act();
    }
    this.now = end;
  }

  event(): void {
    if (this.state === 'RESOLVED') return;
    if (!this.counts()) this.rerun();
    this.count += 1;
  }

  acknowledge(): Expected {
    if (this.state === 'RESOLVED') return 'already resolved';
    if (this.state === 'CLAIMED') return 'unchanged';
    this.state = 'CLAIMED';
    this.claimedAt = this.now;
    this.firstClaimedAt ??= this.now;
    this.pages = this.pages.filter((page) => page.persistent || page.inDoubt);
    return 'changed';
  }

  resolve(): Expected {
    if (this.state === 'RESOLVED') return 'unchanged';
    this.state = 'RESOLVED';
    this.snoozedUntil = undefined;
    return 'changed';
  }

  reopen(): Expected {
    if (this.state === 'OPEN') return 'unchanged';
    this.rerun();
    return 'changed';
  }

  snooze(until: number): Expected {
    if (this.state === 'RESOLVED') return 'already resolved';
    if (this.snoozedUntil === until) return 'unchanged';
    this.acknowledge();
    this.snoozedUntil = until;
    return 'changed';
  }

  assign(policy: EscalationPolicy): Expected {
    if (this.state === 'RESOLVED') return 'already resolved';
    this.steps = this.layOut(policy);
    this.rerun();
    return 'changed';
  }

  escalate(): Expected {
    if (this.state === 'RESOLVED') return 'already resolved';
    const step = this.steps[this.next];
    if (!step) return 'nothing to escalate to';
    this.state = 'OPEN';
    this.claimedAt = undefined;
    this.snoozedUntil = undefined;
    this.start = this.now - step.after;
    return 'changed';
  }

  addResponders(users: readonly string[]): Expected {
    if (this.state === 'RESOLVED') return 'already resolved';
    for (const user of new Set(users)) this.plan(toldAs(user), true, true);
    return 'changed';
  }

  prioritize(priority: string): Expected {
    if (this.priority === priority) return 'unchanged';
    this.priority = priority;
    return 'changed';
  }

  merge(into: number, self: number): Expected {
    if (this.mergedInto === into) return 'unchanged';
    if (this.state === 'RESOLVED') return 'already resolved';
    if (into === self) return 'itself';
    this.resolve();
    this.mergedInto = into;
    this.owed = true;
    return 'changed';
  }

  private layOut({ steps, repeats = 0, passMs, atEnd }: EscalationPolicy): Step[] {
    const urgency = this.world.severity === 'WARN' ? 'low' : 'high';
    const fallback = (after: number): Step => ({ after, told: [['fallback', 0]], persistent: false });
    const mine = steps.filter((step) => !step.urgency || step.urgency === urgency);
    if (mine.length === 0) return [fallback(0)];
    const row: Step[] = [];
    for (let pass = 0; pass <= repeats; pass++) {
      for (const { afterMs, targets, stopsWhen } of mine) {
        const once = new Map(targets.flatMap(toldBy).map((told) => [told.join(' '), told]));
        row.push({ after: pass * passMs + afterMs, told: [...once.values()], persistent: stopsWhen === 'resolved' });
      }
    }
    return atEnd === 'fallback' ? [...row, fallback((repeats + 1) * passMs)] : row;
  }

  private wants({ persistent }: { readonly persistent: boolean }): boolean {
    return this.state === 'OPEN' || (this.state === 'CLAIMED' && persistent);
  }

  private upcoming(): Step | undefined {
    return this.steps.slice(this.next).find((step) => this.wants(step));
  }

  private clocks(): [at: number, ring: () => void][] {
    const { acknowledgementTimeoutMs: timeout, autoResolveMs: auto } = this.world.settings;
    if (this.state === 'RESOLVED') return [];
    if (this.snoozedUntil !== undefined) return [[this.snoozedUntil, () => this.rerun()]];
    const clocks: [number, () => void][] = auto === undefined ? [] : [[this.began + auto, () => this.resolve()]];
    if (this.claimedAt !== undefined && timeout !== undefined)
      clocks.push([this.claimedAt + timeout, () => this.rerun()]);
    return clocks.sort(([a], [b]) => a - b);
  }

  /** Everything that is due by now, until nothing is. */
  private act(): void {
    this.owed = false;
    for (;;) {
      const [clock] = this.clocks();
      if (clock && clock[0] <= this.now) {
        clock[1]();
        continue;
      }
      for (let step = this.upcoming(); step && this.start + step.after <= this.now; step = this.upcoming()) {
        this.plan(step.told, step.persistent, false);
        this.next = this.steps.indexOf(step) + 1;
      }
      const due = this.pages.filter((page) => this.wants(page) && page.at <= this.now);
      if (due.length === 0) return;
      for (const page of due) this.send(page);
    }
  }

  private plan(told: Step['told'], persistent: boolean, asked: boolean): void {
    for (const [to, minutes] of told) {
      this.pages.push({ to, at: this.now + minutes * MINUTE_MS, persistent, asked, tries: 0, inDoubt: false });
    }
  }

  private send(page: Page): void {
    this.sent.push(`${page.to} ${this.now - T0}`);
    page.tries += 1;
    page.inDoubt = this.mode === 'dies';
    const role = page.to === 'fallback' ? 'fallback' : 'responder';
    const again = this.mode === 'puts off' ? retryAt(role, page.tries, this.now) : undefined;
    if (page.inDoubt) page.at = this.now + LEASE_MS;
    else if (again !== undefined) page.at = again;
    else this.pages = this.pages.filter((other) => other !== page);
    if (this.mode === 'takes') this.lastSent = this.now;
    else if (!page.inDoubt && again === undefined && role !== 'fallback')
      this.plan([['fallback', 0]], page.persistent, page.asked);
  }

  private rerun(): void {
    this.pages = this.state === 'RESOLVED' ? [] : this.pages.filter((page) => page.asked);
    this.state = 'OPEN';
    this.claimedAt = undefined;
    this.snoozedUntil = undefined;
    this.mergedInto = undefined;
    this.owed = false;
    this.next = 0;
    this.began = this.now;
    this.start = this.now;
    this.lastSent = 0;
  }
}
