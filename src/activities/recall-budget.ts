import { activityInfo } from '@temporalio/activity';
import type { RecalledBudget } from '#domain/budget/save-budget';
import type { ActivityPorts } from './ports.ts';

/** What the budget remembered that kept this workflow id before, if there was one. */
export const recallBudget = (ports: ActivityPorts) => async (): Promise<RecalledBudget> => {
  const { workflowExecution } = activityInfo();
  if (!workflowExecution) throw new Error('recallBudget was not called by a workflow');
  return ports.runs.recallBudget(workflowExecution);
};
