import type { Tables } from '../dialect.ts';

/** Where a run called: what its connection was called by before says nothing of another server. */
export async function up(tables: Tables): Promise<void> {
  await tables.schema().alterTable('river_runs', (table) => {
    table.text('base_url');
  });
}
