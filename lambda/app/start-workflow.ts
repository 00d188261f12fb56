import type { Incident } from '../../core/incident.ts';
import type { Workflow } from '../data/workflow.ts';
import type { Surroundings } from './ports.ts';

/**
 * Starts the workflow of an incident that is already written. A failure is not the caller's: the incident carries when it is due, and
 * the reconciler pages what is overdue. So this counts and logs it, and returns.
 */
export async function startWorkflow(
  deps: Surroundings & { readonly workflow: Workflow },
  incident: Incident,
): Promise<void> {
  try {
    await deps.workflow.start(incident);
  } catch (error) {
    deps.count('WorkflowStartFailed');
    deps.log.warn('workflow not started; the reconciler will page', {
      incidentId: incident.incidentId,
      error: String(error),
    });
  }
}
