import { isQuiet } from '../../domain/run/page-notes.ts';
import type { StagedPage } from '../../domain/run/staged-page.ts';
import type { Tables } from '../dialect.ts';
import { pageText } from '../page-text.ts';
import { stagedType } from '../tables/staged-type.ts';
import { stagingOf } from './staging-table.ts';

/** Stages a page whole, as a document; one that is there already stays as it is. */
export async function insertPage(
  tables: Tables,
  runId: string,
  chunk: string | null,
  page: StagedPage,
): Promise<void> {
  const types = page.columns.map((name, place) => stagedType(page.types[name] ?? 'text', page.rows, place));
  await tables
    .from(stagingOf(runId))
    .insert({
      chunk: chunk ?? '',
      slice: page.slice,
      call: page.call,
      page: page.page,
      last: page.last,
      status: page.status,
      fingerprint: page.fingerprint,
      received: page.received,
      day: page.day,
      notes: page.notes && !isQuiet(page.notes) ? JSON.stringify(page.notes) : null,
      row_count: page.rows.length,
      columns: JSON.stringify(page.columns),
      types: JSON.stringify(types),
      rows: pageText(page.rows),
    })
    .onConflict(['chunk', 'slice', 'call', 'page'])
    .ignore();
}
