import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      properties: z.object({ templateFile: z.string().optional(), stackName: z.string().optional() }).optional(),
    }),
  ),
});

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
});

const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
});

const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.string().optional() }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

export type Resource = z.infer<typeof resourceSchema>;
export type Template = z.infer<typeof templateSchema>;

/** The one stack of a cloud assembly, as `cdk synth` wrote it. */
export interface Assembly {
  readonly stackName: string;
  readonly region: string;
  readonly account: string;
  readonly template: Template;
  /** The file or directory that would be uploaded under this key, by object key. */
  readonly assets: ReadonlyMap<string, string>;
}

/** Reads a cloud assembly with exactly one stack. Throws when there is none, or more. */
export async function readAssembly(directory: string): Promise<Assembly> {
  const { artifacts } = manifestSchema.parse(await readJson(join(directory, 'manifest.json')));
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [first] = stacks;
  if (!first || stacks.length > 1) {
    throw new Error(
      `the cloud assembly holds ${stacks.length} stacks (${stacks.map(([id]) => id).join(', ')}); exactly one can run here`,
    );
  }
  const [artifactId, { environment, properties }] = first;
  const templateFile = properties?.templateFile ?? `${artifactId}.template.json`;
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment ?? '') ?? [];
  return {
    stackName: properties?.stackName ?? artifactId,
    account: account === undefined || account === 'unknown-account' ? '000000000000' : account,
    region: region === undefined || region === 'unknown-region' ? 'us-east-1' : region,
    template: templateSchema.parse(await readJson(join(directory, templateFile))),
    assets: await readAssets(directory, templateFile.replace(/\.template\.json$/, '.assets.json')),
  };
}

async function readAssets(directory: string, file: string): Promise<Map<string, string>> {
  const { files } = assetsSchema.parse(await readJson(join(directory, file)));
  return new Map(
    Object.values(files).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, join(directory, source.path ?? '')] as const),
    ),
  );
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}
