import type { Integration } from '../../core/integration.ts';
import { ADMIN_KEY_ID } from '../support/api-event.ts';
import { eventOf } from './api-case.ts';
import { senderEvent } from './sender-case.ts';
import { type FuzzStage, startFuzzStage } from './stage.ts';
import { CONFIG } from './world.ts';

const REFRESH_AFTER = 50;
const RESTART_AFTER = 4_000;
const ALL: Integration['scopes'] = ['events', 'read', 'write', 'admin'];

export interface SenderWorld {
  readonly stage: FuzzStage;
  put(text: string): string;
  refresh(): Promise<void>;
}

/** A stage with keys, alerts and heartbeats that the requests name. */
export async function startSenderWorld(): Promise<SenderWorld> {
  let stage = await startFuzzStage();
  let symbols: readonly (readonly [string, string])[] = [];
  let requests = 0;
  const put = (text: string) =>
    symbols.reduce((all, [name, value]) => all.replaceAll(name, value), text).replaceAll('@fresh', `n${requests}`);

  async function ask(method: string, path: string, json?: unknown): Promise<Record<string, unknown>> {
    const headers = [['Authorization', 'GenieKey @key']] as const;
    const { body } = await stage.sender(
      senderEvent({ method, path, headers, json, raw: json === undefined ? 'absent' : 'as it is' }, put),
    );
    return JSON.parse(body) as Record<string, unknown>;
  }

  async function furnish(): Promise<void> {
    const made = {
      method: 'PUT',
      path: {},
      query: [],
      headers: [],
      json: CONFIG,
      raw: 'as it is',
      apiKeyId: ADMIN_KEY_ID,
    };
    await stage.api(eventOf({ path: '/config' }, made, () => undefined));
    // A key of a service, as Opsgenie's is: what it may see is what it sent, or its service's.
    const key = await stage.key({ kind: 'opsgenie', scopes: ALL });
    const throttled = await stage.key({ ratePerMinute: 0 });
    const reader = await stage.key({ kind: 'opsgenie', scopes: ['read'] });
    symbols = [
      ['@key', key],
      ['@basic', Buffer.from(key).toString('base64')],
      ['@reader', reader],
      ['@throttled', throttled],
    ];
    await stock();
  }

  async function stock(): Promise<void> {
    for (const alias of ['gone', 'other']) await ask('POST', '/v2/alerts', { message: alias, alias });
    const { requestId } = await ask('POST', '/v2/alerts', { message: 'Disk is full', alias: 'disk', tags: ['a'] });
    for (const name of ['nightly', 'backup'])
      await ask('POST', '/v2/heartbeats', { name, interval: 5, intervalUnit: 'minutes', enabled: true });
    const { data } = (await ask('GET', '/v2/alerts/disk?identifierType=alias')) as { data: { id: string } };
    symbols = [
      ...symbols.filter(([name]) => !['@alert', '@request'].includes(name)),
      ['@alert', data.id],
      ['@request', String(requestId)],
    ];
  }

  await furnish();
  return {
    get stage() {
      return stage;
    },
    put,
    async refresh() {
      requests += 1;
      if (requests % RESTART_AFTER === 0) {
        stage = await startFuzzStage();
        await furnish();
      } else if (requests % REFRESH_AFTER === 0) await stock();
    },
  };
}
