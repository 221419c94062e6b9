import type { TableColumn, TargetTable } from '#domain/column/table-type';
import { SchemaConflictError } from '#domain/errors';
import { sameName } from '../column-name.ts';
import type { Tables } from '../dialect.ts';
import { readColumnRecords } from '../manifest/targets.ts';
import { declaredFinder, type TableState } from './declared-columns.ts';

/** A target that must be there: its columns, and what they were made for. */
export async function readTable(tables: Tables, table: string): Promise<TableState> {
  const state = await lookAtTable(tables, table);
  if (state) return state;
  throw new SchemaConflictError(`The table ${table} is gone: it was dropped during the run.`, {
    facts: { table },
  });
}

/** The table that pages are fitted to. A column that is not there is taken as it is declared. */
export async function readTargetTable(tables: Tables, table: string): Promise<TargetTable> {
  const state = (await lookAtTable(tables, table)) ?? { columns: [], records: [] };
  return { table, find: declaredFinder(tables.dialect, state) };
}

/** The same; undefined where there is no such table. */
async function lookAtTable(tables: Tables, table: string): Promise<TableState | undefined> {
  const columns = await tables.dialect.readColumns(tables, table);
  if (!columns) return undefined;
  const records = await readColumnRecords(tables, table);
  const { dialect } = tables;
  const numbers = new Set(
    records.flatMap(({ name, madeAs }) => (madeAs === 'numeric' ? [sameName(dialect, name)] : [])),
  );
  const others = new Map(
    records.flatMap(({ part, name, madeAs }) =>
      part === 'column' && madeAs !== null ? [[sameName(dialect, name), madeAs] as const] : [],
    ),
  );
  const typed = (column: TableColumn): TableColumn => {
    const name = sameName(dialect, column.name);
    if (numbers.has(name) && (column.declared === '' || column.type?.kind === 'any'))
      return { ...column, type: { kind: 'numeric', precision: null, scale: null } };
    const madeAs = others.get(name);
    const isOther = madeAs !== undefined && ['any', 'text'].includes(column.type?.kind ?? '');
    return isOther ? { ...column, type: dialect.toTableType(madeAs) } : column;
  };
  return {
    records,
    // SQLite's columns for numbers of any length are declared without a type, and those of STRICT tables as the few that
    // these know: only the record tells.
    columns: columns.map(typed),
  };
}
