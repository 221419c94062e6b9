import type { Chunk } from '#domain/chunk/chunk';
import type { Value } from '#domain/column/column';
import type { TableShape } from '#domain/column/river-table';
import type { LoadMode } from '#domain/river/target';
import type { CommitOutcome } from '#domain/run/staged-page';
import type { NewRun } from '#domain/run/stored-run';
import type { Step } from '#warehouse/commit/mark-change';
import type { OpenWarehouse } from '#warehouse/open-warehouse';
import { aCommit, sampleShape, stageRows } from '../warehouse/samples.ts';

export { aRun, loadAnswers, sampleShape, twoChunks } from '../warehouse/samples.ts';

import { areBooksApart } from './with-warehouse.ts';

/** The sample's key. */
const mergeKey = ['date', 'action_id', 'customer_id'];

type Rows = readonly (readonly Value[])[];
type LoadedChunks = readonly (readonly [Chunk, Rows])[];

/** For `describe.each`: how rows may reach a table, and what each of them makes of the same days loaded twice. */
export const loadModes: readonly {
  readonly load: LoadMode;
  /** What a second run of the same days leaves of the first one's rows. */
  readonly keepsOld: boolean;
  /** The steps of the transaction that changes the table, in their order. */
  readonly steps: readonly Step[];
}[] = [
  {
    load: 'replace',
    keepsOld: false,
    steps: ['locked', 'compared', 'removed', 'inserted', 'days', 'marked', 'unstaged'],
  },
  {
    load: 'append',
    keepsOld: true,
    steps: ['locked', 'compared', 'removed', 'inserted', 'days', 'marked', 'unstaged'],
  },
  {
    load: 'merge',
    keepsOld: true,
    steps: ['locked', 'compared', 'collected', 'updated', 'inserted', 'days', 'marked', 'unstaged'],
  },
  {
    load: 'overwrite',
    keepsOld: false,
    steps: ['locked', 'compared', 'removed', 'inserted', 'days', 'marked', 'unstaged'],
  },
];

/** With books apart these come after the target's transaction has ended: the books mark what it has done. */
export const isOfBooksAlone = (step: Step): boolean =>
  areBooksApart && ['days', 'marked', 'unstaged'].includes(step);

/** The table's shape, as a river of this mode describes it. */
export const shapeFor = (load: LoadMode): TableShape =>
  load === 'merge' ? { ...sampleShape, mergeKey } : sampleShape;

/** Opens the run and stages what each chunk brings. */
export async function stageRun(warehouse: OpenWarehouse, run: NewRun, chunks: LoadedChunks): Promise<void> {
  await warehouse.recordRun(
    run,
    chunks.map(([chunk]) => chunk),
    shapeFor(run.river.target.load),
  );
  for (const [chunk, rows] of chunks) {
    await warehouse.markPulling(run.runId, chunk.key);
    await stageRows(warehouse, run.runId, chunk, rows);
  }
}

/** Commits a staged chunk. */
export const commitOne = (
  warehouse: OpenWarehouse,
  { runId }: NewRun,
  [chunk, rows]: LoadedChunks[number],
): Promise<CommitOutcome> =>
  warehouse.storeChunk(runId, chunk.key, aCommit(chunk, rows.length, { mergeKey }));

/** What a run does when all its chunks are loaded. */
export async function finish(warehouse: OpenWarehouse, { runId, river }: NewRun): Promise<void> {
  if (river.target.load !== 'overwrite') return;
  await warehouse.storeOverwrite(runId, { dayColumn: 'date', completeUpTo: null, key: mergeKey });
}

/** Commits what is staged, one chunk after the other. */
export async function commitRun(warehouse: OpenWarehouse, run: NewRun, chunks: LoadedChunks): Promise<void> {
  for (const each of chunks) await commitOne(warehouse, run, each);
  await finish(warehouse, run);
}

/** A whole run. */
export async function loadRun(warehouse: OpenWarehouse, run: NewRun, chunks: LoadedChunks): Promise<void> {
  await stageRun(warehouse, run, chunks);
  await commitRun(warehouse, run, chunks);
}
