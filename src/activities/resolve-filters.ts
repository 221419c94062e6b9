import { countCalls } from '../domain/call/count-calls.ts';
import { readListAnswers } from '../domain/call/list-answers.ts';
import { resolveSelection } from '../domain/call/resolve-selection.ts';
import { listsOfRun } from '../domain/run/run-slices.ts';
import type { Resolved, RunRef } from './contract.ts';
import type { ActivityPorts } from './ports.ts';
import { readOpenedRun, reportOfRiver } from './report-of-run.ts';

/** Turns names and "all" into ids, from the lists that were pulled, and keeps them with the run. */
export const resolveFilters =
  (ports: ActivityPorts) =>
  async (run: RunRef): Promise<Resolved> => {
    const warehouse = await ports.warehouse(run.warehouse);
    const stored = await readOpenedRun(warehouse, run.runId);
    const report = reportOfRiver(stored.river);
    const answers = await readListAnswers(warehouse.stagedPages(run.runId, null, listsOfRun));
    const selection = resolveSelection(report, stored.river.filters, answers);
    await warehouse.saveSelection(run.runId, selection);
    const { filters } = stored.river;
    return { dataCalls: countCalls({ report, filters, selection, period: stored.period }).data };
  };
