import { type Column, provenanceColumns } from '#domain/column/column';
import type { TableShape } from '#domain/column/river-table';
import { narrowness, type TableColumn } from '#domain/column/table-type';
import type { Target } from '#domain/river/target';
import { besideName, columnFinder, columnNameIn, shortHash } from '../column-name.ts';
import type { Database } from '../database.ts';
import type { MadeType, Tables } from '../dialect.ts';
import { identifier } from '../identifiers.ts';
import { deleteDaysOfTable } from '../manifest/days.ts';
import { deleteColumnRecords, lockTarget, markMadeByRiver, saveColumnRecords } from '../manifest/targets.ts';
import { addColumns, type LockPatience, refuseTooMany, toRecords } from './add-columns.ts';
import { type NewColumn, planLayout } from './plan-layout.ts';
import { refuseNoDays, refuseProvenance, refuseUnfilled } from './refuse-column.ts';

/**
 * Makes the target with its declared columns, or adds those that one lacks that is there. No column that is there is
 * changed. A table that a person has made is taken where River can fill its columns.
 */
export async function completeTable(
  database: Database,
  table: string,
  shape: TableShape,
  patience: LockPatience,
  signal?: AbortSignal,
): Promise<void> {
  const lacking = await database.transact(async (tables) => {
    await lockTarget(tables, table);
    const columns = await tables.dialect.readColumns(tables, table);
    if (columns) {
      await refuseUnfilled(tables, table, columns, listFilled(tables, table, columns, shape));
      return findLacking(tables, table, columns, shape);
    }
    await createTable(tables, table, shape);
    return [];
  });
  if (lacking.length === 0) return;
  await addColumns(
    database,
    table,
    async (tables) => {
      const columns = (await tables.dialect.readColumns(tables, table)) ?? [];
      return { missing: findLacking(tables, table, columns, shape), records: [] };
    },
    patience,
    signal,
  );
}

/**
 * What a person is to know beforehand of a table that is there: which columns would be added, and what would not fit those
 * that are there. Nothing of a table that is not there. Throws where River cannot fill it.
 */
export async function previewTable(
  tables: Tables,
  { table, drift }: Pick<Target, 'table' | 'drift'>,
  shape: TableShape,
): Promise<string[]> {
  const columns = await tables.dialect.readColumns(tables, table);
  if (!columns) return [];
  await refuseUnfilled(tables, table, columns, listFilled(tables, table, columns, shape));
  const find = columnFinder(tables.dialect, columns);
  const lacking = findLacking(tables, table, columns, shape).map(({ name }) => name);
  await refuseTooMany(tables, table, lacking.length);
  const narrow = shape.columns.flatMap(({ name, type }) => {
    const column = find(inTable(tables, table, shape, name));
    const why = column?.type && narrowness(type, column.type);
    if (!column || !why) return [];
    const happens = shape.key.includes(name)
      ? 'which fails its chunk (key)'
      : outcomes[drift](columnNameIn(tables.dialect, besideName(name)));
    return [`${table}.${column.name} (${column.declared}) does not hold ${why}, ${happens}`];
  });
  const hasIndex =
    shape.dayColumn === null || (await tables.dialect.hasIndexOn(tables, table, [provenanceColumns[0]]));
  return [
    ...(lacking.length > 0 ? [`${table} gets the columns ${lacking.join(', ')}`] : []),
    ...narrow,
    ...(hasIndex
      ? []
      : [`${table} has no index on _river and ${shape.dayColumn}: with one, days are replaced faster`]),
  ];
}

/** What becomes of a value that does not fit its column. */
const outcomes: Readonly<Record<Target['drift'], (beside: string) => string>> = {
  evolve: (beside) => `which goes to ${beside}`,
  ignore: () => 'which is left out (drift: ignore)',
  fail: () => 'which fails its chunk (drift: fail)',
};

function findLacking(
  tables: Tables,
  table: string,
  columns: readonly TableColumn[],
  shape: TableShape,
): NewColumn[] {
  const { dialect } = tables;
  const planned = planDeclared(tables, table, columns, shape.columns);
  const day = shape.dayColumn === null ? undefined : planned.columns.get(shape.dayColumn);
  if (day) refuseNoDays(table, day);
  const find = columnFinder(dialect, columns);
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
const listFilled = (
  tables: Tables,
  table: string,
  columns: readonly TableColumn[],
  shape: TableShape,
): string[] => [
  ...[...planDeclared(tables, table, columns, shape.columns).columns.values()].map(({ name }) => name),
  ...provenanceColumns.filter((name) => name !== '_chunk' || shape.dayColumn !== null),
];

const planDeclared = (
  { dialect }: Tables,
  table: string,
  columns: readonly TableColumn[],
  declared: readonly Column[],
) =>
  planLayout(dialect, { table, drift: 'evolve' }, { columns, records: [] }, [
    {
      columns: declared.map(({ name }) => name),
      types: Object.fromEntries(declared.map(({ name, type }) => [name, type])),
      extras: [],
    },
  ]);

const inTable = (tables: Tables, table: string, { columns }: TableShape, name: string): string =>
  planDeclared(tables, table, [], columns).columns.get(name)?.name ?? name;

async function createTable(tables: Tables, table: string, shape: TableShape): Promise<void> {
  const { dialect } = tables;
  const columns = findLacking(tables, table, [], shape);
  await refuseTooMany(tables, table, columns.length);
  await tables.schema().createTable(identifier(table), (create) => {
    for (const { name, type } of columns) create.specificType(identifier(name), dialect.typeNames[type]);
  });
  await markMadeByRiver(tables, table);
  await deleteDaysOfTable(tables, table);
  await deleteColumnRecords(tables, table);
  await saveColumnRecords(tables, table, toRecords(tables, columns, dialect.typeNames));
  const isDeclared = shape.columns.some(({ name }) => name === shape.dayColumn);
  if (shape.dayColumn !== null && isDeclared)
    await indexDays(tables, table, inTable(tables, table, shape, shape.dayColumn));
}

const provenanceType = (name: (typeof provenanceColumns)[number]): MadeType =>
  name === '_loaded_at' ? 'instant' : 'text';

/** What a commit looks for: this river's rows of these days. Only where the table is new: no other session can use it yet. */
async function indexDays(tables: Tables, table: string, dayColumn: string): Promise<void> {
  await tables.query.raw(`create index if not exists ?? on ?? (_river, ??)`, [
    `river_days_of_${shortHash(`${table}/${dayColumn}`)}`,
    tables.qualify(table),
    identifier(dayColumn),
  ]);
}
