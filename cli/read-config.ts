import { type ConfigDocument, parseConfig } from '../core/config/document.ts';
import { type LocatedFault, locate, readSources, type Source } from './config-sources.ts';

/** What keeps a command from doing its work; the message is for the person who gave it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export type ReadFile = (file: string) => Promise<string>;

/** The configuration that is spread over `files`. Throws CommandError naming every fault with file, line and column. */
export async function readConfigFiles(
  files: readonly string[],
  read: ReadFile,
): Promise<{ document: ConfigDocument; deployment: Readonly<Record<string, unknown>> }> {
  const sources = await Promise.all(files.map((file) => readSource(file, read)));
  const { document, deployment, faults: unread } = readSources(sources);
  const result = parseConfig(document);
  if (unread.length === 0 && result.ok) return { document: result.document, deployment };
  // Of half the files, names that lead nowhere say nothing.
  const faults = unread.length > 0 || result.ok ? unread : locate(result.faults, sources);
  throw new CommandError(`${faults.map(line).join('\n')}\n${faults.length} fault${faults.length === 1 ? '' : 's'}`);
}

function line({ file, line: row, column, field, message }: LocatedFault): string {
  return `${file}:${row}:${column}: ${field === '' ? '' : `${field}: `}${message}`;
}

async function readSource(file: string, read: ReadFile): Promise<Source> {
  try {
    return { file, text: await read(file) };
  } catch (cause) {
    throw new CommandError(`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
