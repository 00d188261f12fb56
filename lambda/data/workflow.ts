import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Incident } from '../../core/incident.ts';

/** What a workflow carries with it: enough to load everything in one call. */
export interface WorkflowInput {
  readonly incidentId: number;
  readonly generation: number;
  readonly team?: string;
  readonly timeZone: string;
}

export function workflowInput(incident: Incident): WorkflowInput {
  const { incidentId, generation, team, escalation } = incident;
  return { incidentId, generation, ...(team ? { team } : {}), timeZone: escalation.timeZone };
}

export interface Workflow {
  /** Starts the incident's workflow of its current generation. Twice is once: the execution's name is the generation's. */
  start(incident: Incident): Promise<void>;
}

export function createWorkflow(client: SFNClient, stateMachineArn: string): Workflow {
  return {
    async start(incident) {
      const name = `incident-${incident.incidentId}-${incident.generation}`;
      try {
        await client.send(
          new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(workflowInput(incident)) }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },
  };
}
