import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { opsgenieKey } from '../../../../lambda/ingest/opsgenie/auth.ts';
import { identifierTypeOf, parseAlertPath, parseHeartbeatPath } from '../../../../lambda/ingest/opsgenie/path.ts';

describe('alert paths', () => {
  it.each([
    ['POST', '/v2/alerts', { operation: 'createAlert' }],
    ['POST', '/v2/alerts/', { operation: 'createAlert' }],
    ['POST', '/some/prefix/v2/alerts', { operation: 'createAlert' }],
    ['GET', '/v2/alerts', { operation: 'listAlerts' }],
    ['GET', '/v2/alerts/count', { operation: 'countAlerts' }],
    ['GET', '/v2/alerts/requests/r-1', { operation: 'getRequest', identifier: 'r-1' }],
    ['GET', '/v2/alerts/disk-h1', { operation: 'getAlert', identifier: 'disk-h1' }],
    ['GET', '/v2/alerts/svc-/tea/pot-418-local/', { operation: 'getAlert', identifier: 'svc-/tea/pot-418-local' }],
    ['DELETE', '/v2/alerts/a%2Fb', { operation: 'deleteAlert', identifier: 'a/b' }],
    ['POST', '/v2/alerts/x/close', { operation: 'closeAlert', identifier: 'x' }],
    ['POST', '/v2/alerts/x/close/', { operation: 'closeAlert', identifier: 'x' }],
    [
      'post',
      '/og/v2/alerts/svc-/a/close-1/acknowledge',
      { operation: 'acknowledgeAlert', identifier: 'svc-/a/close-1' },
    ],
    ['POST', '/v2/alerts/svc%2Fa%20b%C3%A9/unacknowledge', { operation: 'unacknowledgeAlert', identifier: 'svc/a bé' }],
    ['POST', '/v2/alerts/100%/close', { operation: 'closeAlert', identifier: '100%' }],
    ['POST', '/v2/alerts//lead/close', { operation: 'closeAlert', identifier: '/lead' }],
    ['POST', '/v2/alerts/requests/x/snooze', { operation: 'snoozeAlert', identifier: 'requests/x' }],
    [
      'POST',
      '/v2/alerts/x/actions/restart%20it',
      { operation: 'customAction', identifier: 'x', actionName: 'restart it' },
    ],
    ['PUT', '/v2/alerts/x/message', { operation: 'setMessage', identifier: 'x' }],
    ['PUT', '/v2/alerts/x/description', { operation: 'setDescription', identifier: 'x' }],
    ['PUT', '/v2/alerts/x/priority', { operation: 'setPriority', identifier: 'x' }],
    ['GET', '/v2/alerts/x/notes', { operation: 'listNotes', identifier: 'x' }],
    ['GET', '/v2/alerts/x/close', { operation: 'getAlert', identifier: 'x/close' }],
    ['DELETE', '/v2/alerts/x/tags', { operation: 'removeTags', identifier: 'x' }],
    ['DELETE', '/v2/alerts/x/tags/&tags=a%2Cb', { operation: 'removeTags', identifier: 'x', strayQuery: 'tags=a%2Cb' }],
    ['GET', '/v2/alerts/saved-searches/1', { operation: 'savedSearches' }],
    ['GET', '/v2/alerts/v2/alerts/x', { operation: 'getAlert', identifier: 'v2/alerts/x' }],
  ])('%s %s', (method, path, expected) => {
    expect(parseAlertPath(method, path)).toEqual({ kind: 'operation', ...expected });
  });

  it('a path that the gateway decoded is not decoded again', () => {
    expect(parseAlertPath('POST', '/v2/alerts/cpu%41/close', 'decoded')).toMatchObject({ identifier: 'cpu%41' });
    expect(parseAlertPath('POST', '/v2/alerts/cpu%41/close', 'raw')).toMatchObject({ identifier: 'cpuA' });
  });

  it.each([
    ['PUT', '/v2/alerts/x/close'],
    ['PATCH', '/v2/alerts'],
    ['POST', '/v2/alerts/x'],
    ['POST', '/v2/alerts/close'],
  ])('%s %s is not allowed', (method, path) => {
    expect(parseAlertPath(method, path)).toEqual({ kind: 'methodNotAllowed' });
  });

  it.each(['/v2/alertsx', '/v1/alerts', '/v2/heartbeats', ''])('%s is not found', (path) => {
    expect(parseAlertPath('GET', path)).toEqual({ kind: 'notFound' });
  });

  it('any alias, encoded, comes back from every action', () => {
    const alias = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(alias, fc.constantFrom('close', 'acknowledge', 'snooze'), (text, action) => {
        const found = parseAlertPath('POST', `/v2/alerts/${encodeURIComponent(text)}/${action}/`);
        expect(found).toMatchObject({ kind: 'operation', identifier: text });
      }),
    );
  });

  it('the identifier type is id unless the query says otherwise', () => {
    expect([undefined, '', 'alias', 'TINY', 'other'].map(identifierTypeOf)).toEqual([
      'id',
      'id',
      'alias',
      'tiny',
      undefined,
    ]);
  });
});

