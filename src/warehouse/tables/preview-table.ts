import { type Column, provenanceColumns } from '#domain/column/column';
import type { TableShape } from '#domain/column/river-table';
import { narrowness, type TableColumn } from '#domain/column/table-type';
import type { DateRange } from '#domain/period/date-range';
import type { River } from '#domain/river/river';
import type { Target } from '#domain/river/target';
import { besideName, columnNameIn } from '../column-name.ts';
import type { Both, Targets } from '../dialect.ts';
import { refuseFixedTable, refuseTooMany } from './add-columns.ts';
import { declaredFinder } from './declared-columns.ts';
import { previewRules } from './preview-rules.ts';
import { mayBearDays } from './refuse-column.ts';
import { refuseTable } from './refuse-table.ts';
import { readTableOfOthers } from './table-of-others.ts';
import { hasIndexOfDays } from './target-rows.ts';

/**
 * What a person is to know beforehand of a table that is there: which columns would be added, and what would not fit. Nothing of
 * a table that is not there. Throws where River cannot fill it. `days`: what a run would load now, where that is known.
 */
export async function previewTable(
  both: Both,
  river: Pick<River, 'name' | 'target'>,
  shape: TableShape,
  days: readonly DateRange[] = [],
): Promise<string[]> {
  const { table, drift } = river.target;
  const { target: tables } = both;
  const state = await readTableOfOthers(both, table, shape);
  if (!state) return [];
  const find = declaredFinder(tables.dialect, state);
  const { lacking, filled, dayColumn } = await refuseTable(both, { river, shape, days }, state);
  await refuseTooMany(tables, table, lacking.length);
  await refuseFixedTable(tables, table, lacking);
  const unfit = shape.columns.flatMap((declared): string[] => {
    const { name } = declared;
    const column = find(name);
    if (!column?.type) return [];
    const isKey = shape.key.includes(name);
    const said = `${table}.${column.name} (${column.declared || 'no type'})`;
    const why = isStampedDay(declared, column) ? undefined : narrowness(declared.type, column.type);
    const happens = isKey
      ? 'which fails its chunk (key)'
      : column.isNotNull
        ? 'which fails its chunk (not null)'
        : outcomes[drift](columnNameIn(tables.dialect, besideName(name)));
    const mayLack = declared.from !== 'call' && !isKey && column.isNotNull;
    return [
      ...(why ? [`${said} does not hold ${why}, ${happens}`] : []),
      ...(mayLack ? [`${said} may not be null: a row without a value there fails its chunk`] : []),
    ];
  });
  // The columns by which a commit looks for rows of the river; null where it looks at all of them.
  const sought = shape.mergeKey
    ? shape.mergeKey.map((name) => find(name)?.name ?? name)
    : shape.dayColumn === null
      ? null
      : [dayColumn?.name ?? []].flat();
  const hasIndex = sought === null || (sought.length > 0 && (await isIndexed(tables, table, sought, shape)));
  return [
    ...(lacking.length > 0
      ? [`${table} gets the columns ${lacking.map(({ name }) => name).join(', ')}`]
      : []),
    ...state.found.map(({ source, name }) => `${source} goes to ${table}.${name}`),
    ...unfit,
    ...(await previewRules(tables, river.target, shape, {
      filled,
      nameOf: (name) => find(name)?.name ?? name,
    })),
    ...(hasIndex || sought === null
      ? []
      : [
          shape.mergeKey
            ? `${table} has no index on _river and ${sought.join(', ')}: with one, rows are merged faster`
            : `${table} has no index on ${sought[0] ?? shape.dayColumn} and _river: with one, days are replaced faster`,
        ]),
  ];
}

/** Whether an index serves what a commit looks for. */
async function isIndexed(
  tables: Targets,
  table: string,
  columns: readonly string[],
  { mergeKey }: TableShape,
): Promise<boolean> {
  if (!mergeKey) return hasIndexOfDays(tables, table, columns[0] ?? '');
  const { dialect } = tables;
  return (
    (await dialect.hasIndexOn(tables, table, [provenanceColumns[0], ...columns])) ||
    (await dialect.hasIndexOn(tables, table, columns))
  );
}

/** A day that River itself has asked for: it is never longer than the column of days can hold. */
const isStampedDay = ({ from, type }: Column, column: TableColumn): boolean =>
  from === 'call' && type === 'date' && mayBearDays(column);

/** What becomes of a value that does not fit its column. */
const outcomes: Readonly<Record<Target['drift'], (beside: string) => string>> = {
  evolve: (beside) => `which goes to ${beside}`,
  ignore: () => 'which is left out (drift: ignore)',
  fail: () => 'which fails its chunk (drift: fail)',
};
