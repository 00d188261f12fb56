import { configDocument } from '../../../core/config/document.ts';
import { applyConfig, type ConfigDeps, currentConfig } from '../../app/apply-config.ts';
import { json, Problem } from '../problem.ts';
import { check, checkBytes, readJsonObject } from '../request.ts';
import type { Operations } from '../router.ts';

export function configOperations(deps: ConfigDeps): Pick<Operations, 'getConfig' | 'putConfig'> {
  return {
    async getConfig() {
      const { revision, document, author, at } = await currentConfig(deps);
      return json(200, document, {
        etag: `"${revision}"`,
        'x-config-author': author,
        'last-modified': new Date(at).toUTCString(),
      });
    },

    async putConfig(event) {
      const document = check(configDocument, readJsonObject(event), 'configuration');
      checkBytes(Buffer.byteLength(JSON.stringify(document)));
      const ifRevision = readIfMatch(event.headers);
      const result = await applyConfig(deps, document, 'API key', ifRevision);
      if (result.kind === 'stale') {
        const detail = `The configuration is at revision ${result.revision} by now.`;
        throw new Problem('stale_revision', detail, { more: { revision: result.revision } });
      }
      return json(
        200,
        { revision: result.revision, changed: result.kind === 'applied' },
        { etag: `"${result.revision}"` },
      );
    },
  };
}

function readIfMatch(headers: Record<string, string | undefined> | null): number | undefined {
  const value = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'if-match')?.[1];
  if (value === undefined || value === '*') return undefined;
  const revision = /^"?(\d{1,15})"?$/.exec(value.trim())?.[1];
  if (revision !== undefined) return Number(revision);
  const errors = [{ field: 'If-Match', message: 'must be the ETag of GET /config' }];
  throw new Problem('invalid_request', 'The If-Match header is not a revision.', { errors });
}
