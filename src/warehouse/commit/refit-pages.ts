import type { Value } from '#domain/column/column';
import { type Extra, keyMisfit } from '#domain/column/fit-rows';
import { readValue } from '#domain/column/read-value';
import { type TableColumn, typeSignature } from '#domain/column/table-type';
import type { PageNotes } from '#domain/run/page-notes';
import type { Databases } from '../databases.ts';
import type { Row } from '../dialect.ts';
import { readPages } from '../manifest/staged-pages.ts';
import { readRows, rowsColumns, stagingTable, toPageShape } from '../manifest/staging.ts';
import { toRecordedKey } from '../manifest/targets.ts';
import { pageText } from '../stored-values.ts';
import { isFieldOfOtherType, type Layout, needsRefit, type PageShape } from '../tables/plan-layout.ts';

const shapes = { columns: ['columns', 'types', 'extras', 'row_count'], atATime: 1_000 };

/** Whose pages, and the table that they go to. */
export interface StagedChunk {
  readonly runId: string;
  readonly chunk: string;
  readonly slices: readonly string[];
  readonly table: string;
  /** The table that the pages are in, where it is not the staging of the run. */
  readonly pagesIn?: string;
  /** The river's columns in which nothing may be missing because it does not fit. */
  readonly key: readonly string[];
}

/**
 * Reads anew the staged pages that were fitted to something else than the table is now: a field whose column was added since,
 * or a table that was changed. One page at a time, so that memory does not grow with the chunk.
 */
export async function refitPages(databases: Databases, of: StagedChunk, layout: Layout): Promise<void> {
  for await (const page of readPages(databases.books, of, shapes)) {
    const shape = toPageShape(page);
    if (Number(page.row_count) > 0 && needsRefit(shape, layout))
      await refitPage(databases, of, page, shape, layout);
  }
}

async function refitPage(
  { books, target }: Databases,
  of: StagedChunk,
  { slice, call, page }: Row,
  shape: PageShape,
  layout: Layout,
): Promise<void> {
  const where = { chunk: of.chunk, slice, call, page };
  const [staged] = await books.read((tables) =>
    tables
      .from(of.pagesIn ?? stagingTable(of.runId))
      .where(where)
      .select(...rowsColumns, 'notes'),
  );
  if (!staged) return;
  const rows = readRows(target.dialect, staged);
  const refitted = refitRows(rows, shape, layout, of.key, (column, at) => {
    throw keyMisfit(String(call), of.table, column, at);
  });
  const notes = { ...(JSON.parse(String(staged.notes ?? '{}')) as PageNotes), misfits: refitted.misfits };
  await books.read((tables) =>
    tables
      .from(of.pagesIn ?? stagingTable(of.runId))
      .where(where)
      .update({
        types: JSON.stringify(refitted.types),
        extras: JSON.stringify(refitted.extras),
        rows: pageText(refitted.rows),
        packed: null,
        notes: JSON.stringify(notes),
      }),
  );
}

/**
 * Reads a page's rows anew for the table's columns as they are: what does not fit goes beside its column, what now fits comes back
 * into it. `refuse` hears of what does not fit a column of the key.
 */
function refitRows(
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
  const wasReadAnew = new Set<string>();
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
    wasReadAnew.add(column.name);
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
    const column = fields.get(toRecordedKey(extra.field));
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
    if (!wasReadAnew.has(column) && !besides.has(column)) keepBeside(column);
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
