import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { percentile } from '../statistics.ts';
import { acceptance, type Sent } from './event.ts';
import type { Findings } from './verify.ts';

/** One thing under one load. */
export interface Run {
  readonly subject: string;
  /** What was measured; warming up is left out. */
  readonly sent: readonly Sent[];
  readonly findings: Findings;
  /** What does not fit into the table, as sentences. */
  readonly notes: readonly string[];
  /** Broken promises. Any of them makes the bench fail; what is compared with makes none. */
  readonly broken: readonly string[];
}

/** Runs under the same load, as a section of docs/load.md. */
export interface Part {
  readonly title: string;
  readonly runs: readonly Run[];
}

const HEAD = [
  '',
  'offered',
  'accepted',
  '429',
  '503',
  'failed',
  'lost',
  'paged twice',
  'per second',
  'answer, ms',
  'page, ms',
];

export function renderPart({ title, runs }: Part): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...runs.map(cells)].map((row) => `| ${row.join(' | ')} |`);
  const notes = runs.flatMap(({ subject, notes }) => notes.map((note) => `- ${subject}: ${note}`));
  const load = `- Load average of the last one and five minutes: ${averages(2)}.`;
  return `### ${title}\n\n${rows.join('\n')}\n\n${[...notes, load].join('\n')}\n`;
}

/** When and where: what a figure means nothing without. */
export function renderPlace(command: string, versions: readonly string[]): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return [
    `\`${command}\`, ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${gigabytes} GB, ${type()} ${release().split('-')[0]}, Node ${process.versions.node}${versions.map((version) => `, ${version}`).join('')}.`,
    `Load average before: ${averages(3)}.`,
  ].join('\n');
}

function averages(count: number): string {
  return loadavg()
    .slice(0, count)
    .map((average) => average.toFixed(1))
    .join(', ');
}

function cells({ subject, sent, findings }: Run): string[] {
  const accepted = sent.flatMap((each) => {
    const attempt = acceptance(each);
    return attempt ? [{ delay: attempt.endedAt - each.dueAt, at: attempt.endedAt }] : [];
  });
  const statuses = sent.flatMap(({ attempts }) => attempts.map(({ answer }) => answer?.status ?? 0));
  const count = (matches: (status: number) => boolean) => String(statuses.filter(matches).length);
  const keys = new Set(sent.map(({ event }) => event.key));
  const pageDelays = [...findings.pageDelays].filter(([key]) => keys.has(key)).map(([, delay]) => delay);
  const begin = least(sent.map(({ dueAt }) => dueAt));
  const seconds =
    (percentile(
      accepted.map(({ at }) => at),
      1,
    ) -
      begin) /
    1_000;
  return [
    subject,
    String(sent.length),
    String(accepted.length),
    count((status) => status === 429),
    count((status) => status === 503),
    count((status) => status === 0 || (status >= 300 && status !== 429 && status !== 503)),
    String(findings.lost.length),
    String(findings.twice.length),
    (accepted.length / seconds).toFixed(accepted.length / seconds < 100 ? 1 : 0),
    spread(accepted.map(({ delay }) => delay)),
    spread(pageDelays),
  ];
}

/** p50 / p95 / p99 / max */
function spread(milliseconds: readonly number[]): string {
  if (milliseconds.length === 0) return 'none';
  if (milliseconds.length === 1) return format(milliseconds[0] ?? Number.NaN);
  return [0.5, 0.95, 0.99, 1].map((fraction) => format(percentile(milliseconds, fraction))).join(' / ');
}

function format(milliseconds: number): string {
  return milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds).toLocaleString('en');
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
