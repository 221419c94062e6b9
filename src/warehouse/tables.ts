import type { Knex } from 'knex';
import type { RowsInScope } from './commit/rows-in-scope.ts';
import type { Dialect, Row, Tables } from './dialect.ts';
import { named } from './identifiers.ts';

export function tablesOf(query: Knex, dialect: Dialect, schemaName: string | undefined): Tables {
  const schemaToken = schemaName === undefined ? undefined : named(schemaName);
  return {
    dialect,
    schemaName,
    query,
    from(table) {
      const rows = query<Row, Row[]>(named(table));
      return schemaToken === undefined ? rows : rows.withSchema(schemaToken);
    },
    schema: () => (schemaToken === undefined ? query.schema : query.schema.withSchema(schemaToken)),
    nameOf: (table) => (schemaToken === undefined ? named(table) : `${schemaToken}.${named(table)}`),
  };
}

export function rowsInScope(
  tables: Tables,
  { table, river, days }: RowsInScope,
): Knex.QueryBuilder<Row, Row[]> {
  const rows = tables.from(table).where('_river', river);
  return days === null ? rows : rows.whereBetween(named(days.column), [days.start, days.end]);
}

export function dayOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
