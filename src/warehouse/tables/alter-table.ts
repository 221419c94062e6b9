import type { Tables } from '../dialect.ts';
import { named } from '../identifiers.ts';
import type { Differences } from './compare-columns.ts';
import { columnTypeOf } from './staged-type.ts';

/** Adds what is missing and widens what is too narrow. To be called with the target locked. */
export async function alterTable(
  tables: Tables,
  table: string,
  { missing, wider }: Differences,
): Promise<void> {
  const { dialect } = tables;
  if (missing.length > 0) {
    await tables.schema().alterTable(named(table), (change) => {
      for (const { name, type } of missing) {
        change.specificType(named(name), dialect.typeNames[columnTypeOf(type)]);
      }
    });
  }
  for (const { column, type } of wider) {
    const rounds =
      column.type === 'integer' && type === 'double' && (await dialect.holdsLong(tables, table, column.name));
    await dialect.widenColumn(tables, table, column, rounds ? 'text' : columnTypeOf(type));
  }
}
