import type { TableShape } from '#domain/column/river-table';
import { ConfigurationError } from '#domain/errors';
import { checkTableName } from '#domain/river/target';
import type { NewRun, RetriableChunk } from '#domain/run/stored-run';
import { refuseMode } from './commit/refuse-mode.ts';
import type { Database } from './database.ts';
import { insertChunks } from './statements/insert-chunks.ts';
import { insertRun } from './statements/insert-run.ts';
import { lockTarget } from './statements/lock-target.ts';
import { createStaging } from './statements/staging-table.ts';
import type { LockPatience } from './tables/add-columns.ts';
import { completeTable } from './tables/complete-table.ts';

/**
 * Makes the target ready, then writes the run and all its chunks and makes its staging, unless they are there: in one
 * transaction, so that a run is in the manifest whole or not at all.
 */
export async function openRun(
  database: Database,
  run: NewRun,
  chunks: readonly RetriableChunk[],
  shape: TableShape,
  { patience, signal }: { readonly patience: LockPatience; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { target, name } = run.river;
  refuseMode(run.river);
  const fault = checkTableName(database.dialect.client, target.table);
  if (fault !== undefined) throw new ConfigurationError(`The river ${name}, target.table: ${fault}.`);
  await completeTable(database, target.table, shape, patience, signal);
  await database.transact(async (tables) => {
    await lockTarget(tables, target.table);
    await insertRun(tables, run);
    await insertChunks(tables, run, chunks);
    await createStaging(tables, run.runId);
  });
}
