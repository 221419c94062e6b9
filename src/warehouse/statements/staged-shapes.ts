import type { Extra } from '#domain/column/fit-rows';
import type { Row, Tables } from '../dialect.ts';
import type { PageShape } from '../tables/plan-layout.ts';
import { stagingOf } from './staging-table.ts';

/** What the rows of a chunk's pages bear, once for each different list of it. */
export async function stagedShapes(
  tables: Tables,
  runId: string,
  chunk: string,
  slices: readonly string[],
): Promise<PageShape[]> {
  const shapes = await tables
    .from(stagingOf(runId))
    .distinct('columns', 'types', 'extras')
    .where({ chunk })
    .whereIn('slice', slices)
    .where('row_count', '>', 0);
  return shapes.map(shapeOfRow);
}

/** What is staged of a page beside its rows. */
export const shapeOfRow = ({ columns, types, extras }: Row): PageShape => ({
  columns: JSON.parse(String(columns)) as string[],
  types: JSON.parse(String(types)) as Record<string, string>,
  extras: JSON.parse(String(extras)) as Extra[],
});
