import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');

function sources(folder: string): { readonly file: string; readonly text: string }[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
}

const all = ['lambda', 'core'].flatMap(sources);

/** What holds a secret, or what was computed from one, in the names that this code uses. */
const SECRET = String.raw`(?:\w*[sS]ecrets?|\w*[sS]ignature|\w*[mM]ac|hmac\w*|\w*[tT]oken|apiKey|routingKey|routing_key|integrationKey|password)`;
const COMPARED = new RegExp(
  String.raw`\b(?:\w+\.)*${SECRET}\s*[!=]==?(?![=\s]*(?:undefined\b|null\b|''|""))|[!=]==?\s*(?:\w+\.)*${SECRET}\b(?![.(\w])`,
  'g',
);

/** Comparisons in which the name is not of a secret. */
const HARMLESS: readonly (readonly [file: string, what: RegExp])[] = [
  // The words of a search.
  ['lambda/ingest/opsgenie/query.ts', /^token /],
  // Only the canonical spelling of a token counts; the signature in it is compared afterwards.
  ['lambda/http/feed-token.ts', /!== token$/],
  ['lambda/http/link-token.ts', /!== token$/],
];

function comparisons(): string[] {
  return all.flatMap(({ file, text }) =>
    [...text.matchAll(COMPARED)]
      .map(([found]) => found)
      .filter((found) => !HARMLESS.some(([where, what]) => where === file && what.test(found)))
      .map((found) => `${file}: ${found}`),
  );
}

describe('a secret', () => {
  it('is compared in constant time, never with ===', () => {
    expect(comparisons()).toEqual([]);
  });

  it('is looked for with an expression that finds such comparisons', () => {
    for (const line of [
      'if (signature === expected) return true;',
      'return given.secret !== other;',
      'a.filter((x) => x == token)',
      'if (body.routing_key === key)',
    ])
      expect([line, line.match(COMPARED)]).not.toEqual([line, null]);
    for (const line of ['if (signature === undefined)', 'tokens === 3', "password === '' ? a : b"])
      expect([line, line.match(COMPARED)]).toEqual([line, null]);
  });

  it.each(['lambda/http/feed-token.ts', 'lambda/http/link-token.ts', 'lambda/ingest/signatures.ts'])(
    'that is a signature: %s compares with timingSafeEqual',
    (file) => {
      const text = all.find((source) => source.file === file)?.text ?? '';
      expect(text).toContain("timingSafeEqual } from 'node:crypto'");
      expect(text).toMatch(/&& timingSafeEqual\(/);
    },
  );

  it('is signed or hashed in the files that say so, and nowhere else', () => {
    const users = all
      .filter(({ text }) => /createHmac|timingSafeEqual|createVerify/.test(text))
      .map(({ file }) => file);
    expect(users.sort()).toEqual([
      'lambda/http/feed-token.ts',
      'lambda/http/link-token.ts',
      'lambda/ingest/cloudwatch/sns.ts',
      'lambda/ingest/signatures.ts',
    ]);
  });

  it('that is a key is looked up by its hash, by every way in', () => {
    const store = all.find(({ file }) => file === 'lambda/data/integrations.ts')?.text ?? '';
    expect([...store.matchAll(/Key: \{ (\w+)/g)].map(([, name]) => name)).toEqual(['keyHash', 'keyHash', 'keyHash']);
    expect(store).toContain('const keyHash = hashKey(key);');
    // Nobody else knows the table.
    const readers = all.filter(({ text }) => /integrationTable/.test(text)).map(({ file }) => file);
    expect(readers.sort()).toEqual([
      'lambda/env.ts',
      'lambda/handlers/canary.ts',
      'lambda/handlers/incident-processor.ts',
      'lambda/handlers/ingest.ts',
    ]);
  });

  it('of the local gateway is looked up by digest', () => {
    const text = readFileSync(join(ROOT, 'local', 'gateway.ts'), 'utf8');
    expect(text).toContain('keys.get(digest(');
    expect(text).not.toMatch(/\.value\s*[!=]==?|[!=]==?\s*\w+\.value/);
  });
});
