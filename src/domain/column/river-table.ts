import { findDayColumn } from '../call/scope.ts';
import type { Report } from '../catalogue/report.ts';
import { correctColumns } from '../river/overrides.ts';
import type { RiverSetting } from '../river/river.ts';
import { type Column, freeName, isProvenance, snakeCase } from './column.ts';

/** The table a run fills: what must be there before the first chunk is committed. */
export interface TableShape {
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  /** The column with a row's day, where the report has one. */
  readonly dayColumn: string | null;
  /** The columns that `merge` finds a row again by; left out in other modes. */
  readonly mergeKey?: readonly string[];
}

/** The table that a river fills; the report as the river calls it. */
export function describeTable(report: Report, river: ColumnSettings & TargetSettings): TableShape {
  const mergeKey = listMergeKey(report, river);
  return {
    columns: listColumns(report, river),
    key: listKeyColumns(report, river),
    dayColumn: findDayColumn(report),
    ...(mergeKey && { mergeKey }),
  };
}

/** What a river says about its columns. */
export type ColumnSettings = Pick<RiverSetting, 'filters' | 'overrides'>;
/** What it says about its key. */
type TargetSettings = { readonly target: Pick<RiverSetting['target'], 'load' | 'key'> };

/**
 * The columns of a river's table, without the provenance columns: the report's own, corrected by the river's
 * overrides, then one for each customer attribute in the river's order.
 */
export function listColumns(report: Report, river: ColumnSettings): Column[] {
  const declared = correctColumns(report.columns, river.overrides);
  const attributes = report.filters.includes('customerAttributes')
    ? (river.filters.customerAttributes ?? [])
    : [];
  return [...declared, ...attributeColumns(attributes, declared)];
}

/** The report's natural key by the names that the river's table has for it. */
export function listKey(report: Report, river: Pick<ColumnSettings, 'overrides'>): string[] {
  const corrected = correctColumns(report.columns, river.overrides);
  return report.key.map((name) => {
    const at = report.columns.findIndex((column) => column.name === name);
    return corrected[at]?.name ?? name;
  });
}

/** The columns by which `merge` finds a row again; undefined in other modes. */
export function listMergeKey(
  report: Report,
  river: Pick<ColumnSettings, 'overrides'> & TargetSettings,
): string[] | undefined {
  const { load, key } = river.target;
  if (load !== 'merge') return undefined;
  return key ? [...new Set(key)] : listKey(report, river);
}

/** The columns in which every value must fit: those of the natural key, and those that rows are merged on. */
export const listKeyColumns = (
  report: Report,
  river: Pick<ColumnSettings, 'overrides'> & TargetSettings,
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
