import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import type { ConfigDocument } from '../core/config/document.ts';
import type { Contact } from '../core/delivery.ts';
import { SEVERITIES, type Severity } from '../core/incident.ts';
import { directoryIn, instantFor, serviceIn } from '../core/scenario.ts';
import { parseMoment } from '../core/schedule/moment.ts';
import { simulate } from '../core/simulate.ts';
import { simulationText } from '../core/simulation-text.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts';
import type { Surroundings } from './config.ts';
import { CommandError, readConfigFiles } from './read-config.ts';

const USAGE = `usage: npm run simulate -- --service ID [options]

Who would be notified, how, when, and why, if an incident came up. Nothing is sent.

  --config FILE              a configuration to try, without a server; several are read as one.
                             Without it, the API is asked about the configuration in force.
  --severity CRIT|ERR|WARN   default CRIT
  --at TIME                  2026-11-21T03:04 on the clock of the service's team, or with a zone; default now
  --acknowledged-after TIME  somebody acknowledges so long after it came up: 7m, 90s, 1h
  --url URL                  of the API; else INRESPONSE_URL, else http://127.0.0.1:8080
  --key KEY                  the API key; else INRESPONSE_API_KEY
`;

interface CommandLine {
  readonly service: string;
  readonly severity: Severity;
  readonly at?: string;
  readonly acknowledgedAfterMs?: number;
  readonly config: readonly string[];
  readonly url?: string;
  readonly key?: string;
}

/** Runs a command line. Answers the exit code: 0 done, 1 refused, 2 not a command. */
export async function runSimulateCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { print, printError } = surroundings;
  const line = readCommandLine(args);
  if (typeof line === 'string') {
    printError(`${line}\n\n${USAGE}`);
    return 2;
  }
  try {
    print(harmless(await (line.config.length > 0 ? fromFiles : fromApi)(line, surroundings)));
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    printError(harmless(`${error.message}\n`));
    return 1;
  }
}

/** The command line, or what is wrong with it. */
function readCommandLine(args: readonly string[]): CommandLine | string {
  const text = { type: 'string' } as const;
  const options = { service: text, severity: text, at: text, 'acknowledged-after': text, url: text, key: text };
  try {
    const config = { type: 'string', multiple: true, default: [] as string[] } as const;
    const { values } = parseArgs({ args: [...args], options: { ...options, config } });
    const { service, severity = 'CRIT', at, 'acknowledged-after': after, config: files, ...api } = values;
    if (!service) return 'Which service? Give --service.';
    const known = SEVERITIES.find((each) => each === severity.toUpperCase());
    if (!known) return `--severity must be one of ${SEVERITIES.join(', ')}.`;
    if (at !== undefined && !parseMoment(at)) return '--at must be a time such as 2026-11-21T03:04, or with a zone.';
    const acknowledgedAfterMs = after === undefined ? undefined : duration(after);
    if (after !== undefined && acknowledgedAfterMs === undefined)
      return '--acknowledged-after must be a time such as 7m.';
    return {
      service,
      severity: known,
      config: files,
      ...api,
      ...(at === undefined ? {} : { at }),
      ...(acknowledgedAfterMs === undefined ? {} : { acknowledgedAfterMs }),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, min: MINUTE_MS, h: HOUR_MS };

/** `7m`, `90s`, `1h`; a bare number is minutes. */
function duration(text: string): number | undefined {
  const [, count, unit = 'm'] = /^(\d{1,6})\s?(s|m|min|h)?$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? MINUTE_MS);
}

async function fromFiles(line: CommandLine, surroundings: Surroundings): Promise<string> {
  const { document, fallback } = await readConfig(line.config, surroundings);
  const service = serviceIn(document, line.service);
  if (!service) throw new CommandError(`The configuration has no service ${line.service}.`);
  const { severity, acknowledgedAfterMs } = line;
  const at = line.at === undefined ? surroundings.now() : instantFor(service, line.at);
  const question = { service, severity, at, ...(acknowledgedAfterMs === undefined ? {} : { acknowledgedAfterMs }) };
  const directory = directoryIn(document, service.team, fallback);
  return simulationText(
    question,
    simulate(question, () => directory),
  );
}

const deploymentForm = z.object({ fallbackEmail: z.string() });

async function readConfig(
  files: readonly string[],
  { read }: Surroundings,
): Promise<{ document: ConfigDocument; fallback: Contact }> {
  const { document, deployment } = await readConfigFiles(files, read);
  // The fallback contact belongs to the deployment; a file for `npm start` says it, one for PUT /config does not.
  const address = deploymentForm.safeParse(deployment).data?.fallbackEmail ?? 'of the deployment';
  return { document, fallback: { kind: 'email', address, name: 'fallback contact' } };
}

const answerForm = z.object({ text: z.string() });
const problemForm = z.object({
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
});

async function fromApi(line: CommandLine, { environment, fetch: send }: Surroundings): Promise<string> {
  const url = (line.url ?? environment.INRESPONSE_URL ?? 'http://127.0.0.1:8080').replace(/\/+$/, '');
  const key = line.key ?? environment.INRESPONSE_API_KEY;
  if (!key) throw new CommandError('The API key is needed: --key, or INRESPONSE_API_KEY. Or give a file: --config.');
  const { service, severity, at, acknowledgedAfterMs: after } = line;
  const body = { service, severity, at, acknowledgedAfterMinutes: after === undefined ? undefined : after / MINUTE_MS };
  let response: Response;
  try {
    const headers = { 'content-type': 'application/json', 'x-api-key': key };
    response = await send(`${url}/simulate`, { method: 'POST', headers, body: JSON.stringify(body) });
  } catch (cause) {
    throw new CommandError(`${url} cannot be reached`, { cause });
  }
  const answer: unknown = await response.json().catch(() => undefined);
  const good = answerForm.safeParse(answer);
  if (response.ok && good.success) return good.data.text;
  const problem = problemForm.safeParse(answer);
  if (!problem.success) throw new CommandError(`the API answered ${response.status}; is the address right?`);
  const { detail, errors } = problem.data;
  throw new CommandError([detail, ...errors.map(({ field, message }) => `  ${field}: ${message}`)].join('\n'));
}

/** Lines that cannot steer a terminal, whoever wrote what is in them. */
function harmless(text: string): string {
  return text.replace(/[^\P{Cc}\n]|\p{Bidi_Control}/gu, '');
}

if (import.meta.main) {
  process.exitCode = await runSimulateCommand(process.argv.slice(2), {
    read: (file) => readFile(file, 'utf8'),
    print: (text) => process.stdout.write(text),
    printError: (text) => process.stderr.write(text),
    fetch,
    environment: process.env,
    now: () => Date.now(),
  });
}
