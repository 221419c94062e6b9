import type { FieldKind, TableColumn } from '#domain/column/table-type';
import type { Target } from '#domain/river/target';
import type { Both, Filled } from '../dialect.ts';
import { hasStaging, readStagedShapes } from '../manifest/staging.ts';
import { toRecordedKey } from '../manifest/targets.ts';
import type { TableState } from '../tables/declared-columns.ts';
import { type Layout, type LayoutPlan, type PageShape, planLayout } from '../tables/plan-layout.ts';
import { readTable } from '../tables/read-table.ts';

const noTable: TableState = { columns: [], records: [] };

/** Which column takes what of a chunk's staged pages, as the table is now. */
export async function planChunk(
  both: Both,
  of: {
    readonly runId: string;
    readonly target: Target;
    readonly chunk: string;
    readonly slices: readonly string[];
  },
): Promise<LayoutPlan> {
  const shapes = (await hasStaging(both.books, of.runId))
    ? await readStagedShapes(both.books, of.runId, of.chunk, of.slices)
    : [];
  // Nothing goes anywhere: a chunk that was loaded before need not find a table.
  const state = shapes.length === 0 ? noTable : await readTable(both, of.target.table);
  return planLayout(both.target.dialect, of.target, state, shapes);
}

/** The columns that pages of this shape fill. */
export function planFill(
  { columns, extras }: Pick<PageShape, 'columns' | 'extras'>,
  layout: Layout,
): Filled[] {
  const fill = (column: TableColumn | undefined, place: number, asText?: FieldKind): Filled[] =>
    column ? [{ column, place, asText }] : [];
  return [
    ...columns.flatMap((name, place) => fill(layout.columns.get(name), place)),
    ...extras.flatMap((extra, at) => {
      const place = columns.length + at;
      if ('beside' in extra) return fill(layout.besides.get(extra.beside), place);
      const column = layout.fields.get(toRecordedKey(extra.field));
      return fill(column, place, extra.type === undefined ? extra.kind : undefined);
    }),
  ];
}

/** Whether rows may go in as they are staged. */
export const isReady = ({ missing, records, refits }: LayoutPlan): boolean =>
  missing.length === 0 && records.length === 0 && !refits;
