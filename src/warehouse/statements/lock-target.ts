import type { Tables } from '../dialect.ts';

/**
 * The first statement of everything that changes a target: its row stays locked until the transaction ends
 * (in SQLite the whole file is), so two who load into one table take turns.
 */
export async function lockTarget(tables: Tables, table: string): Promise<void> {
  const used_at = new Date().toISOString();
  const locked = await tables.from('river_targets').where({ table }).update({ used_at });
  if (locked > 0) return;
  await tables
    .from('river_targets')
    .insert({ table, made_by_river: false, created_at: used_at, used_at })
    .onConflict('table')
    .ignore();
  await tables.from('river_targets').where({ table }).update({ used_at });
}
