import type { WorkflowHandle } from '@temporalio/client';
import { inject } from 'vitest';
import { budgetWorkflowId } from '#domain/budget/call-budget';
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

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

const waited = ({ timerStartedEventAttributes: timer }: HistoryEvent) => Boolean(timer);
const was = (name: string) => (event: HistoryEvent) =>
  event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name === name;

/** What must have happened in a run for its history to show that state, where its end does not tell. */
const marks: Partial<Record<RunState, (event: HistoryEvent) => boolean>> = {
  'waiting-for-quota': waited,
  'waiting-for-data': waited,
  'carried-over-waiting-for-data': waited,
  'in-outage': ({ activityTaskStartedEventAttributes: started }) => (started?.attempt ?? 1) > 1,
  paused: was('pause'),
  'continued-while-paused': was('pause'),
  'carried-over-paused': was('resume'),
};

/** Records what workflows of this house have done. */
export function recorderOf({ temporal: { client } }: Rivers): Recorder {
  const saveRun = async (workflowId: string, shows: RunState, runId?: string) => {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const mark = marks[shows];
    if (mark && !events?.some(mark)) throw new Error(`${workflowId} does not show a run that is ${shows}.`);
    await save(workflowId, shows, runId);
  };
  const save = async (workflowId: string, shows: string, runId?: string) => {
    const file = await saveHistory(client, { workflowId, runId, shows }, inject('replaceHistories'));
    process.stdout.write(`${file === undefined ? 'kept' : 'saved'} ${workflowId} ${shows}\n`);
  };
  const both = async (workflowId: string) => {
    const executions = [];
    for await (const execution of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
      executions.push(execution);
    }
    const [begun, carried] = executions.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
    if (begun?.status.name !== 'CONTINUED_AS_NEW' || !carried)
      throw new Error(`${workflowId} has not continued as new: ${begun?.status.name}`);
    return [begun.runId, carried.runId] as const;
  };
  const budgetId = budgetWorkflowId('main');
  return {
    run: saveRun,
    budget: (shows) => save(budgetId, shows),
    async runs(workflowId, first, second) {
      const [begun, carried] = await both(workflowId);
      await saveRun(workflowId, first, begun);
      await saveRun(workflowId, second, carried);
    },
    async budgets(first, second) {
      const [begun, carried] = await both(budgetId);
      await save(budgetId, first, begun);
      await save(budgetId, second, carried);
    },
  };
}
