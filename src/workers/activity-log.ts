import type { BudgetActivities, RunActivities } from '#activities/contract';
import { countsText } from '#domain/run/sentences';

type Activities = RunActivities & BudgetActivities;

/** The same activities, which tell the worker's log of each run that is opened or closed and of each chunk that is loaded or failed. */
export const logActivities = (log: (line: string) => void, activities: Activities): Activities => ({
  ...activities,
  async openRun(request) {
    const opened = await activities.openRun(request);
    if (!isHeld(opened)) {
      const { run, period, chunks } = opened;
      const days = period ? `, ${period.start} to ${period.end}` : '';
      log(
        `${run.river}: run ${run.workflowId} is opened${days}, ${chunks} ${chunks === 1 ? 'chunk' : 'chunks'}`,
      );
    }
    return opened;
  },
  async commitChunk(request) {
    const outcome = await activities.commitChunk(request);
    if (outcome.outcome === 'loaded') {
      const { rows, calls } = outcome;
      log(
        `${name(request)} is loaded: ${rows} ${rows === 1 ? 'row' : 'rows'}, ${calls} ${calls === 1 ? 'call' : 'calls'}`,
      );
    }
    return outcome;
  },
  async failChunk(request) {
    const outcome = await activities.failChunk(request);
    if (!isHeld(outcome)) log(`${name(request)} is not loaded: ${request.error}`);
    return outcome;
  },
  async closeRun(request) {
    const result = await activities.closeRun(request);
    if (!isHeld(result))
      log(`${result.river}: run ${result.workflowId} ${result.status}: ${countsText(result)}`);
    return result;
  },
});

const isHeld = (answer: object | null): answer is { readonly outcome: 'held' } =>
  answer !== null && 'outcome' in answer && answer.outcome === 'held';

const name = ({ run, chunk }: { readonly run: { readonly river: string }; readonly chunk: string }): string =>
  `${run.river}: chunk ${chunk}`;
