import { type Column, provenanceColumns } from '#domain/column/column';
import { describeColumn, provenanceComments } from '#domain/column/column-comment';
import type { TableShape } from '#domain/column/river-table';
import { narrowness, type TableColumn } from '#domain/column/table-type';
import type { DateRange } from '#domain/period/date-range';
import type { River } from '#domain/river/river';
import type { Target } from '#domain/river/target';
import { besideName, columnFinder, columnNameIn, shortHash } from '../column-name.ts';
import type { Database } from '../database.ts';
import type { MadeType, Tables } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { deleteDaysOfTable } from '../manifest/days.ts';
import {
  type ColumnRecord,
  deleteColumnRecords,
  isMadeByRiver,
  lockTarget,
  markMade,
  readColumnRecordsIfAny,
  saveColumnRecords,
} from '../manifest/targets.ts';
import { addColumns, type LockPatience, refuseFixedTable, refuseTooMany, toRecords } from './add-columns.ts';
import { declaredFinder, findOtherSpellings, type TableState } from './declared-columns.ts';
import { refuseForeignRows, refuseLostRows } from './foreign-rows.ts';
import { type NewColumn, planLayout } from './plan-layout.ts';
import {
  mayBearDays,
  refuseNoDays,
  refuseProvenance,
  refuseShortRiver,
  refuseUnfilled,
} from './refuse-column.ts';
import { hasIndexOfDays } from './target-rows.ts';

/**
 * Makes the target with its declared columns, or adds those that one lacks that is there. No column that is there is
 * changed. A table that a person has made is taken where River can fill its columns.
 */
export async function completeTable(
  database: Database,
  { river, shape, days, adopts = false }: TableToComplete,
  patience: LockPatience,
  signal?: AbortSignal,
): Promise<void> {
  const { table } = river.target;
  const isComplete = await database.transact(async (tables) => {
    await lockTarget(tables, table);
    await forgetReplaced(tables, table);
    const state = await readTableOfOthers(tables, table, shape);
    if (state) {
      await refuseUnfilled(tables, table, state.columns, listFilled(tables, table, state, shape));
      const lacking = findLacking(tables, table, state, shape);
      refuseShortRiver(table, columnFinder(tables.dialect, state.columns)('_river'), river.name);
      const dayColumn = findDayColumn(tables, state, shape);
      if (!adopts) await refuseForeignRows(tables, { river, columns: state.columns, dayColumn, days });
      await refuseLostRows(tables, river, state, shape);
      return lacking.length === 0 && state.found.length === 0;
    }
    await createTable(tables, table, shape);
    return true;
  });
  if (isComplete) return;
  await addColumns(
    database,
    table,
    async (tables) => {
      const state = (await readTableOfOthers(tables, table, shape)) ?? nothing;
      return { missing: findLacking(tables, table, state, shape), records: state.found };
    },
    patience,
    signal,
  );
}

/** What is to be made ready, and for whom. */
export interface TableToComplete {
  readonly river: Pick<River, 'name' | 'target'>;
  readonly shape: TableShape;
  /** What is about to be loaded; empty where that is not known yet. */
  readonly days: readonly DateRange[];
  /** Rows that no river has loaded are welcome: they are about to become the river's. */
  readonly adopts?: boolean;
}

/** With the spellings that are found now as if they were recorded. */
interface TableOfOthers extends TableState {
  readonly found: readonly ColumnRecord[];
}

const nothing: TableOfOthers = { columns: [], records: [], found: [] };

/** A table as it stands, with the spellings that are not recorded yet; undefined where it is not there. */
export async function readTableOfOthers(
  tables: Tables,
  table: string,
  shape: TableShape,
): Promise<TableOfOthers | undefined> {
  const columns = await tables.dialect.readColumns(tables, table);
  if (!columns) return undefined;
  const declared = shape.columns.map(({ name }) => name);
  const found = await findOtherSpellings(tables, table, columns, declared);
  const records = await readColumnRecordsIfAny(tables, table);
  return { columns, records: [...records.filter(({ part }) => part === 'declared'), ...found], found };
}

/** The column with the day, as the table has it. */
const findDayColumn = (
  { dialect }: Tables,
  state: TableState,
  { dayColumn }: TableShape,
): TableColumn | undefined => (dayColumn === null ? undefined : declaredFinder(dialect, state)(dayColumn));

/**
 * What a person is to know beforehand of a table that is there: which columns would be added, and what would not fit those
 * that are there. Nothing of a table that is not there. Throws where River cannot fill it.
 */
