import fc from 'fast-check';
import type { Severity } from '../../core/incident.ts';
import type { Directory } from '../../core/oncall.ts';
import type { EscalationPolicy, Target } from '../../core/policy.ts';
import type { ServiceSettings } from '../../core/service.ts';
import { HOUR_MS, MINUTE_MS } from '../../core/time.ts';
import { aWholePolicy, SOME_PEOPLE } from '../support/arbitraries.ts';
import { aDirectory } from '../support/builders.ts';

/** What happens to a message: taken, put off, refused, or its sender dies before it can say. */
export const CHANNEL_MODES = ['takes', 'puts off', 'refuses', 'dies'] as const;
export type ChannelMode = (typeof CHANNEL_MODES)[number];

/** What an incident is raised in. */
export interface World {
  readonly policy: EscalationPolicy;
  /** What it may be assigned to. */
  readonly others: readonly [EscalationPolicy, EscalationPolicy];
  readonly severity: Severity;
  readonly settings: ServiceSettings;
  /** Length of a maintenance window that begins with the incident; 0 for none. */
  readonly heldMs: number;
}

export const DIRECTORY: Directory = aDirectory({ default: { oncall: 'ada@example.org' } }, SOME_PEOPLE);

type Told = readonly (readonly [to: string, minutes: number])[];
const FALLBACK: Told = [['fallback', 0]];
const USERS: Readonly<Record<string, Told>> = {
  ada: [['ada', 0]],
  lin: [
    ['lin', 0],
    ['lin', 5],
  ],
  margaret: [['margaret', 2]],
};
const CREW: Told = ['ada', 'lin', 'margaret'].flatMap((user) => USERS[user] ?? []);

/** Whom a user stands for in {@link DIRECTORY}, and how long after the step. */
export const toldAs = (user: string): Told => USERS[user] ?? FALLBACK;

/** The same of a target; incident 10000 is the second member's turn. */
export function toldBy(target: Target): Told {
  switch (target.kind) {
    case 'calendar':
      return target.role === 'oncall' ? toldAs('ada') : FALLBACK;
    case 'address':
      return [[target.address.replace('@example.org', ''), 0]];
    case 'user':
      return toldAs(target.user);
    case 'schedule':
      return toldAs(target.schedule === 'always' ? 'lin' : '');
    case 'team':
      if (target.team !== 'crew') return FALLBACK;
      return target.mode === 'everyone' ? CREW : toldAs('lin');
  }
}

const minutes = (min: number, max: number) => fc.integer({ min, max }).map((value) => value * MINUTE_MS);

const settings: fc.Arbitrary<ServiceSettings> = fc.record(
  {
    acknowledgementTimeoutMs: minutes(1, 120),
    autoResolveMs: minutes(1, 600),
    repageAfterMs: minutes(0, 90),
    repageAfterAcknowledgedMs: minutes(0, 600),
  },
  { requiredKeys: ['repageAfterMs', 'repageAfterAcknowledgedMs'] },
);

export const aWorld: fc.Arbitrary<World> = fc.record({
  policy: aWholePolicy,
  others: fc.tuple(aWholePolicy, aWholePolicy),
  severity: fc.constantFrom('CRIT' as const, 'WARN' as const),
  settings,
  heldMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 2 * HOUR_MS })),
});
