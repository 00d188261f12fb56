/** An alert as Opsgenie's API shows it. Follows opsgenie/opsgenie-oas Alert and BaseAlert. */
import type { Priority } from '../../../core/event.ts';
import { type EpochMs, toIso } from '../../../core/time.ts';
import type { JsonObject } from '../shape.ts';
import type { Responder } from './create.ts';

export interface AlertView {
  /** `<uuid>-<epoch ms>`. */
  readonly id: string;
  readonly tinyId: string;
  readonly alias: string;
  readonly message: string;
  readonly status: 'open' | 'closed';
  readonly acknowledged: boolean;
  readonly isSeen: boolean;
  readonly tags: readonly string[];
  readonly snoozedUntil?: EpochMs;
  readonly count: number;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly lastOccurredAt: EpochMs;
  readonly source: string;
  readonly owner: string;
  readonly priority: Priority;
  readonly responders: readonly Responder[];
  readonly integration: { readonly id: string; readonly name: string; readonly type: string };
  readonly report?: {
    readonly ackTimeMs?: number;
    readonly closeTimeMs?: number;
    readonly acknowledgedBy?: string;
    readonly closedBy?: string;
  };
  readonly actions: readonly string[];
  readonly entity: string;
  readonly description: string;
  readonly details: Readonly<Record<string, string>>;
}

/** As it stands in a list. */
export function alertListItem(view: AlertView): JsonObject {
  const { ackTimeMs, closeTimeMs, ...who } = view.report ?? {};
  return {
    id: view.id,
    tinyId: view.tinyId,
    alias: view.alias,
    message: view.message,
    status: view.status,
    acknowledged: view.acknowledged,
    isSeen: view.isSeen,
    tags: view.tags,
    snoozed: view.snoozedUntil !== undefined,
    ...(view.snoozedUntil === undefined ? {} : { snoozedUntil: toIso(view.snoozedUntil) }),
    count: view.count,
    lastOccurredAt: toIso(view.lastOccurredAt),
    createdAt: toIso(view.createdAt),
    updatedAt: toIso(view.updatedAt),
    source: view.source,
    owner: view.owner,
    priority: view.priority,
    responders: view.responders.map(({ type, id, name, username }) => ({ type, id: id ?? name ?? username ?? '' })),
    integration: view.integration,
    ...(view.report === undefined
      ? {}
      : {
          report: {
            ...(ackTimeMs === undefined ? {} : { ackTime: ackTimeMs }),
            ...(closeTimeMs === undefined ? {} : { closeTime: closeTimeMs }),
            ...who,
          },
        }),
  };
}

/** As `GET /v2/alerts/{id}` shows it. */
export function alertDetail(view: AlertView): JsonObject {
  const { actions, entity, description, details } = view;
  return { ...alertListItem(view), actions, entity, description, details };
}
