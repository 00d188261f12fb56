import { type EpochMs, HOUR_MS } from '../../core/time.ts';
import type { LinkSecret } from '../data/link-secrets.ts';
import { signLink } from './link-token.ts';

/** Links in a mail work for a week: longer than any incident should be open, shorter than a mailbox is kept. */
export const LINK_VALID_MS = 7 * 24 * HOUR_MS;

/** The addresses behind "see it" and "acknowledge it", for one person and one incident. */
export function linksFor(
  publicUrl: string,
  incidentId: number,
  person: string,
  secrets: readonly LinkSecret[],
  now: EpochMs,
): { viewUrl: string; ackUrl: string } {
  const grant = { incidentId, person, expiresAt: now + LINK_VALID_MS };
  return {
    viewUrl: `${publicUrl}/i/${signLink({ ...grant, purpose: 'view' }, secrets)}`,
    ackUrl: `${publicUrl}/ack/${signLink({ ...grant, purpose: 'ack' }, secrets)}`,
  };
}
