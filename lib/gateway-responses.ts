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
  { type: ResponseType.BAD_REQUEST_BODY, status: 400, code: 'bad_request', title: 'Bad Request' },
  { type: ResponseType.BAD_REQUEST_PARAMETERS, status: 400, code: 'bad_request', title: 'Bad Request' },
  { type: ResponseType.INVALID_API_KEY, status: 403, code: 'forbidden', title: 'Forbidden', detail: KEY_NEEDED },
  { type: ResponseType.ACCESS_DENIED, status: 403, code: 'forbidden', title: 'Forbidden' },
  // The name is API Gateway's; what it means in an API without IAM authorization is a path that does not exist.
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    status: 404,
    code: 'not_found',
    title: 'Not Found',
    detail: 'There is nothing at this path.',
  },
  { type: ResponseType.RESOURCE_NOT_FOUND, status: 404, code: 'not_found', title: 'Not Found' },
  { type: ResponseType.REQUEST_TOO_LARGE, status: 413, code: 'too_large', title: 'Content Too Large' },
  {
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    status: 415,
    code: 'unsupported_media_type',
    title: 'Unsupported Media Type',
  },
  { type: ResponseType.THROTTLED, status: 429, code: 'throttled', title: 'Too Many Requests', headers: RETRY_SOON },
  { type: ResponseType.QUOTA_EXCEEDED, status: 429, code: 'quota_exceeded', title: 'Too Many Requests' },
  {
    type: ResponseType.INTEGRATION_FAILURE,
    status: 502,
    code: 'bad_gateway',
    title: 'Bad Gateway',
    headers: RETRY_SOON,
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    code: 'timeout',
    title: 'Gateway Timeout',
    headers: RETRY_SOON,
  },
  { type: ResponseType.DEFAULT_4XX, code: 'bad_request', title: 'Request Refused' },
  { type: ResponseType.DEFAULT_5XX, code: 'internal_error', title: 'Internal Error' },
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
