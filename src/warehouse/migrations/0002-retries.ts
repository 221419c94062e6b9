import type { Tables } from '../dialect.ts';

/** A retry names the run whose chunks it completes. */
export async function up(tables: Tables): Promise<void> {
  await tables.schema().alterTable('river_runs', (table) => {
    table.text('retry_of');
    table.text('retry_of_workflow');
  });
}
