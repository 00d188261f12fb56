import { describe, expect, it } from '@jest/globals';
import { BODY_LIMIT_BYTES, decodeBody, parseBody } from '../../../lambda/ingest/body.ts';
import { cut, foldKey, instantOf } from '../../../lambda/ingest/shape.ts';
import { storable } from '../../../lambda/ingest/storable.ts';
import { RECEIVED_AT } from './support.ts';

describe('bodies', () => {
  it('are decoded to the bytes that were sent', () => {
    const text = '{"a":"é"}';
    expect(decodeBody({ body: text }).equals(Buffer.from(text))).toBe(true);
    expect(decodeBody({ body: Buffer.from(text).toString('base64'), isBase64Encoded: true }).toString()).toBe(text);
    expect(decodeBody({ body: null })).toHaveLength(0);
    expect(decodeBody({})).toHaveLength(0);
  });

  it.each([
    ['{"a":1}', { a: 1 }],
    ['null', null],
    [' ', undefined],
    ['', undefined],
    ['\uFEFF[1]', [1]],
  ])('%j is parsed', (text, value) => {
    expect(parseBody(Buffer.from(text))).toEqual({ kind: 'json', value });
  });

  it('are unreadable when they are no JSON', () => {
    for (const text of ['{', 'payload=%7B%7D', 'text'])
      expect(parseBody(Buffer.from(text))).toEqual({ kind: 'unreadable' });
  });

  it('may have 524,288 bytes, not one more', () => {
    const body = (bytes: number) => Buffer.from(`"${'x'.repeat(bytes - 2)}"`);
    expect(parseBody(body(BODY_LIMIT_BYTES)).kind).toBe('json');
    expect(parseBody(body(BODY_LIMIT_BYTES + 1)).kind).toBe('tooLarge');
  });
});

describe('values from outside', () => {
  it('text is cut between characters', () => {
    expect(cut('a🔥b', 2)).toBe('a🔥');
    expect(cut('abc', 3)).toBe('abc');
  });

  it('a key of many bytes is folded though it has few characters, and then stays as it is', () => {
    const folded = foldKey('🔥'.repeat(400), 512);
    expect(folded).not.toBe('🔥'.repeat(400));
    expect(Buffer.byteLength(folded)).toBeLessThanOrEqual(1024);
    expect(foldKey(folded, 512)).toBe(folded);
  });

  it.each([
    ['2026-11-21T07:04:53.000', Date.UTC(2026, 10, 21, 7, 4, 53)],
    [1795244400, 1795244400000],
    ['1795244400', 1795244400000],
    [1795244400123, 1795244400123],
    ['0001-01-01T00:00:00Z', undefined],
    [Number.POSITIVE_INFINITY, undefined],
    ['', undefined],
    [null, undefined],
  ])('the time %j', (value, expected) => {
    expect(instantOf(value, RECEIVED_AT)).toBe(expected);
  });

  it('numbers that the store refuses become text, deep nesting becomes JSON', () => {
    expect(storable({ a: 2 ** 70, b: 1e-200, c: 1.5, d: 0, e: Number.POSITIVE_INFINITY })).toEqual({
      a: '1.1805916207174113e+21',
      b: '1e-200',
      c: 1.5,
      d: 0,
      e: 'Infinity',
    });
    let deep: unknown = 'x';
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    const text = JSON.stringify(storable(deep));
    expect(text).toContain('nested too deep');
  });
});
