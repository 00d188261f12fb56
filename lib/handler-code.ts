import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage } from 'aws-cdk-lib/core';
import { buildSync } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

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
          bundleHandler(join(ROOT, 'lambda', 'handlers', `${entry}.ts`), join(outputDir, 'index.mjs'));
          return true;
        },
      },
    },
  });
}

/** Bundles one entry point into one file. Throws when it does not build. */
export function bundleHandler(entryPoint: string, outfile: string): void {
  buildSync({
    entryPoints: [entryPoint],
    outfile,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
}
