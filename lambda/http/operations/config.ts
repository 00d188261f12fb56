import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ConfigDocument } from '../../../core/config/document.ts';
import { parseConfig } from '../../../core/config/document.ts';
import { configJsonSchema } from '../../../core/config/json-schema.ts';
import { planOf } from '../../../core/config/plan.ts';
import { toIso } from '../../../core/time.ts';
import { type Applied, applyConfig, type ConfigDeps, configHistory, currentConfig } from '../../app/apply-config.ts';
import type { ConfigRevision } from '../../data/config.ts';
import { oneLine } from '../pages/escape.ts';
import { type HttpResponse, json, Problem } from '../problem.ts';
import { checkBytes, checkQuery, fieldPath, readJsonObject } from '../request.ts';
import type { Operations } from '../router.ts';
import { dryRunQuery } from '../schemas.ts';
import { BY_API_KEY } from './incidents.ts';

type Names =
  | 'getConfig'
  | 'putConfig'
  | 'listConfigRevisions'
  | 'getConfigRevision'
  | 'restoreConfig'
  | 'getConfigSchema';

/** Revisions in one answer. */
const MOST_REVISIONS = 50;

export function configOperations(deps: ConfigDeps): Pick<Operations, Names> {
  async function kept(text: string | undefined): Promise<ConfigRevision> {
    const revision = /^\d{1,9}$/.test(text ?? '') ? await deps.config.revision(Number(text)) : undefined;
    const { revision: inForce } = await deps.config.head();
    if (revision && revision.revision <= inForce) return revision;
    throw new Problem('not_found', 'There is no such revision of the configuration.');
  }

  return {
    async getConfig() {
      return showRevision(await currentConfig(deps));
    },

    async putConfig(event) {
      const { dryRun } = checkQuery(dryRunQuery, event.multiValueQueryStringParameters);
      const document = readConfig(readJsonObject(event));
      checkBytes(Buffer.byteLength(JSON.stringify(document)));
      const ifRevision = readIfMatch(event.headers);
      const before = await currentConfig(deps);
      const plan = planOf(before.document, document, deps.now());
      if (dryRun === 'true') return json(200, { revision: before.revision, plan });
      const author = readAuthor(event);
      return showApplied(await applyConfig(deps, document, author, ifRevision), { plan });
    },

    async listConfigRevisions() {
      const revisions = await configHistory(deps, MOST_REVISIONS);
      return json(200, {
        revisions: revisions.map(({ revision: number, author, at }) => ({ revision: number, author, at: toIso(at) })),
      });
    },

    async getConfigRevision(event) {
      return showRevision(await kept(event.pathParameters?.revision));
    },

    async restoreConfig(event) {
      const { document, revision } = await kept(event.pathParameters?.revision);
      const author = `${readAuthor(event)}, restoring revision ${revision}`;
      return showApplied(await applyConfig(deps, document, author, readIfMatch(event.headers)), { restored: revision });
    },

    getConfigSchema: async () => json(200, configJsonSchema(), { 'cache-control': 'max-age=300' }),
  };
}

/** A configuration out of a request; a Problem names every fault at its path. */
export function readConfig(value: unknown): ConfigDocument {
  const result = parseConfig(value);
  if (result.ok) return result.document;
  const errors = result.faults.map(({ path, message }) => ({ field: fieldPath(path), message }));
  throw new Problem(
    'invalid_request',
    `The configuration has ${errors.length} fault${errors.length === 1 ? '' : 's'}.`,
    { errors },
  );
}

function showRevision({ revision, document, author, at }: ConfigRevision): HttpResponse {
  return json(200, document, {
    etag: `"${revision}"`,
    'x-config-author': headerText(author),
    'last-modified': new Date(at).toUTCString(),
  });
}

export function showApplied(result: Applied, more: object): HttpResponse {
  if (result.kind === 'stale') {
    const detail = `The configuration is at revision ${result.revision} by now.`;
    throw new Problem('stale_revision', detail, { more: { revision: result.revision } });
  }
  const { revision, kind } = result;
  return json(200, { revision, changed: kind === 'applied', ...more }, { etag: `"${revision}"` });
}

/** Who applies a configuration, as told in `X-Author`; a header, because the body is the configuration and nothing else. */
export function readAuthor(event: APIGatewayProxyEvent): string {
  return oneLine(header(event.headers, 'x-author') ?? '', MAX_AUTHOR_CHARS) || BY_API_KEY;
}

const MAX_AUTHOR_CHARS = 200;

/** A header holds printable ASCII: anything else is percent-encoded, lest the answer cannot be sent at all. */
function headerText(text: string): string {
  return text.toWellFormed().replace(/[^ -~]/gu, encodeURIComponent);
}

function header(headers: Record<string, string | undefined> | null, wanted: string): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

export function readIfMatch(headers: Record<string, string | undefined> | null): number | undefined {
  const value = header(headers, 'if-match');
  if (value === undefined || value === '*') return undefined;
  const revision = /^"?(\d{1,15})"?$/.exec(value.trim())?.[1];
  if (revision !== undefined) return Number(revision);
  const errors = [{ field: 'If-Match', message: 'must be the ETag of GET /config' }];
  throw new Problem('invalid_request', 'The If-Match header is not a revision.', { errors });
}