export async function previewTable(
  tables: Tables,
  river: Pick<River, 'name' | 'target'>,
  shape: TableShape,
): Promise<string[]> {
  const { table, drift } = river.target;
  const state = await readTableOfOthers(tables, table, shape);
  if (!state) return [];
  await refuseUnfilled(tables, table, state.columns, listFilled(tables, table, state, shape));
  const find = declaredFinder(tables.dialect, state);
  const lacking = findLacking(tables, table, state, shape);
  refuseShortRiver(table, columnFinder(tables.dialect, state.columns)('_river'), river.name);
  const dayColumn = findDayColumn(tables, state, shape);
  await refuseForeignRows(tables, { river, columns: state.columns, dayColumn, days: [] });
  await refuseLostRows(tables, river, state, shape);
  await refuseTooMany(tables, table, lacking.length);
  await refuseFixedTable(tables, table, lacking);
  const unfit = shape.columns.flatMap((declared): string[] => {
    const { name } = declared;
    const column = find(name);
    if (!column?.type) return [];
    const isKey = shape.key.includes(name);
    const said = `${table}.${column.name} (${column.declared})`;
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
  tables: Tables,
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

function findLacking(tables: Tables, table: string, state: TableState, shape: TableShape): NewColumn[] {
  const { dialect } = tables;
  const planned = planDeclared(tables, table, state, shape.columns);
  const day = shape.dayColumn === null ? undefined : planned.columns.get(shape.dayColumn);
  if (day) refuseNoDays(table, day);
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
const listFilled = (tables: Tables, table: string, state: TableState, shape: TableShape): string[] => [
  ...[...planDeclared(tables, table, state, shape.columns).columns.values()].map(({ name }) => name),
  ...provenanceColumns.filter((name) => name !== '_chunk' || shape.dayColumn !== null),
];

const planDeclared = ({ dialect }: Tables, table: string, state: TableState, declared: readonly Column[]) =>
  planLayout(dialect, { table, drift: 'evolve' }, state, [
    {
      columns: declared.map(({ name }) => name),
      types: Object.fromEntries(declared.map(({ name, type }) => [name, type])),
      extras: [],
    },
  ]);

const inTable = (tables: Tables, table: string, { columns }: TableShape, name: string): string =>
  planDeclared(tables, table, nothing, columns).columns.get(name)?.name ?? name;

async function createTable(tables: Tables, table: string, shape: TableShape): Promise<void> {
  const { dialect } = tables;
  const columns = findLacking(tables, table, nothing, shape);
  await refuseTooMany(tables, table, columns.length);
  await tables.schema().createTable(identifier(table), (create) => {
    for (const { name, type } of columns) create.specificType(identifier(name), dialect.typeNames[type]);
  });
  await dialect.commentOn?.(tables, table, shape.about, listComments(tables, table, shape));
  await beginAnew(tables, table, true);
  await saveColumnRecords(tables, table, toRecords(tables, columns, dialect.typeNames));
  const isDeclared = shape.columns.some(({ name }) => name === shape.dayColumn);
  const day = shape.dayColumn !== null && isDeclared ? inTable(tables, table, shape, shape.dayColumn) : null;
  const key = (shape.mergeKey ?? []).map((name) => inTable(tables, table, shape, name));
  if (day !== null) await indexRows(tables, table, 'river_days_of_', [day, provenanceColumns[0]]);
  if (key.length > 0 && !(key.length === 1 && key[0] === day))
    await indexRows(tables, table, 'river_key_of_', [provenanceColumns[0], ...key]);
}

/** What the manifest knows of a table goes with the table. */
async function beginAnew(tables: Tables, table: string, madeByRiver: boolean): Promise<void> {
  await markMade(tables, table, madeByRiver);
  await deleteDaysOfTable(tables, table);
  await deleteColumnRecords(tables, table);
}

/** A table that knows no rivers, where River had made one, was made by something else since. */
async function forgetReplaced(tables: Tables, table: string): Promise<void> {
  if (!(await isMadeByRiver(tables, table))) return;
  const columns = await tables.dialect.readColumns(tables, table);
  if (columns && !columnFinder(tables.dialect, columns)('_river')) await beginAnew(tables, table, false);
}

/** By the columns' names in the table. */
function listComments(tables: Tables, table: string, shape: TableShape): Map<string, string> {
  const declared = shape.columns.map(
    (column) => [inTable(tables, table, shape, column.name), describeColumn(column)] as const,
  );
  return new Map([...declared, ...Object.entries(provenanceComments)]);
}

const provenanceType = (name: (typeof provenanceColumns)[number]): MadeType =>
  name === '_loaded_at' ? 'instant' : 'text';

/**
 * What a commit looks for: this river's rows of these days, or of this key. That of the days is led by the day, so that it serves a
 * person's query by day alone as well. Only where the table is new: no other session can use it yet.
 */
async function indexRows(
  tables: Tables,
  table: string,
  prefix: string,
  columns: readonly string[],
): Promise<void> {
  await tables.query.raw(`create index if not exists ?? on ?? (${columns.map(() => '??').join(', ')})`, [
    prefix + shortHash([table, ...columns].join('/')),
    tables.qualify(table),
    ...columns.map(identifier),
  ]);
}
