import * as z from 'zod';
import type { Plan } from '../core/config/plan.ts';

const texts = z.array(z.string());
const planForm = z.object({
  from: z.string(),
  to: z.string(),
  changes: z.array(
    z.object({
      change: z.enum(['added', 'changed', 'removed']),
      kind: z.string(),
      id: z.string(),
      fields: texts.exactOptional(),
    }),
  ),
  onCallChanges: z.array(
    z.object({
      where: z.string(),
      timeZone: z.string(),
      from: z.string(),
      to: z.string(),
      before: texts,
      after: texts,
    }),
  ),
  warnings: z.array(
    z.object({
      kind: z.enum(['gap', 'no channel', 'unreachable', 'no owner', 'nobody in team', 'unused']),
      message: z.string(),
    }),
  ),
}) satisfies z.ZodType<Plan>;

const problemForm = z.object({
  title: z.string().default(''),
  detail: z.string().default(''),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
});

/** The API did not do what was asked; the message is for the person at the terminal. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
}

export interface ConfigApiOptions {
  readonly url: string;
  /** The administrator's API key. */
  readonly key: string;
  /** Kept with the revision. */
  readonly author?: string;
  readonly fetch: typeof fetch;
}

export interface ConfigApi {
  /** The revision in force, as its ETag. */
  revision(): Promise<string>;
  /** What putting the document would do; changes nothing. */
  plan(document: object): Promise<Plan>;
  /** Puts the document in force, unless another revision than `revision` is in force by now. */
  put(document: object, revision: string): Promise<{ readonly revision: number; readonly changed: boolean }>;
}

/** A client of the configuration API. Every method throws ApiError. */
export function createConfigApi({ url, key, author, fetch: send }: ConfigApiOptions): ConfigApi {
  async function call(path: string, init: RequestInit): Promise<{ readonly body: unknown; readonly etag: string }> {
    const headers = {
      'content-type': 'application/json',
      'x-api-key': key,
      ...(author ? { 'x-author': inHeader(author) } : {}),
    };
    let response: Response;
    try {
      response = await send(`${url.replace(/\/+$/, '')}${path}`, { ...init, headers: { ...headers, ...init.headers } });
    } catch (cause) {
      throw new ApiError(`${url} cannot be reached`, { cause });
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw new ApiError(explain(response.status, body));
    return { body, etag: response.headers.get('etag') ?? '' };
  }

  const put = (path: string, document: object, headers: Record<string, string>) =>
    call(path, { method: 'PUT', body: JSON.stringify(document), headers });

  return {
    revision: async () => (await call('/config', {})).etag,
    plan: async (document) =>
      read(z.object({ plan: planForm }), (await put('/config?dryRun=true', document, {})).body).plan,
    put: async (document, revision) => {
      const { body } = await put('/config', document, revision === '' ? {} : { 'if-match': revision });
      return read(z.object({ revision: z.number(), changed: z.boolean() }), body);
    },
  };
}

/** A header holds no more than this. */
function inHeader(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}

function read<T>(form: z.ZodType<T>, body: unknown): T {
  const result = form.safeParse(body);
  if (result.success) return result.data;
  throw new ApiError('the answer is not one of this API; is the address right?');
}

function explain(status: number, body: unknown): string {
  const problem = problemForm.safeParse(body);
  if (!problem.success) return `the API answered ${status}`;
  const { title, detail, errors } = problem.data;
  return [`${status} ${title}: ${detail}`, ...errors.map(({ field, message }) => `  ${field}: ${message}`)].join('\n');
}
