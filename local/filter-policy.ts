import * as z from 'zod';

/** `{"mail": {"destination": ["somebody@example.org"]}}`: at every leaf the texts of which one must be there. */
export type FilterPolicy = { readonly [property: string]: FilterPolicy | readonly string[] };

/** A policy of another kind stops the start: passing over what is not understood would deliver what should not be. */
export const filterPolicy: z.ZodType<FilterPolicy> = z.lazy(() =>
  z.record(
    z.string(),
    z.union([z.array(z.string()).min(1), filterPolicy], { error: 'only texts to equal are understood here' }),
  ),
);

/** Whether a message's JSON meets the policy: every property that it names, by one of the values. A list meets it by one of its elements. */
export function meets(policy: FilterPolicy, body: unknown): boolean {
  return Object.entries(policy).every(([name, wanted]) => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    if (!isList(wanted)) return meets(wanted, value);
    return (Array.isArray(value) ? value : [value]).some((each) => wanted.includes(each));
  });
}

function isList(wanted: FilterPolicy | readonly string[]): wanted is readonly string[] {
  return Array.isArray(wanted);
}
