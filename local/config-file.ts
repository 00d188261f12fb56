import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import { type LocatedFault, locate, readSources } from '../cli/config-sources.ts';
import { parseConfig } from '../core/config/document.ts';

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

/** Reads YAML or JSON. Throws ConfigFileError naming every fault with its line, or when the file is not there. */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new ConfigFileError(`${file} cannot be read: ${cause.message}`, { cause });
  });
  const sources = [{ file, text }];
  const { document, deployment, faults } = readSources(sources);
  if (faults.length > 0) throw new ConfigFileError(`${file} cannot be read:${list(faults)}`);
  const checked = parseConfig(document);
  if (!checked.ok) throw new ConfigFileError(`the configuration is not valid:${list(locate(checked.faults, sources))}`);
  const services = servicesSchema.safeParse(document).data?.services.map(({ id }) => id) ?? [];
  return { deployment, document, services };
}

function list(faults: readonly LocatedFault[]): string {
  return faults
    .map(({ file, line, column, field, message }) => `\n  ${file}:${line}:${column} ${field} ${message}`)
    .join('');
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
