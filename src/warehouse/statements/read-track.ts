import type { LoadedDays } from '#domain/run/loaded-days';
import type { Tables } from '../dialect.ts';
import { forgottenDays } from './forgotten-days.ts';
import { runOfRow } from './run-of-row.ts';

const nothing: LoadedDays = { days: [], runs: new Map(), forgotten: [] };

/**
 * Which days of a river stand in its table and by which runs, and which are forgotten. None stands where the table is
 * gone, or the manifest is: this only reads, so it looks for both.
 */
export async function readTrack(tables: Tables, river: string, table: string): Promise<LoadedDays> {
  const { dialect } = tables;
  if (!(await dialect.hasTable(tables, 'river_days'))) return nothing;
  const forgotten = await forgottenDays(tables, river, table);
  if (!(await dialect.hasTable(tables, table))) return { ...nothing, forgotten };
  const of = { river, table };
  const days = await tables.from('river_days').where(of).select('day', 'run', 'provisional');
  const runs = await tables
    .from('river_runs')
    .whereIn('run', tables.from('river_days').where(of).select('run'));
  return {
    days: days.map((row) => ({
      day: String(row.day),
      run: String(row.run),
      provisional: Boolean(row.provisional),
    })),
    forgotten,
    runs: new Map(
      runs.map(runOfRow).map(({ runId, river, ownFilters = false }) => [runId, { river, ownFilters }]),
    ),
  };
}
