import type { Tables } from '../dialect.ts';

/** Whose filters a run pulled with, and how far its data was complete. */
export async function up(tables: Tables): Promise<void> {
  await tables.schema().alterTable('river_runs', (table) => {
    table.boolean('own_filters').notNullable().defaultTo(false);
    table.specificType('freshness', tables.dialect.manifestTypes.json);
  });
}
