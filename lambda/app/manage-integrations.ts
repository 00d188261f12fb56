import type { Integration, IntegrationKind } from '../../core/integration.ts';
import { type EpochMs, SECOND_MS } from '../../core/time.ts';
import type { IntegrationKey, IntegrationStore } from '../data/integrations.ts';
import type { Surroundings } from './ports.ts';

export interface ManageDeps extends Surroundings {
  readonly integrations: IntegrationStore;
}

export type NewIntegration = Omit<Integration, 'integrationId' | 'createdAt'>;

/** A key in the clear: told once, to whoever asked for it, and kept nowhere. */
export interface Issued {
  readonly integration: Integration;
  readonly key: string;
}

export interface ListedIntegration {
  readonly integration: Integration;
  readonly lastUsedAt?: EpochMs;
  /** The keys that work. */
  readonly keys: readonly IntegrationKey[];
}

export async function createIntegration(deps: ManageDeps, wanted: NewIntegration): Promise<Issued> {
  const now = deps.now();
  const integration: Integration = { ...wanted, integrationId: `int-${deps.token().slice(0, 12)}`, createdAt: now };
  const key = makeKey(wanted.kind, deps.token());
  await deps.integrations.add(key, integration, now);
  return { integration, key };
}

/** Every integration that has a key that works, oldest first. */
export async function listIntegrations(deps: ManageDeps): Promise<ListedIntegration[]> {
  const byId = new Map<string, IntegrationKey[]>();
  for (const key of living(await deps.integrations.keys(), deps.now())) {
    const id = key.integration.integrationId;
    byId.set(id, [...(byId.get(id) ?? []), key]);
  }
  return [...byId.values()]
    .flatMap((keys) => {
      const [newest] = keys.slice(-1);
      if (!newest) return [];
      const used = keys.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
      return { integration: newest.integration, keys, ...(used.length === 0 ? {} : { lastUsedAt: Math.max(...used) }) };
    })
    .sort((a, b) => a.integration.createdAt - b.integration.createdAt);
}

/**
 * Issues a second key, and lets the first one work for `graceSeconds` more. A key that was on its way out already ends now. The new key
 * is written first: dying in between leaves two keys that work, and the next rotation ends both. Undefined: no such integration.
 */
export async function rotateIntegration(
  deps: ManageDeps,
  integrationId: string,
  graceSeconds: number,
): Promise<(Issued & { readonly oldKeyUntil: EpochMs }) | undefined> {
  const now = deps.now();
  const keys = living(await deps.integrations.keys(integrationId), now);
  const integration = keys.at(-1)?.integration;
  if (!integration) return undefined;
  const key = makeKey(integration.kind, deps.token());
  await deps.integrations.add(key, integration, now);
  const oldKeyUntil = now + graceSeconds * SECOND_MS;
  for (const { keyHash, expiresAt } of keys) {
    await deps.integrations.expire(keyHash, expiresAt === undefined ? oldKeyUntil : now);
  }
  return { integration, key, oldKeyUntil };
}

/** Ends every key at once. False: no such integration. */
export async function removeIntegration(deps: ManageDeps, integrationId: string): Promise<boolean> {
  const keys = living(await deps.integrations.keys(integrationId), deps.now());
  for (const { keyHash } of keys) await deps.integrations.expire(keyHash, deps.now());
  return keys.length > 0;
}

function living(keys: readonly IntegrationKey[], now: EpochMs): IntegrationKey[] {
  return keys.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * A key in the shape that the clients of its kind check: 32 hex digits (PagerDuty), `R` and 31 upper-case alphanumerics (a PagerDuty
 * global key), a UUID (Opsgenie). `token` is 32 hex digits of randomness: 122 bits and more are kept in every shape.
 */
export function makeKey(kind: IntegrationKind, token: string): string {
  if (kind === 'opsgenie') {
    const variant = '89ab'.charAt(Number.parseInt(token.charAt(16), 16) % 4);
    const parts = [
      token.slice(0, 8),
      token.slice(8, 12),
      `4${token.slice(13, 16)}`,
      variant + token.slice(17, 20),
      token.slice(20),
    ];
    return parts.join('-');
  }
  if (kind !== 'global') return token;
  let value = BigInt(`0x${token}`);
  let text = '';
  for (let i = 0; i < 31; i++) {
    text += LETTERS.charAt(Number(value % 36n));
    value /= 36n;
  }
  return `R${text}`;
}
