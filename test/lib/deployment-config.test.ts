import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  DEPLOYMENT_FIELDS,
  DeploymentConfigError,
  environmentVariable,
  readDeploymentConfig,
} from '../../lib/deployment-config.ts';

const directory = mkdtempSync(join(tmpdir(), 'deployment-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

const needed = { senderEmail: 'pager@example.com', fallbackEmail: 'lead@example.com' };

function read(context: Record<string, unknown>, environment: Record<string, string> = {}) {
  return readDeploymentConfig({ context: (key) => context[key], environment });
}

function complaint(context: Record<string, unknown>, environment: Record<string, string> = {}): string {
  try {
    read(context, environment);
  } catch (error) {
    if (error instanceof DeploymentConfigError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe('the deployment configuration', () => {
  it('needs two addresses, and has a default for the rest', () => {
    expect(read(needed)).toEqual({
      ...needed,
      environmentName: 'production',
      stackName: 'InResponse',
      logRetentionDays: 30,
      apiRate: 50,
      apiBurst: 100,
      sesIdentity: 'create',
      manageApiGatewayAccountRole: true,
    });
  });

  it('takes each field from the first place that has it', () => {
    const config = file(
      'all.yaml',
      'services: {}\ndeployment:\n  senderEmail: file@example.com\n  fallbackEmail: file@example.com\n  apiRate: 1\n  apiBurst: 1\n',
    );
    const environment = {
      INRESPONSE_CONFIG: config,
      INRESPONSE_FALLBACK_EMAIL: 'environment@example.com',
      INRESPONSE_API_RATE: '2',
      INRESPONSE_API_BURST: '2',
    };
    const context = { apiRate: '3', apiBurst: '3', inresponse: { apiBurst: 4 } };
    expect(read(context, environment)).toMatchObject({
      senderEmail: 'file@example.com',
      fallbackEmail: 'environment@example.com',
      apiRate: 3,
      apiBurst: 4,
    });
  });

  it('reads a JSON file named by the context, before the one named by the environment', () => {
    const json = file('deployment.json', JSON.stringify({ deployment: needed }));
    expect(read({ config: json }, { INRESPONSE_CONFIG: '/nowhere' })).toMatchObject(needed);
  });

  it('understands what a command line can say', () => {
    const text = {
      manageApiGatewayAccountRole: 'false',
      logRetentionDays: '90',
      reservedConcurrency: '{"reconciler":1}',
    };
    expect(read({ ...needed, ...text, publicUrl: 'https://oncall.example.com/' })).toMatchObject({
      manageApiGatewayAccountRole: false,
      logRetentionDays: 90,
      reservedConcurrency: { reconciler: 1 },
      publicUrl: 'https://oncall.example.com',
    });
  });

  it('takes an empty variable for none', () => {
    expect(read(needed, { INRESPONSE_ALARM_EMAIL: '', INRESPONSE_API_RATE: '' })).toMatchObject({ apiRate: 50 });
  });

  it('names every bad and missing field at once, and how to set it, but not what it was', () => {
    const message = complaint({ senderEmail: 'hostile\u001b[31m', logRetentionDays: '8', stackName: '9lives' });
    const fields = message
      .split('\n')
      .slice(1)
      .map((line) => /^ {2}(\w+): (missing|not usable)/.exec(line)?.slice(1));
    expect(fields).toEqual([
      ['stackName', 'not usable'],
      ['senderEmail', 'not usable'],
      ['fallbackEmail', 'missing'],
      ['logRetentionDays', 'not usable'],
    ]);
    expect(message).toContain(
      '-c fallbackEmail=..., INRESPONSE_FALLBACK_EMAIL=..., or fallbackEmail in the deployment block',
    );
    expect(message).not.toContain('hostile');
  });

  it('refuses fields that do not exist, in the object and in the file', () => {
    expect(complaint({ ...needed, inresponse: { sender: 'a' } })).toContain('sender: there is no such field');
    const typo = file('typo.yaml', 'deployment: { apiRats: 5 }');
    expect(complaint({ ...needed, config: typo })).toContain('apiRats: there is no such field');
    expect(complaint({ ...needed, reservedConcurrency: { rekonciler: 1 } })).toContain('reservedConcurrency');
  });

  it('says when the file cannot be read', () => {
    expect(complaint({ ...needed, config: join(directory, 'none.yaml') })).toContain('none.yaml cannot be read');
    expect(complaint({ ...needed, config: file('bad.yaml', 'deployment: [') })).toContain('bad.yaml cannot be read');
    expect(complaint({ ...needed, config: file('list.yaml', '- 1') })).toContain('list.yaml must be an object');
  });

  it.each([
    ['apiRate', '0'],
    ['apiBurst', 'many'],
    ['sesIdentity', 'maybe'],
    ['publicUrl', 'javascript:alert(1)'],
    ['environmentName', 'Production'],
    ['manageApiGatewayAccountRole', 'perhaps'],
    ['reservedConcurrency', '{"reconciler":0}'],
    ['canary', 'true'],
    ['canary', '{"everyMinutes":0}'],
    ['canary', '{"everyMinutes":721}'],
    ['canary', '{"address":"nobody"}'],
    ['canary', '{"every":5}'],
    ['watchdogUrl', 'ssm:'],
    ['watchdogUrl', 'ssm:a}}{{resolve:ssm:b'],
    ['watchdogUrl', 'secretsmanager:a}}'],
  ])('refuses %s=%s', (field, value) => {
    expect(complaint({ ...needed, [field]: value })).toContain(`\n  ${field}`);
  });

  it('takes no address of a watchdog, which would stand in the template, and does not repeat it', () => {
    const message = complaint({ ...needed, watchdogUrl: `https://watchdog.example.org/${'t'.repeat(36)}` });
    expect(message).toContain('watchdogUrl: not usable (ssm:NAME of a parameter');
    expect(message).not.toMatch(/ttt|example\.org/);
  });

  it('knows what a canary is without being told', () => {
    const canary = { everyMinutes: 15, address: 'success@simulator.amazonses.com' };
    expect(read({ ...needed, canary: '{}' }).canary).toEqual(canary);
    expect(read(needed, { INRESPONSE_CANARY: '{"everyMinutes":"60"}' }).canary).toEqual({
      ...canary,
      everyMinutes: 60,
    });
  });

  it('has a variable for each field', () => {
    expect(DEPLOYMENT_FIELDS.map(environmentVariable)).toContain('INRESPONSE_MANAGE_API_GATEWAY_ACCOUNT_ROLE');
    expect(environmentVariable('senderEmail')).toBe('INRESPONSE_SENDER_EMAIL');
  });
});
