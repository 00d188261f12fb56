import { isObject, textOf } from '../shape.ts';

export interface OpsgenieCredentials {
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The parsed body, where the legacy clients put `apiKey`. */
  readonly body?: unknown;
}

/**
 * The API key of a request, in Opsgenie's three ways: `Authorization: GenieKey <key>`, `Authorization: Basic <base64 of the key>`, or
 * `apiKey` in query or body. The header comes first. Undefined when there is none; not checked yet. Follows docs.opsgenie.com
 * "API access management".
 */
export function opsgenieKey({ headers, query, body }: OpsgenieCredentials): string | undefined {
  const entry = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization');
  return (
    keyOfHeader(entry?.[1] ?? '') ??
    textOf(query.apiKey)?.trim() ??
    (isObject(body) ? textOf(body.apiKey)?.trim() : undefined)
  );
}

function keyOfHeader(header: string): string | undefined {
  const match = /^(geniekey|basic)\s+(\S+)\s*$/i.exec(header.trim());
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  if (match[1].toLowerCase() === 'geniekey') return match[2];
  // `curl -u key:` and `curl -u :key` put a colon on either side.
  return textOf(Buffer.from(match[2], 'base64').toString('utf8').trim().replace(/^:|:$/g, ''));
}
