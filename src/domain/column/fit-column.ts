import type { ColumnType, Value } from './column.ts';
import { fitValue } from './fit-value.ts';
import { inferType } from './infer-type.ts';

/**
 * Fits one column of a page and appends its values to the rows of `into`. A value that does not fit widens the
 * whole column, and every value is read anew: `007` beside 12 makes texts of both. Returns the type, undefined
 * where no type is declared and there is no value: then the page has no such column.
 */
export function fitColumn(
  rows: readonly (readonly unknown[])[],
  place: number,
  declared: ColumnType | undefined,
  into: readonly Value[][],
): ColumnType | undefined {
  let type = declared ?? firstType(rows, place);
  if (type === undefined) return undefined;
  const values: Value[] = new Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const fitted = fitValue(rows[at]?.[place], type);
    values[at] = fitted.value;
    if (fitted.type !== type) {
      type = fitted.type;
      at = -1;
    }
  }
  for (const [at, row] of into.entries()) row.push(values[at] ?? null);
  return type;
}

function firstType(rows: readonly (readonly unknown[])[], place: number): ColumnType | undefined {
  for (const row of rows) {
    const type = inferType(row[place]);
    if (type !== undefined) return type;
  }
  return undefined;
}