describe('heartbeat paths', () => {
  it.each([
    ['POST', '/v2/heartbeats/', { operation: 'createHeartbeat' }],
    ['GET', '/v2/heartbeats', { operation: 'listHeartbeats' }],
    ['GET', '/p/v2/heartbeats/nightly%20backup/ping/', { operation: 'pingHeartbeat', name: 'nightly backup' }],
    ['PUT', '/v2/heartbeats/a/ping', { operation: 'pingHeartbeat', name: 'a' }],
    ['PATCH', '/v2/heartbeats/a/ping', { operation: 'pingHeartbeat', name: 'a' }],
    ['POST', '/v2/heartbeats/a/enable/', { operation: 'enableHeartbeat', name: 'a' }],
    ['POST', '/v2/heartbeats/a/disable', { operation: 'disableHeartbeat', name: 'a' }],
    ['GET', '/v2/heartbeats/a', { operation: 'getHeartbeat', name: 'a' }],
    ['PATCH', '/v2/heartbeats/a', { operation: 'updateHeartbeat', name: 'a' }],
    ['DELETE', '/v2/heartbeats/a/b', { operation: 'deleteHeartbeat', name: 'a/b' }],
  ])('%s %s', (method, path, expected) => {
    expect(parseHeartbeatPath(method, path)).toEqual({ kind: 'operation', ...expected });
  });

  it('other methods are not allowed, other paths not found', () => {
    expect(parseHeartbeatPath('DELETE', '/v2/heartbeats')).toEqual({ kind: 'methodNotAllowed' });
    expect(parseHeartbeatPath('POST', '/v2/heartbeats/a')).toEqual({ kind: 'methodNotAllowed' });
    expect(parseHeartbeatPath('GET', '/v2/alerts')).toEqual({ kind: 'notFound' });
  });
});

describe('the API key', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  it.each([
    ['GenieKey', { headers: { authorization: 'GenieKey key-1' }, query: {} }],
    ['GenieKey in any case', { headers: { AUTHORIZATION: 'geniekey  key-1 ' }, query: {} }],
    ['Basic', { headers: { Authorization: basic('key-1') }, query: {} }],
    ['Basic as a user name', { headers: { Authorization: basic('key-1:') }, query: {} }],
    ['Basic as a password', { headers: { Authorization: basic(':key-1') }, query: {} }],
    ['the query', { headers: {}, query: { apiKey: 'key-1' } }],
    ['the body', { headers: {}, query: {}, body: { apiKey: 'key-1' } }],
    ['the header before the query', { headers: { authorization: 'GenieKey key-1' }, query: { apiKey: 'key-2' } }],
  ])('is found in %s', (_, request) => {
    expect(opsgenieKey(request)).toBe('key-1');
  });

  it('is missing from an empty or strange request', () => {
    expect(opsgenieKey({ headers: {}, query: {} })).toBeUndefined();
    expect(
      opsgenieKey({ headers: { authorization: 'Bearer key-1' }, query: { apiKey: ' ' }, body: ['apiKey'] }),
    ).toBeUndefined();
  });
});
