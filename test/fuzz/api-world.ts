import { HOUR_MS } from '../../core/time.ts';
import { signFeed } from '../../lambda/http/feed-token.ts';
import { signLink } from '../../lambda/http/link-token.ts';
import { ADMIN_KEY_ID } from '../support/api-event.ts';
import { type ApiCase, eventOf, type Lookup } from './api-case.ts';
import type { Documented } from './document.ts';
import { type Answered, type FuzzStage, startFuzzStage } from './stage.ts';
import { CONFIG, MOST_INCIDENTS } from './world.ts';

/** Requests after which there are fresh incidents: those before may be resolved or merged by then. */
const REFRESH_AFTER = 40;
/** Requests after which there is a fresh database: lists and configuration get slow as they grow. */
const RESTART_AFTER = 4_000;
const CACHED_MS = 11_000;

export interface ApiWorld {
  readonly stage: FuzzStage;
  readonly lookup: Lookup;
  /** Before a request: sees to it that what requests name is there. */
  refresh(): Promise<void>;
  /** After it: notes what has to be put right before the next one. */
  done(asked: Pick<Documented, 'method' | 'path'>, answered: Answered): void;
}

const EMPTY: ApiCase = { method: 'GET', path: {}, query: [], headers: [], raw: 'as it is', apiKeyId: ADMIN_KEY_ID };

/** A stage on which the names of world.ts lead somewhere, whatever the requests do to it. */
export async function startApiWorld(): Promise<ApiWorld> {
  let stage = await startFuzzStage();
  let symbols: ReadonlyMap<string, string> = new Map();
  let requests = 0;
  let newest = 0;
  let isConfigTouched = false;

  async function ask(method: string, path: string, json?: unknown, headers: ApiCase['headers'] = []) {
    const answered = await stage.api(eventOf({ path }, { ...EMPTY, method, json, headers }, () => undefined));
    if (answered.statusCode >= 300) throw new Error(`${method} ${path}: ${answered.statusCode} ${answered.body}`);
    return answered;
  }

  async function restoreConfig(): Promise<void> {
    await ask('PUT', '/config', CONFIG);
    // So that no service is remembered that is not there any more.
    stage.pass(CACHED_MS);
  }

  async function integration(): Promise<{ integrationId: string; key: string }> {
    const { body } = await ask('POST', '/integrations', { name: 'Prometheus', kind: 'json', service: 'checkout' });
    return JSON.parse(body) as { integrationId: string; key: string };
  }

  /** An event that is too large for its incident. */
  async function payload(): Promise<string> {
    const { key } = await integration();
    const event = eventOf({ path: `/json/${key}` }, { ...EMPTY, method: 'POST' }, () => undefined);
    await stage.sender({ ...event, body: JSON.stringify({ title: 'Large', message: 'x'.repeat(70_000) }) });
    const [item] = (await stage.dump()).Payload as { payloadId: { S: string } }[];
    return item?.payloadId.S ?? '';
  }

  async function makeSymbols(): Promise<void> {
    const raised: { incidentId: number; createdAt: string }[] = [];
    for (let n = 0; n < MOST_INCIDENTS; n++) {
      const facts = { service: 'checkout', severity: 'ERR', title: `Incident ${n}`, message: 'x' };
      raised.push(JSON.parse((await ask('PUT', '/incidents', facts)).body));
    }
    newest = raised.at(-1)?.incidentId ?? 0;
    const { createdAt = '' } = raised.at(-1) ?? {};
    const grant = { incidentId: newest, person: 'ada@example.org', expiresAt: stage.now() + HOUR_MS };
    symbols = new Map([
      ['@integration', (await integration()).integrationId],
      ['@payload', symbols.get('@payload') ?? (await payload())],
      ['@cursor', Buffer.from(`${createdAt}#${String(newest).padStart(12, '0')}`).toString('base64url')],
      ['@view', signLink({ ...grant, purpose: 'view' }, stage.secrets)],
      ['@ack', signLink({ ...grant, purpose: 'ack' }, stage.secrets)],
      ['@feed', signFeed({ kind: 'schedule', id: 'primary' }, stage.secrets)],
    ]);
  }

  await restoreConfig();
  await makeSymbols();
  return {
    get stage() {
      return stage;
    },
    lookup: (text) => (text.startsWith('@incident:') ? String(newest - Number(text.slice(10))) : symbols.get(text)),
    async refresh() {
      requests += 1;
      const afresh = requests % RESTART_AFTER === 0;
      if (afresh) {
        stage = await startFuzzStage();
        symbols = new Map();
      }
      if (afresh || isConfigTouched) await restoreConfig();
      isConfigTouched = false;
      if (afresh || requests % REFRESH_AFTER === 0) await makeSymbols();
    },
    done({ method, path }, { statusCode }) {
      const isConfig = path.startsWith('/config') || path.includes('/overrides');
      if (isConfig && method !== 'GET' && statusCode < 300) isConfigTouched = true;
    },
  };
}
