import { writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import { buildSync } from 'esbuild';
import { HANDLERS } from './handlers.ts';

const ROOT = join(import.meta.dirname, '..');

/**
 * Loaded by the SDK when the environment holds no credentials, which Lambda always puts there: a fifth of a bundle that would never
 * run.
 */
export const NEVER_LOADED: readonly string[] = [
  ...['http', 'ini', 'process', 'sso', 'web-identity'].map((source) => `@aws-sdk/credential-provider-${source}`),
  '@smithy/credential-provider-imds',
];

const bundles = new Map<string, Uint8Array>();

/** The handlers that every stack has. */
const ALWAYS: readonly string[] = Object.values(HANDLERS).map(({ entry }) => entry);

/**
 * The code of a handler as one ES module. The AWS SDK is in it, so that what was tested is what runs; the asset's hash is that of
 * the output, so it changes when the code does and not with the machine that bundles.
 */
export function handlerCode(entry: string): Code {
  return Code.fromAsset(join(ROOT, 'lambda'), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never run: bundling is local alone. The command keeps the handlers apart in the cache of assets.
      image: DockerImage.fromRegistry('unused'),
      command: [entry],
      local: {
        tryBundle(outputDir: string) {
          if (!bundles.has(entry)) bundle(ALWAYS.includes(entry) ? ALWAYS : [entry]);
          const code = bundles.get(entry);
          if (code) writeFileSync(join(outputDir, 'index.mjs'), code);
          return code !== undefined;
        },
      },
    },
  });
}

/** Bundles handlers at once, so that what they share is read once. Throws when one does not build. */
function bundle(entries: readonly string[]): void {
  const { outputFiles } = buildSync({
    entryPoints: entries.map((entry) => join(ROOT, 'lambda', 'handlers', `${entry}.ts`)),
    outdir: 'in-memory',
    write: false,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: [...NEVER_LOADED],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const { path, contents } of outputFiles) bundles.set(parse(path).name, contents);
}
