import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LinkGrant, type LinkSecret, readLink, signLink } from '../../../lambda/http/link-token.ts';

const NOW = Date.UTC(2026, 10, 21, 2, 8);
const secretOf = (id: string): LinkSecret => ({ id, secret: id.repeat(40).slice(0, 40) });
const SECRETS = [secretOf('k2')];
const GRANT: LinkGrant = { purpose: 'ack', incidentId: 10_000, person: 'alice@example.com', expiresAt: NOW + 1_000 };
const REFUSED = { ok: false };

const grants = fc.record<LinkGrant>({
  purpose: fc.constantFrom('view', 'ack'),
  incidentId: fc.nat(),
  person: fc.oneof(fc.emailAddress(), fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' })),
  expiresAt: fc.integer({ min: NOW + 1, max: 2 ** 48 - 1 }),
});

describe('a signed link', () => {
  it('says what was signed', () => {
    fc.assert(
      fc.property(grants, (grant) => {
        const { incidentId, person } = grant;
        expect(readLink(signLink(grant, SECRETS), grant.purpose, SECRETS, NOW)).toEqual({
          ok: true,
          incidentId,
          person,
        });
      }),
    );
  });

  it('is one short path segment that needs no encoding', () => {
    const token = signLink(GRANT, SECRETS);
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(token.length).toBeLessThanOrEqual(70);
  });

  it('is refused with any single bit of any character flipped', () => {
    const token = signLink(GRANT, SECRETS);
    for (let at = 0; at < token.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const flipped =
          token.slice(0, at) + String.fromCharCode(token.charCodeAt(at) ^ (1 << bit)) + token.slice(at + 1);
        expect(readLink(flipped, 'ack', SECRETS, NOW)).toMatchObject(REFUSED);
      }
    }
  });

  it('is refused with any single bit of its bytes flipped', () => {
    fc.assert(
      fc.property(grants, fc.nat(), (grant, position) => {
        const bytes = Buffer.from(signLink(grant, SECRETS), 'base64url');
        const at = position % (bytes.length * 8);
        bytes.writeUInt8(bytes.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3);
        expect(readLink(bytes.toString('base64url'), grant.purpose, SECRETS, NOW)).toMatchObject(REFUSED);
      }),
    );
  });

  it.each<[string, LinkGrant]>([
    ['person', { ...GRANT, person: 'mallo@example.com' }],
    ['incident', { ...GRANT, incidentId: 10_001 }],
    ['expiry', { ...GRANT, expiresAt: NOW + 9_000 }],
    ['purpose', { ...GRANT, purpose: 'view' }],
  ])('lends its signature to no other %s', (_, other) => {
    const head = Buffer.from(signLink(other, SECRETS), 'base64url').subarray(0, -16);
    const mac = Buffer.from(signLink(GRANT, SECRETS), 'base64url').subarray(-16);
    const forged = Buffer.concat([head, mac]).toString('base64url');
    expect(readLink(forged, other.purpose, SECRETS, NOW)).toEqual({ ok: false, reason: 'bad-signature' });
  });

  it('serves its own purpose alone', () => {
    const view = signLink({ ...GRANT, purpose: 'view' }, SECRETS);
    expect(readLink(view, 'ack', SECRETS, NOW)).toEqual({ ok: false, reason: 'wrong-purpose' });
    expect(readLink(signLink(GRANT, SECRETS), 'view', SECRETS, NOW)).toEqual({ ok: false, reason: 'wrong-purpose' });
  });

  it('expires to the millisecond', () => {
    const token = signLink(GRANT, SECRETS);
    expect(readLink(token, 'ack', SECRETS, GRANT.expiresAt - 1)).toMatchObject({ ok: true });
    expect(readLink(token, 'ack', SECRETS, GRANT.expiresAt)).toEqual({ ok: false, reason: 'expired' });
  });

  it('is refused in any other spelling of the same bytes', () => {
    const token = signLink(GRANT, SECRETS);
    for (const other of [`${token}=`, `${token}.`, ` ${token}`, `${token.slice(0, 5)}\n${token.slice(5)}`]) {
      expect(readLink(other, 'ack', SECRETS, NOW)).toEqual({ ok: false, reason: 'malformed' });
    }
  });

  it('is not read from anything else', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: fc.constantFrom('A', 'B', '_'), maxLength: 90 })),
        (text) => {
          expect(readLink(text, 'ack', SECRETS, NOW)).toMatchObject(REFUSED);
        },
      ),
    );
    expect(readLink('A'.repeat(1_000_000), 'ack', SECRETS, NOW)).toEqual({ ok: false, reason: 'malformed' });
  });
});

describe('secrets', () => {
  it('rotate: the first signs, every live one verifies, a retired one does not', () => {
    const [old, current] = [secretOf('k1'), secretOf('k2')];
    const before = signLink(GRANT, [old]);
    const after = signLink(GRANT, [current, old]);
    expect(readLink(before, 'ack', [current, old], NOW)).toMatchObject({ ok: true });
    expect(readLink(after, 'ack', [current], NOW)).toMatchObject({ ok: true });
    expect(readLink(before, 'ack', [current], NOW)).toEqual({ ok: false, reason: 'bad-signature' });
    expect(readLink(before, 'ack', [], NOW)).toEqual({ ok: false, reason: 'bad-signature' });
  });

  it('count, not their names', () => {
    const other = { id: 'k2', secret: 'x'.repeat(40) };
    expect(readLink(signLink(GRANT, SECRETS), 'ack', [other], NOW)).toEqual({ ok: false, reason: 'bad-signature' });
  });

  it('are not accepted when there is none, or a guessable one, and never show in the error', () => {
    expect(() => signLink(GRANT, [])).toThrow(RangeError);
    expect(() => signLink(GRANT, [{ id: 'k1', secret: 'hunter2' }])).toThrow(/^link secret "k1" is too short$/);
  });

  it.each([
    { ...GRANT, incidentId: -1 },
    { ...GRANT, incidentId: 1.5 },
    { ...GRANT, expiresAt: 2 ** 48 },
    { ...GRANT, person: '' },
    { ...GRANT, person: '\ud800' },
    { ...GRANT, person: 'x'.repeat(2_000) },
  ])('sign no grant that a token cannot hold (%#)', (grant) => {
    expect(() => signLink(grant, SECRETS)).toThrow(RangeError);
  });
});
