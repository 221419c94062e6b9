import type { CommitOutcome, CommitRequest } from '../../domain/run/commit.ts';
import type { StoredRun } from '../../domain/run/stored-run.ts';
import type { Database } from '../database.ts';
import { readRun } from '../statements/read-run.ts';
import { stagedShapes } from '../statements/staged-shapes.ts';
import { hasStaging } from '../statements/staging-table.ts';
import { wantedColumns } from '../tables/wanted-columns.ts';
import { SlicesDiffer, type Step, TableChanged } from './chunk-load.ts';
import { evolveTable, whatIsLacking } from './evolve-table.ts';
import { loadChunk } from './load-chunk.ts';
import { refuseMode } from './refuse-mode.ts';

/** Somebody else may change the table between the look at it and the lock: then it is looked at again. */
const looksAtMost = 5;

/**
 * Loads what a chunk's slices have staged, exactly once: its table is made ready in a transaction of its own
 * where it has to change, then rows, days and chunk are written in one.
 */
export async function commitChunk(
  database: Database,
  runId: string,
  chunk: string,
  asked: CommitRequest,
  onStep: (step: Step) => void | Promise<void>,
): Promise<CommitOutcome> {
  const run = await database.read((tables) => readRun(tables, runId));
  if (!run) throw new Error(`the run ${runId} was never opened in the ${database.place}`);
  refuseMode(run.river);
  const request = withoutLists(asked);
  for (let look = 1; ; look += 1) {
    const wanted = await readyTable(database, run, chunk, request);
    try {
      const load = { run, chunk, request, wanted, onStep };
      const outcome = await database.transact((tables) => loadChunk(tables, load));
      await onStep('committed');
      return outcome;
    } catch (error) {
      if (error instanceof SlicesDiffer) return { outcome: 'differs', slices: error.slices };
      if (!(error instanceof TableChanged) || look === looksAtMost) throw error;
    }
  }
}

async function readyTable(database: Database, run: StoredRun, chunk: string, request: CommitRequest) {
  const { target } = run.river;
  const slices = request.slices.map(({ slice }) => slice);
  const { wanted, lacking } = await database.read(async (tables) => {
    const shapes = (await hasStaging(tables, run.runId))
      ? await stagedShapes(tables, run.runId, chunk, slices)
      : [];
    const columns = wantedColumns(tables.dialect, target.table, shapes.flat());
    const { missing, wider } =
      columns.size === 0 ? { missing: [], wider: [] } : await whatIsLacking(tables, target, columns.values());
    return { wanted: columns, lacking: missing.length + wider.length };
  });
  if (lacking > 0) await database.transact((tables) => evolveTable(tables, target, wanted.values()));
  return wanted;
}

/** What plans other calls is never loaded, even where it was counted. */
function withoutLists(request: CommitRequest): CommitRequest {
  const { slices, listSlices } = request;
  return { ...request, slices: slices.filter(({ slice }) => !listSlices.includes(slice)) };
}
