import { type Documented, resolved } from './document.ts';
import { judge, pathText } from './judge.ts';
import { refusalOfTheValid } from './semantics.ts';
import type { Answered } from './stage.ts';
import type { Verdict } from './verdict.ts';

interface Problem {
  readonly type?: unknown;
  readonly title?: unknown;
  readonly status?: unknown;
  readonly code?: string;
  readonly detail?: unknown;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

/** What must hold of every answer; says what does not. */
export function complaints(documented: Documented | undefined, verdict: Verdict, answered: Answered): string[] {
  const { statusCode, headers, body } = answered;
  const found: string[] = [];
  if (statusCode >= 500 || statusCode < 200)
    found.push(`answers ${statusCode}: ${body.slice(0, 300)}, log: ${answered.logged}`);
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\t\x20-\x7e]*$/.test(`${name}: ${value}`))
      found.push(`the header ${name} cannot be sent: ${JSON.stringify(value)}`);
  }
  if (/node_modules|\bat .*\.ts:\d+|ZodError|arn:aws/.test(body)) found.push('tells of its inside');
  if (statusCode >= 400) found.push(...refusal(documented, verdict, answered));
  else found.push(...success(documented, verdict, answered));
  return found;
}

function success(
  documented: Documented | undefined,
  verdict: Verdict,
  { statusCode, headers, body }: Answered,
): string[] {
  if (verdict.bad) return [`accepts what the document forbids (${statusCode}): ${JSON.stringify(verdict)}`];
  const content = documented?.responses[statusCode]?.content;
  const type = contentType(headers);
  const media = content?.[type];
  if (!media) return [`answers ${statusCode} ${type}, which is not documented`];
  if (!media.schema) return [];
  const faults = judge(resolved(media.schema), JSON.parse(body));
  return faults.length > 0 ? [`answers what its schema forbids at ${faults.map(pathText)}`] : [];
}

function refusal(
  documented: Documented | undefined,
  verdict: Verdict,
  { statusCode, headers, body, writes }: Answered,
): string[] {
  const found = writes.map(
    ({ operation, body: written }) =>
      `writes although it refuses: ${operation} ${JSON.stringify(written).slice(0, 200)}`,
  );
  const type = contentType(headers);
  // The router refuses before it knows which operation it is.
  const routed = !verdict.noSuchMethod && !verdict.forbidden;
  const media = documented?.responses['4XX']?.content[type];
  if (routed && !media) found.push(`refuses with ${type}, which is not documented`);
  if (type !== 'application/problem+json') return found;
  const problem = JSON.parse(body) as Problem;
  if (problem.status !== statusCode) found.push(`status ${problem.status} in an answer of ${statusCode}`);
  for (const member of ['type', 'title', 'detail', 'code'] as const)
    if (typeof problem[member] !== 'string' || problem[member] === '') found.push(`a problem without ${member}`);
  if (media?.schema)
    found.push(...judge(resolved(media.schema), problem).map((path) => `no Problem at ${pathText(path)}`));
  // How deep that is depends on the stack: no schema says it.
  if (problem.detail === 'The body is nested too deep.') return found;
  if (verdict.bad) found.push(...unnamed(verdict, problem));
  else if (statusCode < 500)
    found.push(
      ...refusalOfTheValid(documented?.operation, problem.code ?? '', problem.errors ?? [], verdict.strangers),
    );
  return found;
}

/** Every field at fault must be named, or what it is in. */
function unnamed({ queryFaults, bodyFaults, strangers }: Verdict, { code, errors = [] }: Problem): string[] {
  // One of query and body is looked at first.
  const isOfQuery = queryFaults.length > 0 || errors.some(({ field }) => strangers.includes(field));
  if (code !== 'invalid_request' || (isOfQuery && bodyFaults.length > 0)) return [];
  const wanted = [...queryFaults, ...bodyFaults.map(pathText)];
  const named = errors.map(({ field }) => field);
  const isNamed = (path: string) => named.some((field) => path.startsWith(field) || field.startsWith(path));
  return wanted
    .filter((path) => !isNamed(path))
    .map((path) => `does not name ${JSON.stringify(path)} among ${JSON.stringify(named).slice(0, 300)}`);
}

export function contentType(headers: Readonly<Record<string, string>>): string {
  const [, value = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return value.split(';')[0] ?? '';
}
