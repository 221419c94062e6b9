import type { Tables } from '../dialect.ts';

export async function noteMadeByRiver(tables: Tables, table: string): Promise<void> {
  await tables.from('river_targets').where({ table }).update({ made_by_river: true });
}
