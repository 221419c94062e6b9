import type { Report } from '../../src/domain/catalogue/report.ts';
import type { Column } from '../../src/domain/column/column.ts';
import { snakeCase } from '../../src/domain/column/snake-case.ts';

/** A row as text, the same for a number and its digits, for true and 1. */
export type RowText = string;

/** The simulator's own rows as the table is to have them, whatever their order. */
export function expectedRows(
  report: Report,
  rows: readonly Readonly<Record<string, unknown>>[],
  attributes: readonly string[] = [],
): RowText[] {
  const columns = namesOf(report);
  return rows
    .map((row) => {
      const values = Object.fromEntries(Object.entries(row).map(([key, value]) => [snakeCase(key), value]));
      const asked = (row.CustomerAttributes ?? []) as readonly unknown[];
      return textOf([...columns.map((name) => values[name]), ...attributes.map((_, at) => asked[at])]);
    })
    .sort();
}

/** What the table has, by the same columns. */
export function tableRows(
  report: Report,
  rows: readonly Readonly<Record<string, unknown>>[],
  attributeColumns: readonly string[] = [],
): RowText[] {
  const names = [...namesOf(report), ...attributeColumns];
  return rows.map((row) => textOf(names.map((name) => row[name]))).sort();
}

const namesOf = (report: Report): string[] => report.columns.map(({ name }: Column) => name);

const textOf = (values: readonly unknown[]): RowText => JSON.stringify(values.map(valueText));

function valueText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value === true) return '1';
  if (value === false) return '0';
  return String(value);
}
