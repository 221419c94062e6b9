import type { Tables } from '../dialect.ts';

/** Whether River made the table; undefined for a table that no river has filled. */
export async function isMadeByRiver(tables: Tables, table: string): Promise<boolean> {
  const [row] = await tables.from('river_targets').where({ table }).select('made_by_river');
  return Boolean(row?.made_by_river);
}

export async function noteMadeByRiver(tables: Tables, table: string): Promise<void> {
  await tables.from('river_targets').where({ table }).update({ made_by_river: true });
}
