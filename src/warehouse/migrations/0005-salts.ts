import type { Tables } from '../dialect.ts';

/** What a run's columns are hashed with: fingerprints, so that it is not continued with other salts. */
export async function up(tables: Tables): Promise<void> {
  await tables.schema().alterTable('river_runs', (table) => {
    table.specificType('salts', tables.dialect.manifestTypes.json);
  });
}
