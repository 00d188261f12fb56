import { describe, expect, it } from '@jest/globals';
import { allows, scopeOf } from '../../../lambda/http/key-scope.ts';
import { ROUTES } from '../../../lambda/http/routes.ts';
import { ADMIN_KEY_ID, OTHER_KEY_ID, READ_KEY_ID, SEND_KEY_ID } from '../../support/api-event.ts';
import { INCIDENT, useApiStage } from '../../support/api-stage.ts';

const { stage, refused, raise } = useApiStage();
const KEYS = { admin: ADMIN_KEY_ID, send: SEND_KEY_ID, read: READ_KEY_ID };

describe('the scopes of API keys', () => {
  it.each([
    [ADMIN_KEY_ID, { send: true, read: true, write: true, admin: true }],
    [OTHER_KEY_ID, { send: true, read: true, write: true, admin: false }],
    [SEND_KEY_ID, { send: true, read: false, write: false, admin: false }],
    [READ_KEY_ID, { send: false, read: true, write: false, admin: false }],
  ])('%s', (keyId, may) => {
    for (const scope of ['send', 'read', 'write', 'admin'] as const) {
      expect({ scope, may: allows(KEYS, keyId, scope) }).toEqual({ scope, may: may[scope] });
    }
  });

  it('lets a key that reads change nothing, on any route', () => {
    const open = ROUTES.filter((route) => scopeOf(route) === 'read').map(({ operation, method }) => ({
      operation,
      method,
    }));
    expect(open.filter(({ method }) => method !== 'GET')).toEqual([{ operation: 'simulate', method: 'POST' }]);
    for (const route of ROUTES)
      expect(scopeOf(route) === undefined).toBe(route.auth === 'link' || route.auth === 'none');
  });

  it('sends with a key for sending, and nothing else: 403, and nothing is written', async () => {
    const sent = await stage().request({ method: 'PUT', path: '/incidents', body: INCIDENT, apiKeyId: SEND_KEY_ID });
    expect(sent.status).toBe(201);
    const path = `/incidents/${sent.json.incidentId}`;
    await refused({ method: 'GET', path, apiKeyId: SEND_KEY_ID }, 403, 'forbidden');
    await refused({ method: 'POST', path, body: { state: 'CLAIMED' }, apiKeyId: SEND_KEY_ID }, 403, 'forbidden');
  });

  it('reads with a key for reading, and nothing else: 403, and nothing is written', async () => {
    const path = `/incidents/${await raise()}`;
    expect((await stage().request({ method: 'GET', path, apiKeyId: READ_KEY_ID })).status).toBe(200);
    await refused({ method: 'PUT', path: '/incidents', body: INCIDENT, apiKeyId: READ_KEY_ID }, 403, 'forbidden');
    await refused({ method: 'POST', path, body: { state: 'RESOLVED' }, apiKeyId: READ_KEY_ID }, 403, 'forbidden');
  });
});
