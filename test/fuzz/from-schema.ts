import fc from 'fast-check';
import type { JsonSchema } from './judge.ts';
import { hintFor } from './world.ts';

/** Lists and texts are kept short: what is long is the mutations' affair. */
const MOST_ITEMS = 3;
const MOST_CHARACTERS = 24;

/** Values that a schema of the OpenAPI document allows. Names that the configuration knows are put in where a field calls for one. */
export function fromSchema(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { type, enum: values, const: only, anyOf, oneOf, properties } = schema;
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(values)) return fc.constantFrom(...values);
  const choices = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  if (choices && type === undefined) return fc.oneof(...choices.map(fromSchema));
  if (Array.isArray(type)) return fc.oneof(...type.map((each) => fromSchema({ ...schema, type: each })));
  switch (type) {
    case 'string':
      return text(schema);
    case 'integer':
    case 'number':
      return number(schema, type);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return list(schema);
    case 'object':
      return properties === undefined ? free(schema) : object(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function text({ pattern, format, minLength = 0, maxLength }: JsonSchema): fc.Arbitrary<string> {
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern), { size: 'small' });
  if (format === 'uri') return fc.webUrl();
  const least = Number(minLength);
  const most = Math.min(Number(maxLength ?? MOST_CHARACTERS), MOST_CHARACTERS);
  return fc.string({ minLength: least, maxLength: Math.max(least, most), unit: 'grapheme-composite' });
}

function number({ minimum, maximum, exclusiveMinimum }: JsonSchema, type: 'integer' | 'number'): fc.Arbitrary<number> {
  const min = Number(minimum ?? (exclusiveMinimum === undefined ? 0 : Number(exclusiveMinimum) + 1));
  const max = Number(maximum ?? Number.MAX_SAFE_INTEGER);
  const integer = fc.oneof(
    fc.integer({ min, max: Math.min(max, min + 100) }),
    fc.integer({ min, max }),
    fc.constant(max),
  );
  return type === 'integer'
    ? integer
    : fc.oneof(integer, fc.double({ min, max, noNaN: true, noDefaultInfinity: true }));
}

function list({ items, minItems = 0 }: JsonSchema): fc.Arbitrary<unknown[]> {
  const minLength = Number(minItems);
  return fc.array(fromSchema((items ?? {}) as JsonSchema), { minLength, maxLength: Math.max(minLength, MOST_ITEMS) });
}

function free({ additionalProperties }: JsonSchema): fc.Arbitrary<unknown> {
  const value = typeof additionalProperties === 'object' ? fromSchema(additionalProperties as JsonSchema) : undefined;
  return fc.dictionary(fc.string({ maxLength: 8 }), value ?? fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 4,
    noNullPrototype: true,
  });
}

function object(schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = schema.properties as Record<string, JsonSchema>;
  const fields = Object.entries(properties).map(([name, field]): [string, fc.Arbitrary<unknown>] => {
    const hint = hintFor(name, schema);
    const any = fromSchema(field);
    return [name, hint ? fc.oneof({ weight: 6, arbitrary: hint }, { weight: 1, arbitrary: any }) : any];
  });
  const required = (schema.required ?? []) as string[];
  const having = (own: readonly string[], others: readonly string[]) =>
    fc.record(Object.fromEntries(fields.filter(([name]) => !others.includes(name))), {
      requiredKeys: [...required, ...own],
      noNullPrototype: true,
    });
  // Beside `properties`, a choice is one of what must be there.
  const choice = ((schema.oneOf ?? schema.anyOf ?? []) as { required: string[] }[]).map((branch) => branch.required);
  const branches = choice.map((own) => ({
    weight: 3,
    arbitrary: having(
      own,
      choice.flat().filter((name) => !own.includes(name)),
    ),
  }));
  return fc.oneof(...branches, { weight: 1, arbitrary: having([], []) });
}
