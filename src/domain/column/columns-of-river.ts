import type { Report } from '../catalogue/report.ts';
import type { RiverSetting } from '../river/river.ts';
import type { Column } from './column.ts';
import { correctColumns } from './correct-columns.ts';
import { freeName } from './free-name.ts';
import { isProvenance } from './provenance.ts';
import { snakeCase } from './snake-case.ts';

/** What a river says about its columns. */
export type ColumnSettings = Pick<RiverSetting, 'filters' | 'overrides'>;

/**
 * The columns of a river's table, without the provenance columns: the report's own, corrected by the river's
 * overrides, then one for each customer attribute in the river's order.
 */
export function columnsOfRiver(report: Report, river: ColumnSettings): Column[] {
  const declared = correctColumns(report.columns, river.overrides);
  const attributes = report.filters.includes('customerAttributes')
    ? (river.filters.customerAttributes ?? [])
    : [];
  return [...declared, ...attributeColumns(attributes, declared)];
}

/** The report's natural key by the names that the river's table has for it. */
export function keyOfRiver(report: Report, river: Pick<ColumnSettings, 'overrides'>): string[] {
  const corrected = correctColumns(report.columns, river.overrides);
  return report.key.map((name) => {
    const at = report.columns.findIndex((column) => column.name === name);
    return corrected[at]?.name ?? name;
  });
}

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
