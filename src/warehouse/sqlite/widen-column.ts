import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ColumnType } from '../../domain/column/column.ts';
import type { Row, Tables } from '../dialect.ts';
import { named, shortHash } from '../identifiers.ts';
import type { TableColumn } from '../tables/table-column.ts';
import { connectionUnder, sqlOf } from './raw-connection.ts';
import { rowIdentity } from './row-identity.ts';
import { typeNames } from './type-names.ts';

const rowsAtATime = 2_000;

/**
 * SQLite cannot change a column's type, and what a text says (`007`) would not survive in a column that was
 * declared for numbers. So a column of the wider type takes its place.
 */
export async function widenColumn(
  tables: Tables,
  table: string,
  column: TableColumn,
  type: ColumnType,
): Promise<void> {
  const wider = `river_wider_${shortHash(column.name)}`;
  await tables.schema().alterTable(named(table), (change) => {
    change.specificType(wider, typeNames[type]);
  });
  await copyValues(tables, table, column, wider, type);
  // In raw SQL: Knex would build the whole table anew for these.
  await tables.query.raw('alter table ?? drop column ??', [tables.nameOf(table), named(column.name)]);
  await tables.query.raw('alter table ?? rename column ?? to ??', [
    tables.nameOf(table),
    wider,
    named(column.name),
  ]);
}

async function copyValues(
  tables: Tables,
  table: string,
  column: TableColumn,
  wider: string,
  type: ColumnType,
): Promise<void> {
  const connection = await connectionUnder(tables.query);
  const read = connection
    .prepare<[bigint, number], { id: bigint; value: unknown }>(
      sqlOf(
        tables
          .from(table)
          .select({ id: rowIdentity, value: named(column.name) })
          .where(rowIdentity, '>', 0)
          .orderBy(rowIdentity)
          .limit(rowsAtATime),
      ),
    )
    .safeIntegers();
  const write = connection.prepare(
    sqlOf(
      tables
        .from(table)
        .where(rowIdentity, 0)
        .update({ [wider]: 0 }),
    ),
  );
  for (let last = -(2n ** 63n); ; ) {
    const rows = read.all(last, rowsAtATime);
    for (const { id, value } of rows) {
      if (value !== null) write.run(type === 'text' ? textOf(value, column) : value, id);
      last = id;
    }
    if (rows.length < rowsAtATime) return;
    await nextTurn();
  }
}

function textOf(value: unknown, column: TableColumn): string {
  if (column.type === 'boolean' && typeof value === 'bigint') return String(value !== 0n);
  return String(value);
}

export async function holdsLong(tables: Tables, table: string, column: string): Promise<boolean> {
  const found: Row[] = await tables.query.raw(
    `select 1 from ?? where typeof(??) = 'integer' and (?? > 9007199254740992 or ?? < -9007199254740992) limit 1`,
    [tables.nameOf(table), named(column), named(column), named(column)],
  );
  return found.length > 0;
}
