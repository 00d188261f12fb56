/** Clients cut at 512,000 bytes; 512 KiB are accepted. */
export const BODY_LIMIT_BYTES = 524_288;

/** The parts of an HTTP event that carry its body. */
export interface EncodedBody {
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** The bytes as the sender wrote them: what signatures are computed over. Empty when there is no body. */
export function decodeBody({ body, isBase64Encoded }: EncodedBody): Buffer {
  return Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
}

export type ParsedBody =
  /** `value` is undefined for an empty body. */
  { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'unreadable' } | { readonly kind: 'tooLarge' };

/**
 * Reads JSON whatever the Content-Type says: netdata posts it as a form, SNS as plain text. A byte order mark is skipped. Each
 * protocol has its own answer to `unreadable` and `tooLarge`, in its `replies.ts`.
 */
export function parseBody(raw: Buffer): ParsedBody {
  if (raw.byteLength > BODY_LIMIT_BYTES) return { kind: 'tooLarge' };
  const text = raw.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return { kind: 'json', value: undefined };
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch {
    return { kind: 'unreadable' };
  }
}
