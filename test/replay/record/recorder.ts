import { inject } from 'vitest';
import { budgetWorkflowId } from '../../../src/domain/budget/budget-id.ts';
import type { Rivers } from '../../helpers/with-rivers.ts';
import type { states } from '../states.ts';
import { saveHistory } from './save-history.ts';

type RunState = (typeof states.riverRun)[number];
type BudgetState = (typeof states.apiBudget)[number];

/** What is recorded of a house. */
export interface Recorder {
  run(workflowId: string, shows: RunState): Promise<void>;
  budget(shows: BudgetState): Promise<void>;
  /** A workflow's first execution, which must have continued as new, and the one after it. */
  runs(workflowId: string, first: RunState, second: RunState): Promise<void>;
  budgets(first: BudgetState, second: BudgetState): Promise<void>;
}

/** Records what workflows of this house have done. */
export function recorderOf({ temporal: { client } }: Rivers): Recorder {
  const save = async (workflowId: string, shows: string, runId?: string) => {
    const file = await saveHistory(client, { workflowId, runId, shows }, inject('replaceHistories'));
    process.stdout.write(`${file === undefined ? 'kept' : 'saved'} ${workflowId} ${shows}\n`);
  };
  const both = async (workflowId: string, first: string, second: string) => {
    const executions = [];
    for await (const execution of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      executions.push(execution);
    }
    const [begun, carried] = executions.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
    if (begun?.status.name !== 'CONTINUED_AS_NEW' || !carried)
      throw new Error(`${workflowId} has not continued as new: ${begun?.status.name}`);
    await save(workflowId, first, begun.runId);
    await save(workflowId, second, carried.runId);
  };
  const budgetId = budgetWorkflowId('main');
  return {
    run: save,
    budget: (shows) => save(budgetId, shows),
    runs: both,
    budgets: (first, second) => both(budgetId, first, second),
  };
}
