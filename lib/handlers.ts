export interface HandlerDefinition {
  /** File in lambda/handlers, without `.ts`; it exports `handler`. */
  readonly entry: string;
  readonly timeoutSeconds: number;
  readonly description: string;
}

/** The Lambda functions, by the name that permissions, alarms and reserved concurrency use. */
export const HANDLERS = {
  processor: {
    entry: 'incident-processor',
    timeoutSeconds: 15,
    description: 'Answers the API: raises, lists and changes incidents, serves the links of mails',
  },
  /** Below API Gateway's 29 s. */
  ingest: {
    entry: 'ingest',
    timeoutSeconds: 25,
    description: 'Takes events of senders in: PagerDuty, Opsgenie, Alertmanager, Grafana, CloudWatch, mail',
  },
  /** Below the 60 s of its task in the state machine. */
  notifier: { entry: 'notifier', timeoutSeconds: 30, description: 'Advances an escalation: pages who is due' },
  /** Below the minute until the next run, and below the lease of a claim. */
  reconciler: { entry: 'reconciler', timeoutSeconds: 50, description: 'Finds overdue work every minute and does it' },
  mailEvents: {
    entry: 'mail-events',
    timeoutSeconds: 15,
    description: 'Takes in bounces, complaints and delays of mails',
  },
} as const satisfies Record<string, HandlerDefinition>;

export type HandlerName = keyof typeof HANDLERS;

export const HANDLER_NAMES = Object.keys(HANDLERS) as HandlerName[];

/** Lambda functions that are made only where the deployment asks for them. */
export const OPTIONAL_HANDLERS = {
  /** Two requests of up to 10 s each. */
  canary: {
    entry: 'canary',
    timeoutSeconds: 30,
    description: 'Sends a canary incident through everything, and hears of its mail',
  },
} as const satisfies Record<string, HandlerDefinition>;

export type OptionalHandlerName = keyof typeof OPTIONAL_HANDLERS;

export const OPTIONAL_HANDLER_NAMES = Object.keys(OPTIONAL_HANDLERS) as OptionalHandlerName[];
