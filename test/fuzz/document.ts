import { openApiDocument } from '../../lambda/http/openapi.ts';
import { type Operation, ROUTES, type Route } from '../../lambda/http/routes.ts';
import type { JsonSchema } from './judge.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: JsonSchema;
}

/** One operation, as a reader of the document knows it. */
export interface Documented {
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  readonly auth: Route['auth'];
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly required: boolean; readonly schema: JsonSchema };
  /** Media types and schemas by status: `200`, `201`, `4XX`. */
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { schema?: JsonSchema }>> }>>;
}

interface DocumentedOperation extends Omit<Documented, 'body'> {
  readonly requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> };
}

const DOCUMENT = openApiDocument('https://inresponse.example.org') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
};

/** Every operation of the document. What the route table knows besides is who may call it. */
export const OPERATIONS: readonly Documented[] = ROUTES.map(({ operation, method, path, auth }) => {
  const found = DOCUMENT.paths[path]?.[method.toLowerCase()];
  if (!found) throw new Error(`${operation} is not in the document`);
  const schema = found.requestBody?.content['application/json']?.schema;
  return {
    operation,
    method,
    path,
    auth,
    parameters: found.parameters,
    responses: found.responses,
    ...(schema ? { body: { required: found.requestBody?.required ?? false, schema } } : {}),
  };
});

/** A schema with its references followed. */
export function resolved(schema: JsonSchema): JsonSchema {
  const name = typeof schema.$ref === 'string' ? schema.$ref.replace('#/components/schemas/', '') : undefined;
  return name === undefined ? schema : (DOCUMENT.components.schemas[name] ?? {});
}
