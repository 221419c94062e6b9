import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Runs } from '../activities/ports.ts';

/** What the activities ask Temporal itself, through the worker's own connection. */
export function runsOfTemporal(client: Client, namespace: string): Runs {
  return {
    async registeredSearchAttributes() {
      const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
        namespace,
      });
      return Object.keys(customAttributes ?? {});
    },
    async isClosed({ workflowId, runId }) {
      try {
        const { status, raw } = await client.workflow.getHandle(workflowId).describe();
        // The newest execution of the id: where it is another run's, this one has ended.
        return raw.workflowExecutionInfo?.firstRunId !== runId || status.name !== 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return true;
        throw error;
      }
    },
  };
}
