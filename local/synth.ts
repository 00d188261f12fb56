import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'inresponse');

/**
 * Runs the CDK app as the CDK CLI would, and leaves its cloud assembly in `outDir`. `deployment` becomes the context key
 * `inresponse`. Rejects with what the app printed when it fails.
 */
export async function synthesize(outDir: string, deployment: Readonly<Record<string, unknown>>): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'inresponse.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      CDK_OUTDIR: outDir,
      CDK_CONTEXT_JSON: JSON.stringify({ inresponse: deployment }),
      // CloudFormation's rules matter when it is CloudFormation that makes the stack; checking them takes seconds.
      CDK_VALIDATION: 'false',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`the stack cannot be synthesized:\n${output.trim()}`);
}
