import type { ConfigDeps } from '../../app/apply-config.ts';
import { openApiDocument } from '../openapi.ts';
import { json } from '../problem.ts';
import type { Operations } from '../router.ts';

export function descriptionOperations(
  deps: Pick<ConfigDeps, 'config'> & { readonly publicUrl: string },
): Pick<Operations, 'getOpenApi' | 'getHealth'> {
  return {
    getOpenApi: async () => json(200, openApiDocument(deps.publicUrl), { 'cache-control': 'max-age=300' }),

    /** Reads the configuration's head: without the database no incident can be taken, so no 200 either. */
    async getHealth() {
      const { revision } = await deps.config.head();
      return json(200, { status: 'ok', configurationRevision: revision });
    },
  };
}
