import type { Tables } from '../dialect.ts';

/** The newest runs, a river's days and the calls of a day are found without reading years of them. */
export async function up(tables: Tables): Promise<void> {
  await tables.schema().alterTable('river_runs', (table) => {
    table.index(['started_at'], 'river_runs_by_start');
    table.index(['river', 'started_at'], 'river_runs_by_river');
    table.index(['state', 'started_at'], 'river_runs_by_state');
    table.index(['retry_of'], 'river_runs_by_original');
  });
  await tables.schema().alterTable('river_chunks', (table) => {
    table.index(['river', 'last_day'], 'river_chunks_by_river');
  });
  await tables.schema().alterTable('river_calls', (table) => {
    table.index(['sent_at'], 'river_calls_by_time');
  });
}
