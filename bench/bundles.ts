import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { NEVER_LOADED } from '../lib/handler-code.ts';
import { readAssembly } from '../local/assembly.ts';
import { readFunctions } from '../local/function-definitions.ts';
import { readResources } from '../local/resources.ts';
import { synthesize } from '../local/synth.ts';
import { median } from './statistics.ts';

/**
 * Prints the size of each Lambda bundle, as synthesized for upload, and how long a fresh process takes to import it, against a bundle of
 * nothing but the SDK's clients, middy and zod. One import of each in turn, so that all meet the same load. `node bench/bundles.ts`
 */
const SIZE_BUDGET_KB = 600;
const IMPORT_BUDGET = 1.2;
const RUNS = 11;
const ROOT = join(import.meta.dirname, '..');

/** What any function here would need to do anything: it makes its clients, and reads its environment with zod. */
const BARE = `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import middy from '@middy/core';
import * as z from 'zod';
const env = z.object({ AWS_REGION: z.string() }).parse(process.env);
const db = DynamoDBDocumentClient.from(new DynamoDBClient(env));
const sfn = new SFNClient(env);
export const handler = middy().handler(async (event) => [
  await db.send(new GetCommand(event)), await db.send(new PutCommand(event)), await db.send(new UpdateCommand(event)),
  await sfn.send(new StartExecutionCommand(event)),
]);
`;

interface Bundle {
  readonly name: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The options of lib/handler-code.ts. */
async function bundleBare(file: string): Promise<void> {
  await build({
    stdin: { contents: BARE, resolveDir: ROOT, loader: 'ts' },
    outfile: file,
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
}

function importMs({ file, env }: Bundle): number {
  const script = `const begin = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)});
    process.stdout.write(String(performance.now() - begin)); process.exit(0);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }));
}

const directory = await mkdtemp(join(tmpdir(), 'inresponse-bench-'));
try {
  await synthesize(directory, {
    senderEmail: 'pager@example.org',
    fallbackEmail: 'fallback@example.org',
    environmentName: 'bench',
  });
  const assembly = await readAssembly(directory);
  const nowhere = { dynamo: 'http://127.0.0.1:9', wire: 'http://127.0.0.1:9' };
  const functions = readFunctions(assembly, readResources(assembly), nowhere);
  const bare: Bundle = {
    name: 'bare: SDK, middy, zod',
    file: join(directory, 'bare.mjs'),
    env: functions[0]?.environment ?? {},
  };
  await bundleBare(bare.file);
  const bundles = [
    bare,
    ...functions.map(({ label, codeDirectory, environment }) => {
      return { name: label, file: join(codeDirectory, 'index.mjs'), env: environment };
    }),
  ];
  const times = new Map<Bundle, number[]>(bundles.map((bundle) => [bundle, []]));
  for (let run = 0; run < RUNS; run += 1) for (const [bundle, taken] of times) taken.push(importMs(bundle));

  const base = median(times.get(bare) ?? []);
  console.log(
    `budgets: ${SIZE_BUDGET_KB} KB, ${IMPORT_BUDGET} times the import of the bare bundle; median of ${RUNS} fresh processes`,
  );
  for (const [{ name, file }, taken] of times) {
    const kb = (await stat(file)).size / 1_000;
    const ratio = median(taken) / base;
    const over = kb > SIZE_BUDGET_KB || ratio > IMPORT_BUDGET ? '  OVER' : '';
    console.log(
      `${name.padEnd(24)} ${kb.toFixed(0).padStart(4)} KB  ${median(taken).toFixed(1).padStart(6)} ms  ${ratio.toFixed(2)} x${over}`,
    );
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
