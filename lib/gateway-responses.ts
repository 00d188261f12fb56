import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

interface Problem {
  readonly type: ResponseType;
  /** Left out for the two defaults: each of their errors keeps the status that API Gateway gives it. */
  readonly status?: number;
  readonly code: string;
  readonly title: string;
  /** Left out where API Gateway's own words say more. */
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const KEY_NEEDED = 'The x-api-key header is missing, or holds no valid key.';
const RETRY_SOON = { 'Retry-After': "'1'" };

/** What API Gateway answers itself, before or instead of the function, in the form of all errors of the API (RFC 9457). */
export const GATEWAY_PROBLEMS: readonly Problem[] = [
  { type: ResponseType.BAD_REQUEST_BODY, status: 400, code: 'invalid_request', title: 'The request is not valid' },
  {
    type: ResponseType.BAD_REQUEST_PARAMETERS,
    status: 400,
    code: 'invalid_request',
    title: 'The request is not valid',
  },
  { type: ResponseType.INVALID_API_KEY, status: 403, code: 'forbidden', title: 'Forbidden', detail: KEY_NEEDED },
  { type: ResponseType.ACCESS_DENIED, status: 403, code: 'forbidden', title: 'Forbidden' },
  // The name is API Gateway's; what it means in an API without IAM authorization is a path that does not exist.
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'There is nothing at this path.',
  },
  { type: ResponseType.RESOURCE_NOT_FOUND, status: 404, code: 'not_found', title: 'Not found' },
  { type: ResponseType.REQUEST_TOO_LARGE, status: 413, code: 'body_too_large', title: 'The body is too large' },
  {
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    status: 415,
    code: 'unsupported_media_type',
    title: 'Unsupported media type',
  },
  { type: ResponseType.THROTTLED, status: 429, code: 'throttled', title: 'Too many requests', headers: RETRY_SOON },
  { type: ResponseType.QUOTA_EXCEEDED, status: 429, code: 'quota_exceeded', title: 'Too many requests' },
  {
    type: ResponseType.INTEGRATION_FAILURE,
    status: 503,
    code: 'unavailable',
    title: 'Temporarily unavailable',
    headers: RETRY_SOON,
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    code: 'timeout',
    title: 'Gateway timeout',
    headers: RETRY_SOON,
  },
  { type: ResponseType.DEFAULT_4XX, code: 'invalid_request', title: 'The request is not valid' },
  { type: ResponseType.DEFAULT_5XX, code: 'internal', title: 'Internal error' },
];

/** Gives `api` all of them. */
export function addGatewayResponses(api: RestApi): void {
  for (const problem of GATEWAY_PROBLEMS) {
    const { type, status, headers } = problem;
    api.addGatewayResponse(type.responseType, {
      type,
      ...(status === undefined ? {} : { statusCode: String(status) }),
      responseHeaders: { 'Content-Type': "'application/problem+json'", ...headers },
      templates: { 'application/json': template(problem) },
    });
  }
}

/** `messageString` comes quoted and escaped, so it stands bare. */
function template({ status, code, title, detail }: Problem): string {
  const members = [
    '"type":"about:blank"',
    `"title":"${title}"`,
    ...(status === undefined ? [] : [`"status":${status}`]),
    `"code":"${code}"`,
    `"detail":${detail === undefined ? '$context.error.messageString' : JSON.stringify(detail)}`,
    '"requestId":"$context.requestId"',
  ];
  return `{${members.join(',')}}`;
}
