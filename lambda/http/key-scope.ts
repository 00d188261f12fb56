import type { Operation, Route } from './routes.ts';

/** What an API key may be used for. */
export type Scope = 'send' | 'read' | 'write' | 'admin';

/** The ids of the API keys that may do more, or less, than the general one, which sends, reads and writes. */
export interface KeyIds {
  readonly admin: string;
  readonly send: string;
  readonly read: string;
}

/** What a request to a route needs; undefined where the API key is not what decides. */
export function scopeOf({ auth, method, operation }: Route & { readonly operation: Operation }): Scope | undefined {
  if (auth === 'admin') return 'admin';
  if (auth !== 'key') return undefined;
  if (operation === 'raiseIncident') return 'send';
  return method === 'GET' || operation === 'simulate' ? 'read' : 'write';
}

/** Whether the key with this id may do that. No key may nothing, should API Gateway ever hand on a request without one. */
export function allows(keys: KeyIds, keyId: string | null | undefined, scope: Scope): boolean {
  if (!keyId) return false;
  if (keyId === keys.admin) return true;
  if (keyId === keys.send) return scope === 'send';
  if (keyId === keys.read) return scope === 'read';
  return scope !== 'admin';
}
