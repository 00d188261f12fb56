import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';

const schema = z.looseObject({ deployment: z.record(z.string(), z.unknown()).default({}) });
const servicesSchema = z.object({ services: z.array(z.object({ id: z.string() })).default([]) });
const problemSchema = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
});

/** A configuration file: the deployment's parameters, and the document for `PUT /config`. */
export interface ConfigFile {
  readonly deployment: Readonly<Record<string, unknown>>;
  readonly document: Readonly<Record<string, unknown>>;
  readonly services: readonly string[];
}

/** The configuration cannot be used; the message is for the person who wrote it. */
export class ConfigFileError extends Error {
  override readonly name = 'ConfigFileError';
}

/** Reads YAML or JSON. Throws ConfigFileError when the file is not there, or not a configuration. */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  let content: unknown;
  try {
    content = parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new ConfigFileError(`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  const result = schema.safeParse(content);
  if (!result.success) throw new ConfigFileError(`${file} is not a configuration: ${z.prettifyError(result.error)}`);
  const { deployment, ...document } = result.data;
  const services = servicesSchema.safeParse(document).data?.services.map(({ id }) => id) ?? [];
  return { deployment, document, services };
}

/** Puts the document in force through the API. Throws ConfigFileError naming every field at fault when it is refused. */
export async function putConfig(url: string, apiKey: string, { document }: ConfigFile): Promise<void> {
  const response = await fetch(`${url}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
    body: JSON.stringify(document),
  });
  const answer = await response.text();
  if (!response.ok)
    throw new ConfigFileError(`the configuration was refused (HTTP ${response.status}): ${explain(answer)}`);
}

function explain(answer: string): string {
  const problem = problemSchema.safeParse(parse(answer));
  if (!problem.success) return answer;
  const { title, detail, errors } = problem.data;
  const lines = errors.map(({ field, message }) => `\n  ${field}: ${message}`);
  return `${detail ?? title ?? ''}${lines.join('')}`;
}
