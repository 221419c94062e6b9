import type { Tables } from '../dialect.ts';

/** Books may be those of other databases as well: they have an id, and a run says into which warehouse it loads. */
export async function up(tables: Tables): Promise<void> {
  await tables.schema().createTable('river_books', (table) => {
    // One row: the first that is written stays.
    table.integer('only').primary();
    table.text('id').notNullable();
  });
  await tables.schema().alterTable('river_runs', (table) => {
    // Null: into the database of these books.
    table.text('warehouse');
  });
  await tables.schema().alterTable('river_targets', (table) => {
    // Up to which number of `river_loads` the books have marked what was done there.
    table.bigInteger('last_load').notNullable().defaultTo(0);
  });
}
