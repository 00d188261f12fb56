import type * as z from 'zod';
import { isRecord } from './fields.ts';

export type Path = readonly (string | number)[];

/** What is wrong in a document, at the path of the field. */
export interface ConfigFault {
  readonly path: Path;
  readonly message: string;
}

/** `services[0].team`, as in the answers of the API. Empty for the document as a whole. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** How a value that somebody else wrote is quoted in a message. */
export function quoted(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** zod's issues in the words of somebody who writes a configuration; where a schema has words of its own, those win. */
export function wording(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    return `must be ${TYPES[issue.expected] ?? issue.expected}`;
  }
  const amount = 'origin' in issue && issue.origin === 'number' ? 'be' : 'have';
  if (issue.code === 'too_small')
    return amount === 'have' && issue.minimum === 1 ? 'must not be empty' : `must ${amount} ${issue.minimum} at least`;
  if (issue.code === 'too_big') return `must ${amount} ${issue.maximum} at most`;
  if (issue.code === 'invalid_value') return `must be ${issue.values.join(' or ')}`;
  if (issue.code === 'invalid_key') return issue.issues[0]?.message;
  if (issue.code === 'invalid_union' && Array.isArray(issue.options)) return `must be ${issue.options.join(' or ')}`;
  return undefined;
}

/** One issue of zod as the faults that it stands for. `value` is what was checked. */
export function faultsOf(issue: z.core.$ZodIssue, value: unknown, at: Path = []): ConfigFault[] {
  const own = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const path = [...at, ...own];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, quoted(key)], message: 'is not a known field' }));
  if (issue.code === 'invalid_union') {
    const inside = own.reduce<unknown>(child, value);
    const branch = meant(issue, inside);
    if (branch) return branch.flatMap((each) => faultsOf(each, inside, path));
  }
  return [{ path, message: issue.message }];
}

function child(value: unknown, part: string | number): unknown {
  if (Array.isArray(value)) return value[Number(part)];
  return isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
}

type Issues = readonly z.core.$ZodIssue[];

/**
 * The form that an object was meant to have: the one whose keys it fits best. Its faults are the ones to tell; those of all forms
 * would only confuse. Undefined where no form fits better than all others, so that the union's own words say it best.
 */
function meant(issue: z.core.$ZodIssueInvalidUnion, value: unknown): Issues | undefined {
  if (!isRecord(value)) return undefined;
  const [best, second] = issue.errors
    .filter((issues) => !issues.some(isWrongKind))
    .map((issues) => ({ issues, misfit: misfit(issues, value) }))
    .sort((a, b) => a.misfit - b.misfit);
  return best && best.misfit !== second?.misfit ? best.issues : undefined;
}

/** How many keys are missing or not known. */
function misfit(issues: Issues, value: Readonly<Record<string, unknown>>): number {
  const keys = issues.map((issue) => {
    const [key, ...rest] = issue.path;
    if (key === undefined) return issue.code === 'unrecognized_keys' ? issue.keys.length : 0;
    return rest.length === 0 && !Object.hasOwn(value, key) ? 1 : 0;
  });
  return keys.reduce<number>((sum, count) => sum + count, 0);
}

function isWrongKind({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}
