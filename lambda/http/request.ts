import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod';
import { type FieldError, Problem } from './problem.ts';

/** One byte less than 256 KiB is the largest body taken. */
export const MOST_BODY_BYTES = 256 * 1024 - 1;

/** The JSON object in the body, whatever the content type says. Throws a Problem for anything else. */
export function readJsonObject(event: Pick<APIGatewayProxyEvent, 'body' | 'isBase64Encoded'>): Record<string, unknown> {
  const raw = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  checkBytes(raw.length);
  const value = parse(raw.toString('utf8'));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Problem('invalid_request', 'The body must be a JSON object.', {
    errors: [{ field: '', message: 'must be an object' }],
  });
}

/** Throws a Problem when there is more than one incident may hold. */
export function checkBytes(bytes: number): void {
  if (bytes <= MOST_BODY_BYTES) return;
  throw new Problem('body_too_large', `The body has ${bytes} bytes; at most ${MOST_BODY_BYTES} are taken.`);
}

function parse(text: string): unknown {
  try {
    // Lone surrogates would not survive the way to the database and back.
    return JSON.parse(text, (_key, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value));
  } catch (cause) {
    // The reader of JSON goes down as deep as its stack lets it.
    if (cause instanceof RangeError) throw new Problem('invalid_json', 'The body is nested too deep.');
    const detail =
      text.trim() === ''
        ? 'The body is empty.'
        : `The body is not JSON: ${cause instanceof Error ? faultIn(cause.message) : ''}`;
    throw new Problem('invalid_json', detail);
  }
}

/** What the parser says, without the piece of the body that it quotes: answers are written to the logs of senders. */
function faultIn(message: string): string {
  return message.replace(/,? (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, '').slice(0, 120);
}

/** Checks a value; a Problem names every field at fault at once, with `more` that was found by other means. */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: string,
  more: readonly FieldError[] = [],
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success && more.length === 0) return result.data;
  throw invalid(what, [...(result.error?.issues.flatMap(fieldErrors) ?? []), ...more]);
}

/** Checks the parameters of a query, each of which may be given once; a Problem names every one at fault at once. */
export function checkQuery<S extends z.ZodType>(
  schema: S,
  parameters: Readonly<Record<string, readonly string[] | undefined>> | null,
): z.output<S> {
  const given = Object.entries(parameters ?? {});
  const repeated = given.filter(([, values = []]) => values.length > 1);
  const errors = repeated.map(([name]) => ({ field: fieldPath([name]), message: 'may be given once' }));
  const result = schema.safeParse(Object.fromEntries(given.map(([name, values = []]) => [name, values[0] ?? ''])));
  if (result.success && errors.length === 0) return result.data;
  throw invalid('query', [...errors, ...(result.error?.issues.flatMap(fieldErrors) ?? [])]);
}

function invalid(what: string, errors: readonly FieldError[]): Problem {
  const names = [...new Set(errors.map((e) => e.field))].filter(Boolean).join(', ');
  const detail = names ? `The ${what} is not valid: ${names}.` : `The ${what} is not valid.`;
  return new Problem('invalid_request', detail, { errors });
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: fieldPath([...issue.path, key]), message: 'is not a known field' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The most specific branch says what is wrong; a list of all branches' complaints would only confuse.
    const deepest = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
    if (deepest && deepest.path.length > 0) return fieldErrors({ ...deepest, path: [...issue.path, ...deepest.path] });
  }
  return [{ field: fieldPath(issue.path), message: issue.message }];
}

/** `links[0].href`, as a sender would write it. */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = String(part).slice(0, 100);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
