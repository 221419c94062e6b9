import { activityInfo } from '@temporalio/activity';
import type { RecalledBudget } from '#domain/budget/save-budget';
import { beginChunk, failChunk, nextChunks } from './chunk-activities.ts';
import { closeRun } from './close-run.ts';
import { commitChunk } from './commit-chunk.ts';
import { commitOverwrite } from './commit-overwrite.ts';
import type { BudgetActivities, RunActivities, RunRef } from './contract.ts';
import { heldByWarehouse, heldInOpening } from './held-by-warehouse.ts';
import { notifyRefusal, notifyRun } from './notify-run.ts';
import { openRun } from './open-run.ts';
import type { ActivityPorts } from './ports.ts';
import { pullSlice } from './pull-slice.ts';
import { resolveFilters } from './resolve-filters.ts';
import { resolveFreshness } from './resolve-freshness.ts';
import { createStepSlots, type StepSlots, stepIn } from './slots.ts';
import { withHeartbeat } from './stop-signals.ts';
import { withFailureMapping } from './to-application-failure.ts';
import { createWriteGates } from './write-gates.ts';

/** The activities of a run, closed over their world. Their names are written into histories. */
export const createActivities = (ports: ActivityPorts): RunActivities & BudgetActivities => {
  const gates = createWriteGates(ports.writeGates);
  const slots = createStepSlots();
  return withFailureMapping({
    openRun: heldInOpening(ports, openRun(ports, slots)),
    ...withHeartbeat(ports, {
      ...heldByWarehouse(ports, gates, {
        resolveFreshness: inStep(slots, resolveFreshness(ports)),
        resolveFilters: inStep(slots, resolveFilters(ports)),
        nextChunks: inStep(slots, nextChunks(ports)),
        beginChunk: inStep(slots, beginChunk(ports)),
        failChunk: inStep(slots, failChunk(ports)),
        closeRun: inStep(slots, closeRun(ports)),
      }),
    }),
    pullSlice: pullSlice(ports, gates),
    ...heldByWarehouse(ports, gates, {
      commitChunk: inStep(slots, commitChunk(ports)),
      commitOverwrite: inStep(slots, commitOverwrite(ports)),
    }),
    notifyRun: inStep(slots, notifyRun(ports)),
    notifyRefusal: notifyRefusal(ports),
    recallBudget: () => recallBudget(ports),
    tellOfLift: (lift) => ports.runs.tellOfLift(lift),
  });
};

/** The step, where its warehouse has room for one more. */
const inStep =
  <Q extends RunRef | { readonly run: RunRef }, R>(slots: StepSlots, work: (request: Q) => Promise<R>) =>
  (request: Q): Promise<R> => {
    const { warehouse }: RunRef = 'run' in request ? request.run : request;
    return stepIn(slots, warehouse, () => work(request));
  };

/** What the budget remembered that kept this workflow id before, if there was one. */
async function recallBudget({ runs }: ActivityPorts): Promise<RecalledBudget> {
  const { workflowExecution } = activityInfo();
  if (!workflowExecution) throw new Error('recallBudget was not called by a workflow');
  return runs.recallBudget(workflowExecution);
}
