import { type ListAnswers, readListAnswers, runListCalls } from '#domain/call/list-calls';
import { resolveSelection, type Selection } from '#domain/call/selection';
import type { Report } from '#domain/catalogue/report';
import { ConfigurationError } from '#domain/errors';
import { createNoteSums } from '#domain/run/page-notes';
import type { Warning } from '#domain/run/run-result';
import { listsSlice } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import type { Resolved, RunRef } from './contract.ts';
import { countDataCalls, readOpenedRun, reportOfRiver } from './opened-run.ts';
import type { FilterResolving, Warehouses } from './warehouse-ports.ts';

/** Turns names and "all" into ids, from the lists that were pulled, and keeps them with the run: once, whatever is reset. */
export const resolveFilters =
  (ports: Warehouses<FilterResolving>) =>
  async (run: RunRef): Promise<Resolved> => {
    const warehouse = await ports.warehouse(run.warehouse);
    const stored = await readOpenedRun(warehouse, run.runId);
    const selection = stored.selection ?? (await selectAnew(warehouse, stored));
    return { dataCalls: await countDataCalls(warehouse, { ...stored, selection }) };
  };

/** From the lists that are staged, and keeps it with the run. */
export async function selectAnew(
  warehouse: Pick<FilterResolving, 'readStagedCalls' | 'readStagedPages' | 'readPageNotes' | 'saveSelection'>,
  { runId, river }: Pick<StoredRun, 'runId' | 'river'>,
): Promise<Selection> {
  const report = reportOfRiver(river);
  const staged = new Set((await warehouse.readStagedCalls(runId, null, listsSlice)).map(({ call }) => call));
  if (!runListCalls(report, river.filters).every(({ call }) => staged.has(call.key))) {
    // Read as they are, "all" would come to nothing.
    throw new ConfigurationError(
      `The lists that the run ${runId} had read are gone, because it was closed before its filters were resolved. Start ${river.name} again.`,
    );
  }
  const answers = await readListAnswers(warehouse.readStagedPages(runId, null, listsSlice));
  const notes = createNoteSums(river.connection);
  for await (const page of warehouse.readPageNotes(runId, null, [listsSlice])) notes.add(page, 'list');
  const warnings = notes.warnings().map((warning): Warning => ({ start: null, end: null, ...warning }));
  const selection = resolve(report, river, answers, warnings);
  await warehouse.saveSelection(runId, selection, warnings);
  return selection;
}

/** A name that is not found may stand behind the end of a list that was cut: who reads of the one is to read of the other. */
function resolve(
  report: Report,
  { filters }: StoredRun['river'],
  answers: ListAnswers,
  warnings: readonly Warning[],
): Selection {
  try {
    return resolveSelection(report, filters, answers);
  } catch (error) {
    if (!(error instanceof ConfigurationError) || warnings.length === 0) throw error;
    const { faults, facts } = error;
    const message = [error.message, ...warnings.map((warning) => warning.message)].join(' ');
    throw new ConfigurationError(message, { faults, facts, cause: error });
  }
}
