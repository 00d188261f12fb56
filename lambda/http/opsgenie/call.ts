import type { Integration } from '../../../core/integration.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { Trace } from '../../ingest/opsgenie/replies.ts';

/** A request whose key has been accepted and whose body has been read. */
export interface Call {
  readonly integration: Integration;
  /** Undefined when it is empty. */
  readonly body: unknown;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly receivedAt: EpochMs;
  /** The address of this API as the client has it, up to `/v2`. */
  readonly baseUrl: string;
  /** For an answer under `requestId`, or a fresh one. */
  trace(requestId?: string): Trace;
}
