import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type ConfigDocument, EMPTY_CONFIG } from '../core/config/document.ts';
import { configJsonSchema } from '../core/config/json-schema.ts';
import { planOf } from '../core/config/plan.ts';
import { harmless, renderPlan } from '../core/config/render-plan.ts';
import { ApiError, type ConfigApi, createConfigApi } from './config-api.ts';
import { CommandError, type ReadFile, readConfigFiles } from './read-config.ts';

const USAGE = `usage: npm run config -- COMMAND [FILE…] [options]

  check FILE…   is the configuration valid? needs no server
  plan FILE…    what would change, and who would be on call when
  apply FILE…   put it in force, after showing the plan
  schema        the JSON Schema of a configuration file, for editors

  --url URL      of the API; else INRESPONSE_URL, else http://127.0.0.1:8080
  --key KEY      the administrator's API key; else INRESPONSE_API_KEY
  --author NAME  kept with the revision; else USER

Several files, YAML or JSON, are read as one.
`;

/** What a command needs from outside. */
export interface Surroundings {
  readonly read: ReadFile;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly fetch: typeof fetch;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
}

/** Runs a command line. Answers the exit code: 0 done, 1 refused, 2 not a command. */
export async function runConfigCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { print, printError } = surroundings;
  const line = readCommandLine(args);
  const command = COMMANDS.get(line?.command ?? '');
  if (!line || !command || (line.files.length === 0) !== (line.command === 'schema')) {
    printError(USAGE);
    return 2;
  }
  try {
    print(await command(line, surroundings));
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ApiError)) throw error;
    printError(`${error.message.split('\n').map(harmless).join('\n')}\n`);
    return 1;
  }
}

interface CommandLine {
  readonly command: string;
  readonly files: readonly string[];
  readonly options: { readonly url?: string; readonly key?: string; readonly author?: string };
}

function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const text = { type: 'string' } as const;
  try {
    const options = { url: text, key: text, author: text };
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [command = '', ...files] = positionals;
    return { command, files, options: { ...values } };
  } catch {
    return undefined;
  }
}

type Command = (line: CommandLine, surroundings: Surroundings) => Promise<string>;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['check', check],
  [
    'plan',
    async (line, surroundings) =>
      renderPlan(await apiOf(line, surroundings).plan(await readConfig(line, surroundings))),
  ],
  ['apply', apply],
  ['schema', async () => `${JSON.stringify(configJsonSchema(), null, 2)}\n`],
]);

async function check(line: CommandLine, surroundings: Surroundings): Promise<string> {
  const document = await readConfig(line, surroundings);
  const { warnings } = planOf(EMPTY_CONFIG, document, surroundings.now());
  const counts = Object.entries(document).map(([kind, list]) => `${kind} ${list.length}`);
  const lines = [`Valid: ${counts.join(', ') || 'nothing'}`, ...warnings.map(({ message }) => `  ! ${message}`)];
  return `${lines.map(harmless).join('\n')}\n`;
}

async function apply(line: CommandLine, surroundings: Surroundings): Promise<string> {
  const document = await readConfig(line, surroundings);
  const api = apiOf(line, surroundings);
  // Before the plan: a change that somebody else makes after it is shown refuses this one.
  const inForce = await api.revision();
  surroundings.print(`${renderPlan(await api.plan(document))}\n`);
  const { revision, changed } = await api.put(document, inForce);
  return changed ? `Revision ${revision} is in force.\n` : `Revision ${revision} says the same already.\n`;
}

function apiOf({ options }: CommandLine, { environment, fetch: send }: Surroundings): ConfigApi {
  const url = options.url ?? environment.INRESPONSE_URL ?? 'http://127.0.0.1:8080';
  const key = options.key ?? environment.INRESPONSE_API_KEY;
  const author = options.author ?? environment.USER;
  if (!key) throw new CommandError("The administrator's API key is needed: --key, or INRESPONSE_API_KEY.");
  return createConfigApi({ url, key, fetch: send, ...(author ? { author } : {}) });
}

async function readConfig({ files }: CommandLine, { read }: Surroundings): Promise<ConfigDocument> {
  return (await readConfigFiles(files, read)).document;
}

if (import.meta.main) {
  process.exitCode = await runConfigCommand(process.argv.slice(2), {
    read: (file) => readFile(file, 'utf8'),
    print: (text) => process.stdout.write(text),
    printError: (text) => process.stderr.write(text),
    fetch,
    environment: process.env,
    now: () => Date.now(),
  });
}
