import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HANDLERS, OPTIONAL_HANDLERS } from '../../lib/handlers.ts';
import { type Resource, render } from './synthesize.ts';

const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
const addresses = { INRESPONSE_SENDER_EMAIL: 'pager@example.com', INRESPONSE_FALLBACK_EMAIL: 'lead@example.com' };
const everything = { ...addresses, INRESPONSE_CANARY: '{}' };

function run(outdir: string, environment: Record<string, string>) {
  const clean = Object.entries(process.env).filter(([name]) => !/^(INRESPONSE_|CDK_|NODE_OPTIONS)/.test(name));
  const env = {
    ...Object.fromEntries(clean),
    CDK_OUTDIR: join(directory, outdir),
    CDK_VALIDATION: 'false',
    ...environment,
  };
  return spawnSync(process.execPath, ['bin/inresponse.ts'], { env, encoding: 'utf8' });
}

function assets(outdir: string): string[] {
  return readdirSync(join(directory, outdir))
    .filter((name) => name.startsWith('asset.'))
    .sort();
}

afterAll(() => rmSync(directory, { recursive: true }));

describe('bin/inresponse.ts', () => {
  let functions: Resource[] = [];

  beforeAll(() => {
    const { status, stderr } = run('first', everything);
    if (status !== 0) throw new Error(stderr);
    const template = JSON.parse(readFileSync(join(directory, 'first', 'InResponse.template.json'), 'utf8'));
    functions = Object.values<Resource>(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  });

  it('bundles each handler into one file that loads in the environment of its function', () => {
    expect(functions).toHaveLength(Object.keys({ ...HANDLERS, ...OPTIONAL_HANDLERS }).length);
    for (const { Properties } of functions) {
      const { Code, Environment } = Properties as { Code: { S3Key: string }; Environment: { Variables: object } };
      const asset = join(directory, 'first', `asset.${Code.S3Key.replace('.zip', '')}`);
      expect(readdirSync(asset)).toEqual(['index.mjs']);
      expect(statSync(join(asset, 'index.mjs')).size).toBeLessThan(600 * 1024);
      const env = Object.fromEntries(
        Object.entries(Environment.Variables).map(([name, value]) => [name, render(value)]),
      );
      const script = `const { handler } = await import('${pathToFileURL(join(asset, 'index.mjs'))}'); console.log(typeof handler);`;
      const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...env, AWS_REGION: 'eu-west-1' },
        encoding: 'utf8',
      });
      expect([loaded.stdout.trim(), loaded.stderr]).toEqual(['function', '']);
    }
  });

  it('bundles the same code to the same asset', () => {
    expect(run('second', everything).status).toBe(0);
    expect(assets('second')).toEqual(assets('first'));
    expect(assets('first')).toHaveLength(functions.length);
  });

  it('puts neither telemetry nor a secret into the template', () => {
    const text = readFileSync(join(directory, 'first', 'InResponse.template.json'), 'utf8');
    expect(text).not.toMatch(/AWS::CDK::Metadata|"Value": "[A-Za-z0-9+/]{32,}"|password|-----BEGIN/i);
  });

  it('ends with status 1 and nothing but the reasons when the configuration is incomplete', () => {
    const { status, stdout, stderr } = run('third', {});
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([
      'InResponse cannot be deployed until its configuration is complete:',
      expect.stringMatching(/^ {2}senderEmail: missing\./),
      expect.stringMatching(/^ {2}fallbackEmail: missing\./),
    ]);
    expect(existsSync(join(directory, 'third', 'manifest.json'))).toBe(false);
  });
});
