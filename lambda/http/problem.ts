/** Every way a request can be refused: HTTP status and the title, by the stable code that clients may rely on. */
export const PROBLEMS = {
  invalid_json: [400, 'The body is not JSON'],
  invalid_request: [400, 'The request is not valid'],
  unknown_service: [400, 'No such service'],
  forbidden: [403, 'Forbidden'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  illegal_transition: [409, 'The incident is in another state'],
  stale_version: [409, 'The incident has changed'],
  superseded: [409, 'A newer incident of the same dedup key is open'],
  stale_revision: [409, 'The configuration has changed'],
  body_too_large: [413, 'The body is too large'],
  internal: [500, 'Internal error'],
  unavailable: [503, 'Temporarily unavailable'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  /** Path of the field as the sender wrote it: `links[0].href`. Empty for the body as a whole. */
  readonly field: string;
  readonly message: string;
}

/** A refusal. Thrown by operations, rendered as `application/problem+json` (RFC 9457) by the middleware. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[];
  /** Members added to the problem document, such as the current state. */
  readonly more: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    extra: { errors?: readonly FieldError[]; more?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.code = code;
    this.errors = extra.errors ?? [];
    this.more = extra.more ?? {};
    this.headers = extra.headers ?? {};
  }
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export function problemResponse(problem: Problem, requestId: string | undefined): HttpResponse {
  const [status, title] = PROBLEMS[problem.code];
  const document = {
    type: 'about:blank',
    title,
    status,
    code: problem.code,
    detail: problem.message,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
    ...problem.more,
    ...(requestId ? { requestId } : {}),
  };
  return {
    statusCode: status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...problem.headers },
    body: JSON.stringify(document),
  };
}

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
