/**
 * The value that `fraction` of the samples do not exceed (nearest rank), so always one of them; NaN of none. `fraction` from 0 to 1.
 */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** With an even number of samples, the lower of the two in the middle. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** `p50 12.3, p95 45.6, p99 78.9, max 90.1 ms` */
export function spread(milliseconds: readonly number[]): string {
  const at = (fraction: number) => percentile(milliseconds, fraction).toFixed(1);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)} ms`;
}
