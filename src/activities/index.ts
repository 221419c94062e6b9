import { beating } from './beating.ts';
import { beginChunk } from './begin-chunk.ts';
import { closeRun } from './close-run.ts';
import { commitChunk } from './commit-chunk.ts';
import type { BudgetActivities, CommitChunkRequest, RunActivities } from './contract.ts';
import { failChunk } from './fail-chunk.ts';
import { heldByWarehouse, heldInOpening } from './held-by-warehouse.ts';
import { nextChunks } from './next-chunks.ts';
import { notifyRefusal } from './notify-refusal.ts';
import { notifyRun } from './notify-run.ts';
import { openRun } from './open-run.ts';
import type { ActivityPorts } from './ports.ts';
import { pullSlice } from './pull-slice.ts';
import { recallBudget } from './recall-budget.ts';
import { resolveFilters } from './resolve-filters.ts';
import { settleRun } from './settle-run.ts';
import { translated } from './to-application-failure.ts';
import { createWriteGates } from './write-gates.ts';

/** The activities of a run, closed over their world. Their names are written into histories. */
export const createActivities = (ports: ActivityPorts): RunActivities & BudgetActivities => {
  const gates = createWriteGates(ports.writeGates);
  return translated({
    ...beating(ports, {
      openRun: heldInOpening(ports, openRun(ports)),
      ...heldByWarehouse(ports, gates, {
        settleRun: settleRun(ports),
        resolveFilters: resolveFilters(ports),
        nextChunks: nextChunks(ports),
        beginChunk: beginChunk(ports),
        failChunk: failChunk(ports),
        closeRun: closeRun(ports),
      }),
    }),
    pullSlice: pullSlice(ports, gates),
    ...heldByWarehouse(ports, gates, {
      commitChunk: (request: CommitChunkRequest) =>
        gates(request.run.warehouse).committing(() => commitChunk(ports)(request)),
    }),
    notifyRun: notifyRun(ports),
    notifyRefusal: notifyRefusal(ports),
    recallBudget: recallBudget(ports),
    tellOfLift: (lift) => ports.runs.tellOfLift(lift),
  });
};
