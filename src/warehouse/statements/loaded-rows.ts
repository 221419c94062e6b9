import type { RowsOfRun } from '#domain/verify/verification';
import type { Tables } from '../dialect.ts';

/** What the manifest has of a river in a table, day by day, the oldest load first. */
export async function loadedDays(tables: Tables, river: string, table: string): Promise<RowsOfRun[]> {
  const rows = await tables
    .from('river_days')
    .where({ river, table })
    .orderBy(['loaded_at', 'run', 'day'])
    .select('day', 'run', 'rows');
  return rows.map((row) => ({ day: String(row.day), run: String(row.run), rows: Number(row.rows) }));
}

/** The loaded chunks of a river whose rows bear no day, the oldest first. */
export async function loadedWholes(tables: Tables, river: string): Promise<RowsOfRun[]> {
  const rows = await tables
    .from('river_chunks')
    .where({ river, state: 'loaded' })
    .orderBy(['loaded_at', 'run'])
    .select('run', 'rows');
  return rows.map((row) => ({ day: null, run: String(row.run), rows: Number(row.rows) }));
}
