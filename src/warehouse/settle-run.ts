import type { Chunk } from '../domain/chunk/chunk.ts';
import type { Stretch } from '../domain/period/day.ts';
import type { Freshness } from '../domain/run/freshness.ts';
import type { Database } from './database.ts';
import { insertChunks } from './statements/insert-chunks.ts';
import { lockTarget } from './statements/lock-target.ts';
import { readRun } from './statements/read-run.ts';

/** Writes what a run knows now of its data and what it therefore pulls, once: whoever comes later changes nothing. */
export async function settleRun(
  database: Database,
  runId: string,
  period: Stretch | null,
  chunks: readonly Chunk[],
  freshness: Freshness,
): Promise<void> {
  const found = await database.read((tables) => readRun(tables, runId));
  if (!found) throw new Error(`the run ${runId} was never opened in the ${database.place}`);
  await database.transact(async (tables) => {
    await lockTarget(tables, found.river.target.table);
    const run = await readRun(tables, runId);
    if (!run || run.freshness?.settled) return;
    await tables
      .from('river_runs')
      .where({ run: runId })
      .update({
        period_start: period?.first ?? null,
        period_end: period?.last ?? null,
        freshness: JSON.stringify(freshness),
      });
    await insertChunks(tables, run, chunks);
  });
}
