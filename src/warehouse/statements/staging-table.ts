import { stagingPrefix } from '#domain/river/target';
import type { Tables } from '../dialect.ts';
import { shortHash } from '../identifiers.ts';

/** The table in which a run's pages wait. */
export function stagingOf(runId: string): string {
  return stagingPrefix + shortHash(runId);
}

/** Made once; an activity that is tried again finds it. Must not run twice at the same moment: see `lockTarget`. */
export async function createStaging(tables: Tables, runId: string): Promise<void> {
  const name = stagingOf(runId);
  if (await tables.dialect.hasTable(tables, name)) return;
  await tables.schema().createTable(name, (table) => {
    // The empty text for the lists of the whole run: null would be unequal to itself in the key.
    table.text('chunk').notNullable();
    table.text('slice').notNullable();
    table.text('call').notNullable();
    table.integer('page').notNullable();
    table.boolean('last').notNullable();
    table.integer('status').notNullable();
    table.text('fingerprint').notNullable();
    table.integer('received').notNullable();
    // Of which all its rows are; null where they are not loaded by days.
    table.specificType('day', tables.dialect.manifestTypes.day);
    // PageNotes as JSON; null where there is nothing to be said.
    table.text('notes');
    table.integer('row_count').notNullable();
    table.text('columns').notNullable();
    table.text('types').notNullable();
    table.text('extras').notNullable();
    table.text('rows').notNullable();
    table.primary(['chunk', 'slice', 'call', 'page']);
  });
}

export async function dropStaging(tables: Tables, runId: string): Promise<void> {
  await tables.schema().dropTableIfExists(stagingOf(runId));
  await tables.from('river_runs').where({ run: runId }).update({ staging: false });
}

/** Whether there is anywhere to stage: not any more in a run that was closed. */
export async function hasStaging(tables: Tables, runId: string): Promise<boolean> {
  return tables.dialect.hasTable(tables, stagingOf(runId));
}
