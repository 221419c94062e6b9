import type { Extra } from '#domain/column/fit-rows';
import { isQuiet, type PageNotes } from '#domain/run/page-notes';
import type { StagedPage } from '#domain/run/staging';
import { besideName } from '../column-name.ts';
import type { Tables } from '../dialect.ts';
import { storePage } from '../page-text.ts';
import { stagingOf } from './staging-table.ts';

/** Stages a page whole, as a document; one that is there already stays as it is. */
export async function insertPage(
  tables: Tables,
  runId: string,
  chunk: string | null,
  page: StagedPage,
): Promise<void> {
  const { text, replaced } = storePage(page.rows);
  const names = [...page.columns, ...(page.extras ?? []).map(nameOf)];
  const notes: PageNotes = {
    ...page.notes,
    ...(page.extras?.some((extra) => 'beside' in extra) && { misfits: page.misfits ?? {} }),
    ...(replaced.size > 0 && {
      replaced: Object.fromEntries([...replaced].map(([place, count]) => [names[place] ?? '', count])),
    }),
  };
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
      notes: isQuiet(notes) ? null : JSON.stringify(notes),
      row_count: page.rows.length,
      columns: JSON.stringify(page.columns),
      types: JSON.stringify(page.types),
      extras: JSON.stringify(page.extras ?? []),
      rows: text,
    })
    .onConflict(['chunk', 'slice', 'call', 'page'])
    .ignore();
}

const nameOf = (extra: Extra): string => ('field' in extra ? extra.field : besideName(extra.beside));
