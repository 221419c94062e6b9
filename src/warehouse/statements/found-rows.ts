import type { RowsOfRun } from '#domain/verify/verification';
import type { Row, Tables } from '../dialect.ts';
import { named } from '../identifiers.ts';

/** A river's rows in a table, counted by run, and by day where a column bears it. */
export async function foundRows(
  tables: Tables,
  {
    river,
    table,
    dayColumn,
  }: { readonly river: string; readonly table: string; readonly dayColumn: string | null },
): Promise<RowsOfRun[]> {
  const counted = tables
    .from(table)
    .where('_river', river)
    .groupBy('_run_id')
    .select({ run: '_run_id' })
    .count({ rows: '*' });
  if (dayColumn !== null) counted.groupBy(named(dayColumn)).select({ day: named(dayColumn) });
  const rows: Row[] = await counted;
  return rows.map((row) => ({
    day: row.day === null || row.day === undefined ? null : String(row.day).slice(0, 10),
    run: String(row.run),
    rows: Number(row.rows),
  }));
}

/** The rivers whose rows stand in a table. */
export async function riversIn(tables: Tables, table: string): Promise<string[]> {
  const rows = await tables.from(table).distinct('_river').whereNotNull('_river');
  return rows.map((row) => String(row._river));
}
