import type { FormatName } from './ingest-formats.ts';

export interface IngestRoute {
  readonly format: FormatName;
  /** Percent-decoded; where it is part of the path. */
  readonly key?: string;
}

/** The ends of paths, with the key in the first group where there is one. */
const ENDS: readonly (readonly [end: RegExp, format: FormatName])[] = [
  [/\/v2\/change\/enqueue$/, 'change'],
  [/\/integration\/([^/]+)\/enqueue$/, 'integration'],
  [/\/v2\/enqueue$/, 'v2'],
  [/\/generic\/2010-04-15\/create_event\.json$/, 'v1'],
  [/\/x-ere\/([^/]+)$/, 'integration'],
  [/\/v1\/json\/integrations\/webhooks\/netdata$/, 'netdata'],
  ...(['alertmanager', 'grafana', 'cloudwatch', 'apprise', 'nagios', 'json', 'netdata'] as const).flatMap(
    (format) =>
      [
        [new RegExp(`/${format}/([^/]+)$`), format],
        // The key is in the query or in a header then.
        [new RegExp(`/${format}$`), format],
      ] as const,
  ),
];

/**
 * The route of a path: the vendors' own paths, at the root or under any prefix, with or without a slash at the end. Only the end of a
 * path counts, because senders append it to whatever address they are given.
 */
export function routeIngest(path: string): IngestRoute | undefined {
  const bare = path.replace(/\/+$/, '');
  if (bare === '') return { format: 'handler' };
  for (const [end, format] of ENDS) {
    const match = end.exec(bare);
    if (!match) continue;
    const key = match[1];
    return key === undefined ? { format } : { format, key: decode(key) };
  }
  return undefined;
}

/** Opsgenie's part of the paths. An alias in it may hold anything, another protocol's path included, so it is asked first. */
export function isOpsgeniePath(path: string): boolean {
  return /\/v2\/(alerts|heartbeats)(\/|$)/.test(path);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
