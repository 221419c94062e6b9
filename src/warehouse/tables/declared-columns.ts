/**
 * The columns that a report declares, in a table that something else has made: another connector may have spelled them
 * otherwise (`CustomerID`, `customerid`, `CUSTOMER_ID` for `customer_id`). Which stands for which is decided once, as a run or an
 * adoption first meets the table, and recorded with it.
 */

import type { TableColumn } from '#domain/column/table-type';
import { columnFinder, columnNameIn, sameName } from '../column-name.ts';
import type { Both, Dialect } from '../dialect.ts';
import { type ColumnRecord, isMadeByRiver, readColumnRecordsIfAny } from '../manifest/targets.ts';

/** A target as it is now. */
export interface TableState {
  readonly columns: readonly TableColumn[];
  readonly records: readonly ColumnRecord[];
}

/** The declared columns that the table has under another spelling, where exactly one column is meant and none has the name itself. */
export async function findOtherSpellings(
  { books, target }: Both,
  table: string,
  columns: readonly TableColumn[],
  declared: readonly string[],
): Promise<ColumnRecord[]> {
  const { dialect } = target;
  // A table that something else has made in its place since has no such column.
  const knowsRivers = columnFinder(dialect, columns)('_river') !== undefined;
  if (knowsRivers && (await isMadeByRiver(books, table))) return [];
  const records = await readColumnRecordsIfAny(books, table);
  const find = columnFinder(dialect, columns);
  const taken = new Set(records.map(({ name }) => sameName(dialect, name)));
  for (const name of declared)
    if (find(columnNameIn(dialect, name))) taken.add(sameName(dialect, columnNameIn(dialect, name)));
  const bySpelling = Map.groupBy(
    columns.filter(
      ({ name }) => !taken.has(sameName(dialect, name)) && !name.startsWith('_') && !name.includes('__'),
    ),
    ({ name }) => toLetters(name),
  );
  const wanted = Map.groupBy(
    declared.filter((name) => !find(columnNameIn(dialect, name))),
    toLetters,
  );
  return [...wanted].flatMap(([letters, names]) => {
    const [name, ...otherNames] = names;
    const [column, ...others] = bySpelling.get(letters) ?? [];
    if (name === undefined || !column || otherNames.length > 0 || others.length > 0) return [];
    const isRecorded = records.some(({ part, source }) => part === 'declared' && source === name);
    return isRecorded ? [] : [{ part: 'declared' as const, source: name, name: column.name, madeAs: null }];
  });
}

/** Finds declared columns in a table: by the recorded spelling, else by their own name. */
export function declaredFinder(
  dialect: Dialect,
  { columns, records }: TableState,
): (name: string) => TableColumn | undefined {
  const find = columnFinder(dialect, columns);
  const spelled = new Map(
    records.flatMap(({ part, source, name }) => (part === 'declared' ? [[source, name]] : [])),
  );
  return (name) => {
    const recorded = spelled.get(name);
    return (recorded === undefined ? undefined : find(recorded)) ?? find(columnNameIn(dialect, name));
  };
}

/** What spellings of one name have in common. */
const toLetters = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, '');
