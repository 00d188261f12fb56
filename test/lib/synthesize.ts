import { readFileSync, rmSync } from 'node:fs';
import { afterAll } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { readDeploymentConfig } from '../../lib/deployment-config.ts';
import { InResponseStack } from '../../lib/inresponse-stack.ts';

const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };

const outdirs: string[] = [];
afterAll(() => {
  for (const outdir of outdirs) rmSync(outdir, { recursive: true, force: true });
});

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface Synthesized {
  readonly app: App;
  readonly stack: InResponseStack;
  readonly template: {
    readonly Resources: Record<string, Resource>;
    readonly Outputs: Record<string, { Value: unknown }>;
  };
  /** Resources of a type, by logical id without its hash. */
  ofType(type: string): Map<string, Resource>;
}

/** An app with the stack in it, as bin/inresponse.ts makes it, but without bundling. `validates`: CloudFormation's own rules count at synthesis. */
export function makeApp(
  settings: Record<string, unknown> = {},
  validates = false,
): { app: App; stack: InResponseStack } {
  const given: Record<string, unknown> = {
    senderEmail: 'pager@example.com',
    fallbackEmail: 'lead@example.com',
    ...settings,
  };
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: validates,
    context: { ...context, 'aws:cdk:bundling-stacks': [] },
  });
  outdirs.push(app.outdir);
  const config = readDeploymentConfig({ context: (key) => given[key], environment: {} });
  return { app, stack: new InResponseStack(app, config) };
}

export function synthesize(settings: Record<string, unknown> = {}): Synthesized {
  const { app, stack } = makeApp(settings);
  const template = Template.fromStack(stack).toJSON() as Synthesized['template'];
  return {
    app,
    stack,
    template,
    ofType: (type) =>
      new Map(
        Object.entries(template.Resources)
          .filter(([, resource]) => resource.Type === type)
          .map(([id, resource]) => [short(id), resource]),
      ),
  };
}

function short(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** An intrinsic as text: `Ref` is the logical id, `Fn::GetAtt` the id and the attribute, `Fn::Join` what it joins; all without hashes. */
export function render(value: unknown): string {
  if (typeof value === 'string') return value;
  const intrinsic = value as { Ref?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::Join'?: [string, unknown[]] };
  if (intrinsic.Ref !== undefined) return short(intrinsic.Ref);
  const attribute = intrinsic['Fn::GetAtt'];
  if (attribute) return `${short(attribute[0])}.${attribute[1]}`;
  const join = intrinsic['Fn::Join'];
  if (join) return join[1].map(render).join(join[0]);
  throw new Error(`no such intrinsic: ${JSON.stringify(value)}`);
}

export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}
