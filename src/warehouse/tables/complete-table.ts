import { provenanceColumns } from '../../domain/column/provenance.ts';
import type { TableShape } from '../../domain/column/table-shape.ts';
import { SchemaConflictError } from '../../domain/errors.ts';
import type { Tables } from '../dialect.ts';
import { named, shortHash } from '../identifiers.ts';
import { isMadeByRiver, noteMadeByRiver } from '../statements/read-target.ts';
import { forgetTable } from '../statements/river-days.ts';
import { alterTable } from './alter-table.ts';
import { columnFinder, compareColumns } from './compare-columns.ts';
import { columnTypeOf } from './staged-type.ts';
import type { TableColumn } from './table-column.ts';
import { type WantedColumn, wantedColumns } from './wanted-columns.ts';

/**
 * Makes the target with its declared columns, or completes one that is there. A table that River did not make is
 * taken where its columns hold what the report brings. To be called with the target locked.
 */
export async function completeTable(tables: Tables, table: string, shape: TableShape): Promise<void> {
  const wanted = wantedColumns(tables.dialect, table, shape.columns);
  const columns = await tables.dialect.readColumns(tables, table);
  if (columns) await completeColumns(tables, table, columns, [...wanted.values()]);
  else await createTable(tables, table, [...wanted.values()]);
  const dayColumn = shape.dayColumn === null ? undefined : wanted.get(shape.dayColumn);
  if (dayColumn) await indexDays(tables, table, dayColumn.name);
}

async function createTable(tables: Tables, table: string, columns: readonly WantedColumn[]): Promise<void> {
  const { dialect } = tables;
  await tables.schema().createTable(named(table), (create) => {
    for (const { name, type } of columns) {
      create.specificType(named(name), dialect.typeNames[columnTypeOf(type)]);
    }
    for (const name of provenanceColumns) create.specificType(name, provenanceType(tables, name));
  });
  await noteMadeByRiver(tables, table);
  await forgetTable(tables, table);
}

async function completeColumns(
  tables: Tables,
  table: string,
  columns: readonly TableColumn[],
  wanted: readonly WantedColumn[],
): Promise<void> {
  const differences = compareColumns(tables.dialect, table, columns, wanted);
  const [narrow] = differences.wider;
  if (narrow && !(await isMadeByRiver(tables, table))) {
    throw new SchemaConflictError(
      `${table}.${narrow.column.name} is ${narrow.column.declared} and the report needs ${narrow.type} there. ` +
        `River did not make this table and leaves its columns alone: change the column, or give the river another table.`,
      { facts: { table, column: narrow.column.name, declared: narrow.column.declared, wanted: narrow.type } },
    );
  }
  await alterTable(tables, table, differences);
  const find = columnFinder(tables.dialect, columns);
  const lacking = provenanceColumns.filter((name) => find(name) === undefined);
  if (lacking.length === 0) return;
  await tables.schema().alterTable(named(table), (change) => {
    for (const name of lacking) change.specificType(name, provenanceType(tables, name));
  });
}

function provenanceType({ dialect }: Tables, name: (typeof provenanceColumns)[number]): string {
  return name === '_loaded_at' ? dialect.manifestTypes.instant : dialect.typeNames.text;
}

/** What a commit looks for: this river's rows of these days. */
async function indexDays(tables: Tables, table: string, dayColumn: string): Promise<void> {
  await tables.query.raw(`create index if not exists ?? on ?? (_river, ??)`, [
    `river_days_of_${shortHash(`${table}/${dayColumn}`)}`,
    tables.nameOf(table),
    named(dayColumn),
  ]);
}
