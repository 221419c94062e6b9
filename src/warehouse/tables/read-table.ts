import type { TableColumn, TargetTable } from '#domain/column/table-type';
import { SchemaConflictError } from '#domain/errors';
import { sameName } from '../column-name.ts';
import type { Both } from '../dialect.ts';
import { readColumnRecords } from '../manifest/targets.ts';
import { declaredFinder, type TableState } from './declared-columns.ts';

/** A target that must be there: its columns, and what they were made for. */
export async function readTable(both: Both, table: string): Promise<TableState> {
  const state = await lookAtTable(both, table);
  if (state) return state;
  throw new SchemaConflictError(`The table ${table} is gone: it was dropped during the run.`, {
    facts: { table },
  });
}

/** The table that pages are fitted to. A column that is not there is taken as it is declared. */
export async function readTargetTable(both: Both, table: string): Promise<TargetTable> {
  const state = (await lookAtTable(both, table)) ?? { columns: [], records: [] };
  const { dialect } = both.target;
  const boundsNumbers = dialect.declareNumeric !== undefined;
  return { table, boundsNumbers, find: declaredFinder(dialect, state) };
}

const seenForMs = 60_000;

/** The same, or as it was a short time ago where that is enough. */
export async function recallTargetTable(both: Both, table: string): Promise<TargetTable> {
  const { seen } = both.target;
  if (seen === null) return readTargetTable(both, table);
  const before = seen.get(table);
  if (before && performance.now() - before.at < seenForMs) return before.table;
  const reading = readTargetTable(both, table);
  seen.set(table, { at: performance.now(), table: reading });
  reading.catch(() => seen.delete(table));
  return reading;
}

/** The same; undefined where there is no such table. */
async function lookAtTable({ books, target }: Both, table: string): Promise<TableState | undefined> {
  const { dialect } = target;
  const columns = await dialect.readColumns(target, table);
  if (!columns) return undefined;
  const records = await readColumnRecords(books, table);
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
