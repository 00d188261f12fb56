import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = ['bin', 'lib', 'core', 'lambda', 'local', 'cli', 'middleware', 'web'];

function files(folder: string): string[] {
  try {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function imports(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s[^;]*?from\s+'([^']+)'|^import\s+'([^']+)'/gms)].map((match) => {
    const target = match[1] ?? match[2] ?? '';
    return target.startsWith('.') ? relative(ROOT, join(ROOT, file, '..', target)) : target;
  });
}

const all = SOURCE.flatMap(files);

/** Which imports a folder may have: itself, and what is listed. */
const MAY_IMPORT: readonly (readonly [folder: string, allowed: readonly RegExp[]])[] = [
  ['core/', [/^core\//, /^zod$/, /^temporal-polyfill$/]],
  ['lambda/', [/^lambda\//, /^core\//, /^(?!aws-cdk|constructs|esbuild|dynalite|aws-local)[^./]/]],
  ['lambda/data/', [/^lambda\/data\//, /^core\//, /^@aws-sdk\//, /^zod$/, /^node:/]],
  ['lambda/ingest/', [/^lambda\/ingest\//, /^core\//, /^zod$/, /^node:/]],
  [
    'lib/',
    [
      /^lib\//,
      /^lambda\/(env|data\/keys|http\/routes)\.ts$/,
      /^aws-cdk-lib/,
      /^constructs$/,
      /^cdk-nag$/,
      /^zod$/,
      /^yaml$/,
      /^esbuild$/,
      /^node:/,
    ],
  ],
  ['local/', [/^local\//, /^cli\/config-sources\.ts$/, /^core\/config\//, /^(?!@aws-sdk|aws-cdk-lib)[^./]/]],
  ['cli/', [/^cli\//, /^core\//, /^yaml$/, /^zod$/, /^node:/]],
];

describe('architecture', () => {
  it('finds the sources', () => expect(all.length).toBeGreaterThan(60));

  it.each(MAY_IMPORT)('%s imports only what it may', (folder, allowed) => {
    const wrong = all
      .filter((file) => file.startsWith(folder))
      .flatMap((file) => imports(file).map((target) => ({ file, target })))
      .filter(({ target }) => !allowed.some((pattern) => pattern.test(target)))
      // lib and local make no exception; the local runtime speaks the same protocols, not the same code.
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(wrong).toEqual([]);
  });

  it('reads the environment of a Lambda in one file', () => {
    const wrong = all
      .filter((f) => f.startsWith('lambda/') || f.startsWith('core/'))
      .filter((file) => {
        return file !== 'lambda/env.ts' && readFileSync(join(ROOT, file), 'utf8').includes('process.env');
      });
    expect(wrong).toEqual([]);
  });

  it('has no clock, randomness or environment in core', () => {
    const wrong = all
      .filter((file) => file.startsWith('core/'))
      .filter((file) =>
        /Date\.now|new Date\(\)|Math\.random|process\.|Temporal\.Now/.test(readFileSync(join(ROOT, file), 'utf8')),
      );
    expect(wrong).toEqual([]);
  });

  it('keeps every file below 400 lines, and the median below 100', () => {
    const lengths = all.map((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length).sort((a, b) => a - b);
    expect(lengths.at(-1)).toBeLessThanOrEqual(400);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(100);
  });
});
