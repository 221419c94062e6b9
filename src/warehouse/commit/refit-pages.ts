import type { Value } from '#domain/column/column';
import { keyMisfit } from '#domain/column/fit-rows';
import type { PageNotes } from '#domain/run/page-notes';
import type { Database } from '../database.ts';
import type { Row } from '../dialect.ts';
import { pageText } from '../page-text.ts';
import { shapeOfRow } from '../statements/staged-shapes.ts';
import { stagingOf } from '../statements/staging-table.ts';
import { type Layout, needsRefit, type PageShape } from '../tables/plan-layout.ts';
import { refitRows } from './refit-rows.ts';

const pagesAtATime = 1_000;

/** Whose pages, and the table that they go to. */
export interface StagedChunk {
  readonly runId: string;
  readonly chunk: string;
  readonly slices: readonly string[];
  readonly table: string;
  /** The river's columns in which nothing may be missing because it does not fit. */
  readonly key: readonly string[];
}

/**
 * Reads anew the staged pages that were fitted to something else than the table is now: a field whose column was added since,
 * or a table that somebody changed. One page at a time, so that memory does not grow with the chunk.
 */
export async function refitPages(database: Database, of: StagedChunk, layout: Layout): Promise<void> {
  for (const slice of of.slices) {
    let after: Row | undefined;
    do {
      const pages: Row[] = await database.read((tables) =>
        tables
          .from(stagingOf(of.runId))
          .where({ chunk: of.chunk, slice })
          .where('row_count', '>', 0)
          .whereRaw('(call, page) > (?, ?)', [after?.call ?? '', after?.page ?? -1] as (string | number)[])
          .orderBy(['call', 'page'])
          .limit(pagesAtATime)
          .select('call', 'page', 'columns', 'types', 'extras'),
      );
      for (const page of pages) {
        const shape = shapeOfRow(page);
        if (needsRefit(shape, layout)) await refitPage(database, of, { ...page, slice }, shape, layout);
      }
      after = pages.length < pagesAtATime ? undefined : pages.at(-1);
    } while (after !== undefined);
  }
}

async function refitPage(
  database: Database,
  of: StagedChunk,
  { slice, call, page }: Row,
  shape: PageShape,
  layout: Layout,
): Promise<void> {
  const where = { chunk: of.chunk, slice, call, page };
  const [staged] = await database.read((tables) =>
    tables.from(stagingOf(of.runId)).where(where).select('rows', 'notes'),
  );
  if (!staged) return;
  const rows = JSON.parse(String(staged.rows)) as Value[][];
  const refitted = refitRows(rows, shape, layout, of.key, (column, at) => {
    throw keyMisfit(String(call), of.table, column, at);
  });
  const notes = { ...(JSON.parse(String(staged.notes ?? '{}')) as PageNotes), misfits: refitted.misfits };
  await database.read((tables) =>
    tables
      .from(stagingOf(of.runId))
      .where(where)
      .update({
        types: JSON.stringify(refitted.types),
        extras: JSON.stringify(refitted.extras),
        rows: pageText(refitted.rows),
        notes: JSON.stringify(notes),
      }),
  );
}
