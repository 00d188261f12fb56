/** Where a value is at fault, as path of names and indexes; empty for the value as a whole. */
export type FaultPath = readonly (string | number)[];

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Keywords that say nothing about validity. `format` is an annotation in JSON Schema 2020-12. */
const ANNOTATIONS = new Set(['description', 'default', 'format', 'title', '$ref']);

/**
 * A judge of its own over the subset of JSON Schema 2020-12 that the OpenAPI document uses, so that the server's checks (zod) are not
 * their own judge. Answers every fault; throws for a keyword that it does not know, lest it wave something through.
 */
export function judge(schema: JsonSchema, value: unknown, at: FaultPath = []): FaultPath[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    if (ANNOTATIONS.has(keyword)) return [];
    const check = KEYWORDS[keyword];
    if (!check) throw new Error(`the judge does not know the keyword ${keyword}`);
    return check(rule as never, value, at, schema);
  });
}

type Check = (rule: never, value: unknown, at: FaultPath, schema: JsonSchema) => FaultPath[];

const fault = (is: boolean, at: FaultPath): FaultPath[] => (is ? [at] : []);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Code points, not UTF-16 units. */
const lengthOf = (value: string) => [...value].length;

function isType(type: string, value: unknown): boolean {
  if (type === 'object') return isObject(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function branches(rule: readonly JsonSchema[], value: unknown, at: FaultPath) {
  return rule.map((branch) => judge(branch, value, at));
}

const KEYWORDS: Readonly<Record<string, Check>> = {
  type: (rule: string | string[], value, at) => fault(![rule].flat().some((type) => isType(type, value)), at),
  enum: (rule: unknown[], value, at) => fault(!rule.includes(value), at),
  const: (rule: unknown, value, at) => fault(rule !== value, at),
  minimum: (rule: number, value, at) => fault(typeof value === 'number' && value < rule, at),
  maximum: (rule: number, value, at) => fault(typeof value === 'number' && value > rule, at),
  exclusiveMinimum: (rule: number, value, at) => fault(typeof value === 'number' && value <= rule, at),
  minLength: (rule: number, value, at) => fault(typeof value === 'string' && lengthOf(value) < rule, at),
  maxLength: (rule: number, value, at) => fault(typeof value === 'string' && lengthOf(value) > rule, at),
  pattern: (rule: string, value, at) => fault(typeof value === 'string' && !new RegExp(rule).test(value), at),
  minItems: (rule: number, value, at) => fault(Array.isArray(value) && value.length < rule, at),
  maxItems: (rule: number, value, at) => fault(Array.isArray(value) && value.length > rule, at),
  items: (rule: JsonSchema, value, at) =>
    Array.isArray(value) ? value.flatMap((item, index) => judge(rule, item, [...at, index])) : [],
  properties: (rule: Record<string, JsonSchema>, value, at) =>
    isObject(value)
      ? Object.entries(rule).flatMap(([name, schema]) =>
          Object.hasOwn(value, name) ? judge(schema, value[name], [...at, name]) : [],
        )
      : [],
  required: (rule: string[], value, at) =>
    isObject(value) ? rule.filter((name) => !Object.hasOwn(value, name)).map((name) => [...at, name]) : [],
  additionalProperties: (rule: boolean | JsonSchema, value, at, { properties = {} }) =>
    isObject(value)
      ? Object.keys(value)
          .filter((name) => !Object.hasOwn(properties as object, name))
          .flatMap((name) => (rule === false ? [[...at, name]] : judge(rule as JsonSchema, value[name], [...at, name])))
      : [],
  propertyNames: (rule: JsonSchema, value, at) =>
    isObject(value) ? Object.keys(value).flatMap((name) => judge(rule, name, [...at, name])) : [],
  anyOf: (rule: JsonSchema[], value, at) =>
    fault(
      branches(rule, value, at).every((faults) => faults.length > 0),
      at,
    ),
  oneOf: (rule: JsonSchema[], value, at) =>
    fault(branches(rule, value, at).filter((faults) => faults.length === 0).length !== 1, at),
  allOf: (rule: JsonSchema[], value, at) => branches(rule, value, at).flat(),
  not: (rule: JsonSchema, value, at) => fault(judge(rule, value, at).length === 0, at),
};

/** As the server writes it: `links[0].href`, names cut to 100 characters. */
export function pathText(path: FaultPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = part.slice(0, 100);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
