/** A table that is there, made by River, a person or another connector: what stands in it for what a river fills, and what it lacks. */

import { type Column, provenanceColumns } from '#domain/column/column';
import type { TableShape } from '#domain/column/river-table';
import type { TableColumn } from '#domain/column/table-type';
import { columnFinder } from '../column-name.ts';
import type { Both, Targets } from '../dialect.ts';
import type { MadeType } from '../dialect-facts.ts';
import { type ColumnRecord, readColumnRecordsIfAny } from '../manifest/targets.ts';
import { declaredFinder, findOtherSpellings, type TableState } from './declared-columns.ts';
import { type NewColumn, planLayout } from './plan-layout.ts';
import { refuseNarrowHash, refuseNoDays, refuseProvenance } from './refuse-column.ts';

/** With the spellings that are found now as if they were recorded. */
export interface TableOfOthers extends TableState {
  readonly found: readonly ColumnRecord[];
}

/** Of a table that is not there. */
export const nothing: TableOfOthers = { columns: [], records: [], found: [] };

/** A table as it stands, with the spellings that are not recorded yet; undefined where it is not there. */
export async function readTableOfOthers(
  both: Both,
  table: string,
  shape: TableShape,
): Promise<TableOfOthers | undefined> {
  const { books, target } = both;
  const columns = await target.dialect.readColumns(target, table);
  if (!columns) return undefined;
  const declared = shape.columns.map(({ name }) => name);
  const found = await findOtherSpellings(both, table, columns, declared);
  const records = await readColumnRecordsIfAny(books, table);
  return { columns, records: [...records.filter(({ part }) => part === 'declared'), ...found], found };
}

/** The column with the day, as the table has it. */
export const findDayColumn = (
  { dialect }: Targets,
  state: TableState,
  { dayColumn }: TableShape,
): TableColumn | undefined => (dayColumn === null ? undefined : declaredFinder(dialect, state)(dayColumn));

/** The columns that a table lacks; throws where one that is there cannot take what River puts there. */
export function findLacking(
  tables: Targets,
  table: string,
  state: TableState,
  shape: TableShape,
): NewColumn[] {
  const { dialect } = tables;
  const planned = planDeclared(tables, table, state, shape.columns);
  const day = shape.dayColumn === null ? undefined : planned.columns.get(shape.dayColumn);
  if (day) refuseNoDays(table, day);
  const key = new Set([...shape.key, ...(shape.mergeKey ?? [])]);
  for (const { name, salt } of shape.columns) {
    const hashed = salt !== undefined && key.has(name) ? planned.columns.get(name) : undefined;
    if (hashed) refuseNarrowHash(table, hashed);
  }
  const find = columnFinder(dialect, state.columns);
  for (const name of provenanceColumns) {
    const there = find(name);
    if (there) refuseProvenance(table, name, there);
  }
  return [
    ...planned.missing,
    ...provenanceColumns
      .filter((name) => find(name) === undefined)
      .map((name) => ({ name, type: provenanceType(name) })),
  ];
}

/** The table's columns to which every row gives a value. A report without days leaves `_chunk` null. */
export const listFilled = (
  tables: Targets,
  table: string,
  state: TableState,
  shape: TableShape,
): string[] => [
  ...[...planDeclared(tables, table, state, shape.columns).columns.values()].map(({ name }) => name),
  ...provenanceColumns.filter((name) => name !== '_chunk' || shape.dayColumn !== null),
];

export const planDeclared = (
  { dialect }: Targets,
  table: string,
  state: TableState,
  declared: readonly Column[],
) =>
  planLayout(dialect, { table, drift: 'evolve' }, state, [
    {
      columns: declared.map(({ name }) => name),
      types: Object.fromEntries(declared.map(({ name, type }) => [name, type])),
      extras: [],
    },
  ]);

const provenanceType = (name: (typeof provenanceColumns)[number]): MadeType =>
  name === '_loaded_at' ? 'instant' : 'text';
