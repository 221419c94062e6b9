import type { ColumnType } from '../../domain/column/column.ts';
import type { Tables } from '../dialect.ts';
import { named } from '../identifiers.ts';
import type { TableColumn } from '../tables/table-column.ts';
import { rowsOf } from './rows-of.ts';
import { typeNames } from './type-names.ts';

export async function widenColumn(
  tables: Tables,
  table: string,
  column: TableColumn,
  type: ColumnType,
): Promise<void> {
  const name = named(column.name);
  await tables.query.raw(
    `alter table ?? alter column ?? type ${typeNames[type]} using ??::${typeNames[type]}`,
    [tables.nameOf(table), name, name],
  );
}

export async function holdsLong(tables: Tables, table: string, column: string): Promise<boolean> {
  const found = await tables.query.raw(`select 1 from ?? where abs(??::numeric) > 9007199254740992 limit 1`, [
    tables.nameOf(table),
    named(column),
  ]);
  return rowsOf(found).length > 0;
}
