import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { FunctionEngine } from './functions.ts';
import type { Found, Resources } from './resources.ts';

const UNITS_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** `rate(5 minutes)` in milliseconds. */
const rate = z.string().transform((expression, context) => {
  const match = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (match) return Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS];
  context.addIssue({ code: 'custom', message: `only rate(…) is understood here, not ${expression}` });
  return z.NEVER;
});
const target = z.object({
  Arn: z.string().regex(/:lambda:/, 'only Lambda functions are called here'),
  Input: z.string().optional(),
});
const state = z.enum(['ENABLED', 'DISABLED']).default('ENABLED');

/** A rule with a pattern instead waits for events of other services, of which there are none here. */
const ruleSchema = z.object({ ScheduleExpression: rate, State: state, Targets: z.array(target).default([]) });
const anyRuleSchema = ruleSchema.extend({ ScheduleExpression: rate.optional() });
const scheduleSchema = z.object({ ScheduleExpression: rate, State: state, Target: target });

export interface Schedules {
  start(): void;
  stop(): void;
}

/** Calls functions at a fixed rate, beginning one period after the start. */
export function readSchedules(
  resources: Resources,
  { account, region }: { account: string; region: string },
  functions: Pick<FunctionEngine, 'deliver'>,
): Schedules {
  const rules = resources
    .ofType('AWS::Events::Rule', anyRuleSchema)
    .flatMap(({ properties: { ScheduleExpression, ...rest }, ...found }) =>
      ScheduleExpression === undefined ? [] : [{ ...found, properties: { ...rest, ScheduleExpression } }],
    );
  const schedules = resources
    .ofType('AWS::Scheduler::Schedule', scheduleSchema)
    .map(({ properties: { Target, ...rest }, ...found }) => ({ ...found, properties: { ...rest, Targets: [Target] } }));
  const enabled = [...rules, ...schedules].filter(({ properties }) => properties.State === 'ENABLED');
  let timers: NodeJS.Timeout[] = [];

  function fire({ logicalId, properties }: Found<z.output<typeof ruleSchema>>): void {
    for (const { Arn, Input } of properties.Targets) {
      const event = {
        version: '0',
        id: randomUUID(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account,
        region,
        time: `${new Date().toISOString().slice(0, 19)}Z`,
        resources: [resources.arnOf(logicalId)],
        detail: {},
      };
      functions.deliver(Arn, Input === undefined ? event : JSON.parse(Input));
    }
  }

  return {
    start() {
      timers = enabled.map((rule) => setInterval(() => fire(rule), rule.properties.ScheduleExpression));
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
