import type { Value } from '#domain/column/column';
import type { Extra } from '#domain/column/fit-rows';
import { readValue } from '#domain/column/read-value';
import { type TableColumn, typeSignature } from '#domain/column/table-type';
import { recordedKey } from '../statements/column-records.ts';
import { isFieldOfOtherType, type Layout, type PageShape } from '../tables/plan-layout.ts';

/**
 * Reads a page's rows anew for the table's columns as they are: what does not fit goes beside its column, what now fits comes back
 * into it. `refuse` hears of what does not fit a column of the key.
 */
export function refitRows(
  before: readonly (readonly Value[])[],
  { columns, types, extras }: PageShape,
  layout: Layout,
  key: readonly string[],
  refuse: (column: TableColumn, row: number) => never,
) {
  const { columns: ofTable, fields } = layout;
  const besideAt = new Map(
    extras.flatMap((extra, at) => ('beside' in extra ? [[extra.beside, columns.length + at]] : [])),
  );
  const readAnewOf = new Set<string>();
  const besides = new Map<string, (Value | null)[]>();
  const after: Value[][] = before.map(() => []);
  const keep = (place: number) => {
    for (const [at, row] of before.entries()) after[at]?.push(row[place] ?? null);
  };
  const keepBeside = (column: string) => {
    const place = besideAt.get(column);
    if (place !== undefined)
      besides.set(
        column,
        before.map((row) => row[place] ?? null),
      );
  };
  const readAnew = (place: number, column: TableColumn, isKey: boolean) => {
    const beside = besideAt.get(column.name);
    readAnewOf.add(column.name);
    const texts: (Value | null)[] = new Array(before.length).fill(null);
    for (const [at, row] of before.entries()) {
      const raw = (beside === undefined ? null : row[beside]) ?? row[place];
      const value = column.type && readValue(raw, column.type);
      if (value === undefined) {
        if (isKey) refuse(column, at);
        texts[at] = raw === null || raw === undefined ? null : String(raw);
      }
      after[at]?.push(value ?? null);
    }
    if (texts.some((text) => text !== null)) besides.set(column.name, texts);
  };
  columns.forEach((name, place) => {
    const column = ofTable.get(name);
    if (!column || types[name] === typeSignature(column)) {
      keep(place);
      keepBeside(column?.name ?? name);
    } else readAnew(place, column, key.includes(name));
  });
  const newExtras: Extra[] = [];
  extras.forEach((extra, at) => {
    if (!('field' in extra)) return;
    const place = columns.length + at;
    const column = fields.get(recordedKey(extra.field));
    if (column && isFieldOfOtherType(extra, layout)) {
      readAnew(place, column, false);
      newExtras.push({ ...extra, type: typeSignature(column) });
    } else {
      keep(place);
      if (column) keepBeside(column.name);
      newExtras.push(extra);
    }
  });
  // Beside a column that is there no more: what was read for it is not lost.
  for (const column of besideAt.keys())
    if (!readAnewOf.has(column) && !besides.has(column)) keepBeside(column);
  for (const [beside, texts] of besides) {
    newExtras.push({ beside });
    for (const [at, row] of after.entries()) row.push(texts[at] ?? null);
  }
  return {
    types: Object.fromEntries(
      columns.map((name) => {
        const column = ofTable.get(name);
        return [name, column ? typeSignature(column) : (types[name] ?? 'text')];
      }),
    ),
    extras: newExtras,
    rows: after,
    misfits: Object.fromEntries(
      [...besides].map(([column, texts]) => [column, texts.filter((text) => text !== null).length]),
    ),
  };
}
