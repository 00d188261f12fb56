import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import * as z from 'zod';
import type { Resources } from './resources.ts';
import { roleName } from './roles.ts';
import type { MachineDefinition } from './workflows.ts';

const schema = z.object({
  RoleArn: z.string(),
  DefinitionString: z.string().optional(),
  Definition: z.record(z.string(), z.unknown()).optional(),
  DefinitionSubstitutions: z.record(z.string(), z.coerce.string()).default({}),
});

/** The state machines of the stack, substitutions made. */
export function readMachines(resources: Resources): MachineDefinition[] {
  return resources.ofType('AWS::StepFunctions::StateMachine', schema).map(({ logicalId, ref, properties }) => {
    const { RoleArn, DefinitionString, Definition, DefinitionSubstitutions } = properties;
    const text = DefinitionString ?? JSON.stringify(Definition);
    if (text === undefined) throw new Error(`${logicalId} has no definition in the template`);
    const substituted = text.replace(/\$\{([^}]+)\}/g, (match, name: string) => DefinitionSubstitutions[name] ?? match);
    return { arn: ref, role: roleName(RoleArn), definition: JSON.parse(substituted) as StateMachineDefinition };
  });
}
