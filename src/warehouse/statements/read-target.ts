import type { Tables } from '../dialect.ts';

/** When the table was made; one that was gone and is made anew is younger than what was loaded before. */
export async function madeAt(tables: Tables, table: string): Promise<string | null> {
  const [row] = await tables.from('river_targets').where({ table }).select('created_at');
  return row ? String(row.created_at) : null;
}

export async function noteMadeByRiver(tables: Tables, table: string): Promise<void> {
  const created_at = new Date().toISOString();
  await tables.from('river_targets').where({ table }).update({ made_by_river: true, created_at });
}
