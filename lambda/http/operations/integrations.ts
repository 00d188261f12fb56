import * as z from 'zod';
import { EVENT_SEVERITIES } from '../../../core/event.ts';
import { INTEGRATION_KINDS, type Integration, SCOPES } from '../../../core/integration.ts';
import { toIso } from '../../../core/time.ts';
import {
  createIntegration,
  listIntegrations,
  type ManageDeps,
  removeIntegration,
  rotateIntegration,
} from '../../app/manage-integrations.ts';
import type { ServiceStore } from '../../data/services.ts';
import { mappingSchema } from '../../ingest/generic/mapping.ts';
import { json, Problem } from '../problem.ts';
import { check, readJsonObject } from '../request.ts';
import type { Operations } from '../router.ts';

export interface IntegrationDeps extends ManageDeps {
  readonly services: Pick<ServiceStore, 'get'>;
  readonly publicUrl: string;
}

const header = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'the name of a header');

const options = z.strictObject({
  groupBy: z.enum(['alert', 'group']).exactOptional(),
  alarms: z
    .strictObject({
      insufficientData: z.enum(['ignore', 'trigger', 'resolve']).exactOptional(),
      severity: z.enum(EVENT_SEVERITIES).exactOptional(),
    })
    .exactOptional(),
  appriseSuccess: z.enum(['trigger', 'resolve']).exactOptional(),
  mailDedup: z.enum(['message', 'subject']).exactOptional(),
  emptyBody429: z.boolean().exactOptional(),
  altAgentReplies: z.boolean().exactOptional(),
  signature: z
    .strictObject({
      secrets: z.array(z.string().min(8).max(500)).min(1).max(5),
      header: header.exactOptional(),
      timestampHeader: header.exactOptional(),
    })
    .exactOptional(),
});

/** Ten times PagerDuty's limit of 120: enough for a storm, too little for a loop to hurt. */
const DEFAULT_RATE_PER_MINUTE = 1_200;
const ONE_DAY_SECONDS = 86_400;

export const integrationBody = z.strictObject({
  name: z.string().min(1).max(128).meta({ description: 'Shown as whoever raised or changed an incident' }),
  kind: z.enum(INTEGRATION_KINDS).meta({ description: 'Decides the shape of the key' }),
  service: z.string().min(1).max(128).exactOptional().meta({ description: 'Absent: the event says, or the catch-all' }),
  scopes: z.array(z.enum(SCOPES)).min(1).exactOptional(),
  ratePerMinute: z.number().int().min(1).max(60_000).default(DEFAULT_RATE_PER_MINUTE),
  mapping: mappingSchema.exactOptional().meta({ description: 'How JSON of any shape is read; see docs/senders.md' }),
  options: options.exactOptional(),
});

export const rotateBody = z.strictObject({
  graceSeconds: z
    .number()
    .int()
    .min(0)
    .max(30 * ONE_DAY_SECONDS)
    .default(ONE_DAY_SECONDS)
    .meta({ description: 'How long the old key still works' }),
});

type Names = 'createIntegration' | 'listIntegrations' | 'rotateIntegration' | 'removeIntegration';

export function integrationOperations(deps: IntegrationDeps): Pick<Operations, Names> {
  return {
    async createIntegration(event) {
      const { scopes, mapping, ...body } = check(integrationBody, readJsonObject(event), 'body');
      if (body.service !== undefined && !(await deps.services.get(body.service))) {
        const errors = [{ field: 'service', message: 'is not configured' }];
        throw new Problem('unknown_service', `Service ${JSON.stringify(body.service)} is not configured.`, { errors });
      }
      const allowed =
        scopes ?? (body.kind === 'opsgenie' ? (['events', 'read', 'write'] as const) : (['events'] as const));
      const wanted = { ...body, scopes: allowed, ...(mapping === undefined ? {} : { mapping }) };
      const { integration, key } = await createIntegration(deps, wanted);
      return json(201, { ...view(integration), key, urls: urlsOf(deps.publicUrl, integration, key) });
    },

    async listIntegrations() {
      const found = await listIntegrations(deps);
      return json(200, {
        integrations: found.map(({ integration, keys, lastUsedAt }) => ({
          ...view(integration),
          lastUsedAt: lastUsedAt === undefined ? null : toIso(lastUsedAt),
          keys: keys.map((key) => ({
            issuedAt: toIso(key.issuedAt),
            lastUsedAt: key.lastUsedAt === undefined ? null : toIso(key.lastUsedAt),
            expiresAt: key.expiresAt === undefined ? null : toIso(key.expiresAt),
          })),
        })),
      });
    },

    async rotateIntegration(event) {
      const { graceSeconds } = check(rotateBody, event.body ? readJsonObject(event) : {}, 'body');
      const rotated = await rotateIntegration(deps, event.pathParameters?.id ?? '', graceSeconds);
      if (!rotated) throw unknown();
      const { integration, key, oldKeyUntil } = rotated;
      const urls = urlsOf(deps.publicUrl, integration, key);
      return json(200, { ...view(integration), key, oldKeyUntil: toIso(oldKeyUntil), urls });
    },

    async removeIntegration(event) {
      const integrationId = event.pathParameters?.id ?? '';
      if (!(await removeIntegration(deps, integrationId))) throw unknown();
      return json(200, { removed: integrationId });
    },
  };
}

function unknown(): Problem {
  return new Problem('not_found', 'There is no such integration.');
}

/** Without secrets: of a signature only that it is required. */
function view({ createdAt, options: given, ...rest }: Integration): object {
  const { signature, ...others } = given ?? {};
  const shown = signature === undefined ? others : { ...others, signature: 'required' };
  return { ...rest, ...(given === undefined ? {} : { options: shown }), createdAt: toIso(createdAt) };
}

/** Where the sender is to be pointed. Shown with the key, because most of them hold it. */
function urlsOf(publicUrl: string, { kind }: Integration, key: string): Record<string, string> {
  switch (kind) {
    case 'pagerduty':
      return {
        eventsV2: `${publicUrl}/v2/enqueue`,
        changes: `${publicUrl}/v2/change/enqueue`,
        anything: `${publicUrl}/integration/${key}/enqueue`,
      };
    case 'global':
      return { eventsV2: `${publicUrl}/v2/enqueue`, anything: `${publicUrl}/x-ere/${key}` };
    case 'opsgenie':
      return { alerts: `${publicUrl}/v2/alerts`, heartbeats: `${publicUrl}/v2/heartbeats` };
    case 'email':
      return { localPart: `alerts+${key}` };
    default:
      return { webhook: `${publicUrl}/${kind}/${key}` };
  }
}
