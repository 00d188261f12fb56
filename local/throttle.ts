export interface Limit {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** A token bucket, full at first: `burst` requests at once, then `ratePerSecond`. */
export class TokenBucket {
  private readonly limit: Limit;
  private tokens: number;
  private at: number;

  /** `now` in epoch milliseconds, here and below. */
  constructor(limit: Limit, now: number) {
    this.limit = limit;
    this.tokens = limit.burst;
    this.at = now;
  }

  /** Takes a token; false when there is none. */
  take(now: number): boolean {
    const refilled = this.tokens + (Math.max(0, now - this.at) * this.limit.ratePerSecond) / 1_000;
    this.tokens = Math.min(this.limit.burst, refilled);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

/** One bucket for each key of each limit. */
export class Throttle {
  private readonly buckets = new Map<string, TokenBucket>();

  /** True when `limit` allows one more request under `key`; always, without a limit. */
  allows(key: string, limit: Limit | undefined, now: number): boolean {
    if (!limit) return true;
    const bucket = this.buckets.get(key) ?? new TokenBucket(limit, now);
    this.buckets.set(key, bucket);
    return bucket.take(now);
  }
}
