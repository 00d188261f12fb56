import * as z from 'zod';
import type { Assembly } from './assembly.ts';
import type { Permissions, Statement } from './authorize.ts';
import type { Resources } from './resources.ts';

const listOf = <Schema extends z.ZodType>(one: Schema) => z.union([one.transform((value) => [value]), z.array(one)]);
/** Of these alone is the value known here. */
const conditionSchema = z.strictObject({
  StringEquals: z.strictObject({ 'ses:FromAddress': listOf(z.string()).optional() }).default({}),
});
/** Strict: an element that is not understood would allow too much or too little. */
const statementSchema = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: listOf(z.string()),
    Resource: listOf(z.string()),
    Condition: conditionSchema.optional(),
  })
  .transform(
    ({ Effect, Action, Resource, Condition }): Statement => ({
      effect: Effect,
      actions: Action,
      resources: Resource,
      conditions: Object.fromEntries(
        Object.entries(Condition?.StringEquals ?? {}).filter(([, values]) => values !== undefined),
      ) as Record<string, string[]>,
    }),
  );
const documentSchema = z.object({ Statement: listOf(statementSchema) });
const policySchema = z.object({ PolicyDocument: documentSchema });

const roleSchema = z.object({
  Policies: z.array(policySchema).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.undefined({ error: 'a permissions boundary is not understood here' }).optional(),
});
/** Only whose policy it is; what is in it matters when it is of a role in use. */
const attachedSchema = z.object({ Roles: z.array(z.string()).default([]), PolicyDocument: z.unknown() });

const functionSchema = z.object({ Role: z.string() });
const machineSchema = z.object({ RoleArn: z.string() });

/** `arn:aws:iam::000000000000:role/InResponse-ProcessorRole…` is known by what is after the slash. */
export function roleName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/**
 * What the roles of the functions and state machines allow, by role name. Throws naming role and element for a policy that is not
 * understood: an unknown condition, a managed policy of AWS, a permissions boundary, a role that is not in the template.
 */
export function readPermissions(resources: Resources, { account, region }: Assembly): Permissions {
  const inUse = new Set([
    ...resources.ofType('AWS::Lambda::Function', functionSchema).map(({ properties }) => properties.Role),
    ...resources.ofType('AWS::StepFunctions::StateMachine', machineSchema).map(({ properties }) => properties.RoleArn),
  ]);
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    resources.ofType(type, attachedSchema),
  );
  const roles = resources.ofType('AWS::IAM::Role', z.unknown());
  const identities = [...inUse].map((arn) => {
    const name = roleName(arn);
    const role = roles.find(({ ref }) => ref === name);
    if (!role)
      throw new Error(`the local runtime does not know what the role ${arn} allows: it is not in the template`);
    const { Policies, ManagedPolicyArns } = understand(role.logicalId, roleSchema, role.properties);
    if (ManagedPolicyArns.length > 0) {
      throw new Error(
        `the local runtime does not know what the managed policy ${ManagedPolicyArns[0]} of ${role.logicalId} allows`,
      );
    }
    const inline = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const further = attached
      .filter(({ properties }) => properties.Roles.includes(name))
      .flatMap(({ logicalId, properties }) => understand(logicalId, policySchema, properties).PolicyDocument.Statement);
    const session = `arn:aws:sts::${account}:assumed-role/${name}`;
    return [name, { arn: session, statements: [...inline, ...further] }] as const;
  });
  return {
    identities: Object.fromEntries(identities),
    tableArnPrefix: `arn:aws:dynamodb:${region}:${account}:table/`,
  };
}

function understand<Schema extends z.ZodType>(
  logicalId: string,
  schema: Schema,
  properties: unknown,
): z.output<Schema> {
  const result = schema.safeParse(properties);
  if (result.success) return result.data;
  throw new Error(
    `the local runtime does not understand the permissions of ${logicalId}: ${z.prettifyError(result.error)}`,
  );
}
