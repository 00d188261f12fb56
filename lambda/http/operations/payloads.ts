import type { PayloadStore } from '../../data/payloads.ts';
import { Problem } from '../problem.ts';
import type { Operations } from '../router.ts';

/** The whole of an event that was too large for its incident. Its unguessable id is the authority. */
export function payloadOperations(deps: {
  readonly payloads: Pick<PayloadStore, 'get'>;
}): Pick<Operations, 'getPayload'> {
  return {
    async getPayload(event) {
      const id = event.pathParameters?.id ?? '';
      const text = /^[0-9a-f]{32}$/.test(id) ? await deps.payloads.get(id) : undefined;
      if (text === undefined) throw new Problem('not_found', 'There is no such event, or it is older than 90 days.');
      return {
        statusCode: 200,
        headers: {
          'content-type': 'application/json',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'content-security-policy': "default-src 'none'",
        },
        body: text,
      };
    },
  };
}
