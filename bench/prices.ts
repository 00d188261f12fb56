/**
 * List prices in us-east-1, in dollars, without free tiers and volume discounts. Written down in November 2026 from copies of the pricing
 * pages, not from the pages of that day: check them before relying on a sum.
 */
export const PRICES = {
  /** DynamoDB, on-demand, standard table class (as halved in November 2024). */
  writeUnits: 0.625 / 1e6,
  readUnits: 0.125 / 1e6,
  /** Step Functions, standard workflows. */
  transitions: 0.025 / 1e3,
  /** SES, outbound mail; attachments would cost more, and there are none. */
  mails: 0.1 / 1e3,
  /** API Gateway, REST API, first 333 million a month. */
  apiRequests: 3.5 / 1e6,
  /** Lambda. */
  invocations: 0.2 / 1e6,
  /** Lambda on arm64, first 7.5 billion a month. */
  gigabyteSeconds: 0.0000133334,
} as const;

export type Priced = keyof typeof PRICES;
export type Usage = Readonly<Record<Priced, number>>;

export const PRICED = Object.keys(PRICES) as Priced[];

/** What `times` of this usage cost, by item, in dollars. */
export function cost(usage: Usage, times: number): Usage {
  return Object.fromEntries(PRICED.map((name) => [name, usage[name] * PRICES[name] * times])) as Usage;
}

export function total(costs: Usage): number {
  return PRICED.reduce((sum, name) => sum + costs[name], 0);
}
