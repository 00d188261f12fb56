import * as z from 'zod';
import type { Resources } from './resources.ts';

const schema = z.object({
  ResponseType: z.string(),
  StatusCode: z.coerce.number().optional(),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
});

type Customization = z.output<typeof schema>;

/** What API Gateway answers by itself: status, message and the name of the error. Source: the reference of gateway response types. */
const DEFAULTS = {
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token', 'MissingAuthenticationTokenException'],
  INVALID_API_KEY: [403, 'Forbidden', 'ForbiddenException'],
  THROTTLED: [429, 'Too Many Requests', 'TooManyRequestsException'],
  BAD_REQUEST_PARAMETERS: [400, 'Bad Request', 'BadRequestException'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long', 'RequestTooLargeException'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out', 'InternalServerErrorException'],
  API_CONFIGURATION_ERROR: [502, 'Internal server error', 'InternalServerErrorException'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type GatewayError = keyof typeof DEFAULTS;

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface GatewayResponses {
  /** The answer to a request that never reaches a function, or gets nothing usable from it. */
  answer(error: GatewayError, requestId: string): GatewayAnswer;
}

/** As the GatewayResponse resources of the stack say, and as AWS says for the others. */
export function readGatewayResponses(resources: Resources): GatewayResponses {
  const found = resources.ofType('AWS::ApiGateway::GatewayResponse', schema).map(({ properties }) => properties);
  const customizations = new Map(found.map((customization) => [customization.ResponseType, customization]));
  return {
    answer(error, requestId) {
      const [defaultStatus, message, name] = DEFAULTS[error];
      const custom = customizations.get(error) ?? customizations.get(`DEFAULT_${Math.floor(defaultStatus / 100)}XX`);
      const [contentType, template] = Object.entries(custom?.ResponseTemplates ?? {})[0] ?? [
        'application/json',
        '{"message":$context.error.messageString}',
      ];
      const status = custom?.StatusCode ?? defaultStatus;
      const context: Readonly<Record<string, string>> = {
        'error.messageString': JSON.stringify(message),
        'error.message': message,
        'error.responseType': error,
        requestId,
        status: String(status),
      };
      return {
        status,
        headers: {
          'content-type': contentType,
          'x-amzn-requestid': requestId,
          'x-amzn-errortype': name,
          ...headersOf(custom, context),
        },
        body: fill(template, context),
      };
    },
  };
}

const HEADER = 'gatewayresponse.header.';

function headersOf(
  custom: Customization | undefined,
  context: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(custom?.ResponseParameters ?? {}).filter(([key]) => key.startsWith(HEADER));
  return Object.fromEntries(
    // A value is either a literal in single quotes or a mapping expression.
    entries.map(([key, value]) => {
      const literal = /^'(.*)'$/.exec(value)?.[1];
      return [key.slice(HEADER.length).toLowerCase(), literal ?? context[value.replace(/^context\./, '')] ?? ''];
    }),
  );
}

function fill(template: string, context: Readonly<Record<string, string>>): string {
  return template.replace(
    /\$context\.([A-Za-z.]*[A-Za-z])|\$\{context\.([A-Za-z.]+)\}/g,
    (_match, bare: string, braced: string) => {
      return context[bare ?? braced] ?? '';
    },
  );
}
