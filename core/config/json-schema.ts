import * as z from 'zod';
import { configDocument } from './shape.ts';

/** JSON Schema (2020-12) of a configuration file, for editors. A file may also hold the deployment's parameters. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, properties, ...rest } = z.toJSONSchema(configDocument, { io: 'input', unrepresentable: 'any' });
  const deployment = {
    type: 'object',
    description: 'Parameters of the deployment; not part of what PUT /config takes',
  };
  return { $schema, title: 'InResponse configuration', ...rest, properties: { deployment, ...properties } };
}
