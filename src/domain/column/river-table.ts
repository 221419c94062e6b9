import { findDayColumn, findManifestDayColumn } from '../call/scope.ts';
import type { Report } from '../catalogue/report.ts';
import { correctColumns } from '../river/overrides.ts';
import type { RiverSetting } from '../river/river.ts';
import { nameInTable, type StoredColumn, storedColumns } from './chosen-columns.ts';
import { type Column, freeName, isProvenance, snakeCase } from './column.ts';

/** The table a run fills: what must be there before the first chunk is committed. */
export interface TableShape {
  /** What it is, for people who look at it: its comment, where the database has comments. */
  readonly about?: string;
  readonly columns: readonly (Column & Pick<Partial<StoredColumn>, 'salt'>)[];
  readonly key: readonly string[];
  /** The column with a row's day, where the report has one. */
  readonly dayColumn: string | null;
  /** The column by whose days `replace` finds rows again; left out where it is the day column. */
  readonly replacedBy?: string | null;
  /** The columns that `merge` finds a row again by; left out in other modes. */
  readonly mergeKey?: readonly string[];
}

/** The table that a river fills; the report as the river calls it. */
export function describeTable(report: Report, river: ColumnSettings & TargetSettings): TableShape {
  const mergeKey = listMergeKey(report, river);
  return {
    about: `${report.title} (${report.slug}), loaded by River from Optimove.`,
    columns: storedColumns(listColumns(report, river), river.columns),
    key: listKeyColumns(report, river),
    dayColumn: nameOrNull(river, findDayColumn(report)),
    replacedBy: findStoredDayColumn(report, river),
    ...(mergeKey && { mergeKey }),
  };
}

/** The same name, or the one that the river gives to the column. */
const nameOrNull = ({ columns }: Pick<ColumnSettings, 'columns'>, name: string | null): string | null =>
  name === null ? null : nameInTable(columns, name);

/** The column of the river's table by whose days its rows are replaced, counted and forgotten; null where there is none. */
export const findStoredDayColumn = (report: Report, river: Pick<ColumnSettings, 'columns'>): string | null =>
  nameOrNull(river, findManifestDayColumn(report));

/** A column as a person sees it beforehand. */
export interface ColumnAhead extends Pick<Column, 'name' | 'type' | 'from'> {
  /** Its name without the river's choice, where that is another. */
  readonly was?: string;
  readonly hashed?: true;
}

/** The columns of the river's table as they will be, but for those of provenance and of fields that no report declares. */
export const listColumnsAhead = (report: Report, river: ColumnSettings): ColumnAhead[] =>
  storedColumns(listColumns(report, river), river.columns).map(({ name, type, from, declared, salt }) => ({
    name,
    type,
    from,
    ...(declared.name !== name && { was: declared.name }),
    ...(salt !== undefined && { hashed: true as const }),
  }));

/** What a river says about its columns. */
export type ColumnSettings = Pick<RiverSetting, 'filters' | 'overrides' | 'columns'>;

/** What it says about its key, by the columns' names without any choice. */
type TargetSettings = { readonly target: Pick<RiverSetting['target'], 'load' | 'key'> };

/**
 * The columns that a river pulls, without the provenance columns and before its choices: the report's own, corrected by the
 * river's overrides, then one for each customer attribute in the river's order.
 */
export function listColumns(report: Report, river: Pick<ColumnSettings, 'filters' | 'overrides'>): Column[] {
  const declared = correctColumns(report.columns, river.overrides);
  const attributes = report.filters.includes('customerAttributes')
    ? (river.filters.customerAttributes ?? [])
    : [];
  return [...declared, ...attributeColumns(attributes, declared)];
}

/** The report's natural key by the names that the river's table has for it. */
export function listKey(report: Report, river: Pick<ColumnSettings, 'overrides' | 'columns'>): string[] {
  const corrected = correctColumns(report.columns, river.overrides);
  return report.key.map((name) => {
    const at = report.columns.findIndex((column) => column.name === name);
    return nameInTable(river.columns, corrected[at]?.name ?? name);
  });
}

/** The columns by which `merge` finds a row again; undefined in other modes. */
export function listMergeKey(
  report: Report,
  river: Pick<ColumnSettings, 'overrides' | 'columns'> & TargetSettings,
): string[] | undefined {
  const { load, key } = river.target;
  if (load !== 'merge') return undefined;
  if (key === undefined) return listKey(report, river);
  return [...new Set(key)].map((name) => nameInTable(river.columns, name));
}

/** The columns in which every value must fit: those of the natural key, and those that rows are merged on. */
export const listKeyColumns = (
  report: Report,
  river: Pick<ColumnSettings, 'overrides' | 'columns'> & TargetSettings,
): string[] => [...new Set([...listKey(report, river), ...(listMergeKey(report, river) ?? [])])];

function attributeColumns(attributes: readonly string[], declared: readonly Column[]): Column[] {
  const taken = new Set(declared.map((column) => column.name));
  const isTaken = (name: string) => taken.has(name) || isProvenance(name);
  return attributes.map((source) => {
    const plain = snakeCase(source);
    const name = plain === '' || isTaken(plain) ? freeName(attributeName(plain), isTaken) : plain;
    taken.add(name);
    return { name, type: 'text', from: 'attribute', source };
  });
}

function attributeName(plain: string): string {
  return plain === '' ? 'attribute' : `attribute_${plain}`;
}
