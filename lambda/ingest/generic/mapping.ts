import * as z from 'zod';
import { POINTER } from './pointer.ts';

const pointer = z.string().max(500).regex(POINTER, 'a JSON pointer: empty, or /name/0/name');

const rule = z
  .strictObject({
    /** Take the value from here. */
    at: pointer.optional(),
    /** Text with `{/pointer}` in it. Yields nothing when one of the pointers finds nothing. */
    template: z.string().max(1_000).optional(),
    /** Always this. */
    value: z.string().max(1_000).optional(),
    /** What the sender's words stand for; case does not matter. A word that is not listed yields nothing. */
    map: z.record(z.string(), z.string()).optional(),
    /** When the rest yields nothing. */
    default: z.string().max(1_000).optional(),
  })
  .refine(({ at, template, value }) => [at, template, value].filter((given) => given !== undefined).length === 1, {
    message: 'exactly one of at, template and value',
  });

/** A pointer, a rule, or several of them: the first that yields something counts. */
const field = z.union([
  pointer,
  rule,
  z
    .array(z.union([pointer, rule]))
    .min(1)
    .max(20),
]);

/** The fields of an event that a mapping can fill, in the order in which missing ones are reported. */
export const MAPPED_FIELDS = [
  'action',
  'title',
  'message',
  'dedupKey',
  'severity',
  'priority',
  'service',
  'team',
  'source',
  'client',
  'clientUrl',
  'component',
  'group',
  'class',
  'detectedAt',
  'by',
  'note',
] as const;
export type MappedField = (typeof MAPPED_FIELDS)[number];

/**
 * How a JSON document of any shape becomes events. `action` yields trigger (the default), acknowledge, resolve, change, heartbeat or
 * `ignore`. Names that are not known are refused, so that a typing error shows when the configuration is loaded.
 */
export const mappingSchema = z.strictObject({
  /** One event per element of the list found here; all other pointers start at the element. */
  forEach: pointer.optional(),
  ...(Object.fromEntries(MAPPED_FIELDS.map((name) => [name, field.optional()])) as Record<
    MappedField,
    z.ZodOptional<typeof field>
  >),
  links: z
    .array(z.strictObject({ href: field, text: z.string().max(255).optional() }))
    .max(20)
    .optional(),
  images: z
    .array(z.strictObject({ src: field, alt: z.string().max(255).optional() }))
    .max(20)
    .optional(),
  /** One pointer to an object, or a name for each value. Without it the whole document is kept. */
  details: z.union([pointer, z.record(z.string(), pointer)]).optional(),
  /** An event that lacks one of these is refused, with every missing one named. */
  required: z.array(z.enum(MAPPED_FIELDS)).default(['title']),
});

export type Mapping = z.infer<typeof mappingSchema>;
/** A mapping as it is written in the configuration, before defaults. */
export type MappingInput = z.input<typeof mappingSchema>;
export type Rule = z.infer<typeof rule>;
export type Field = z.infer<typeof field>;
