import type { NotesOfPage, PageNotes } from '#domain/run/page-notes';
import type { Tables } from '../dialect.ts';
import { stagingOf } from './staging-table.ts';

/** A page that has notes, and where it stands. */
export type NotedPage = NotesOfPage & { readonly page: number };

/** The next pages of a slice that have notes, after this one; from the first where it is undefined. */
export async function notedPagesAfter(
  tables: Tables,
  of: { readonly runId: string; readonly chunk: string | null; readonly slice: string },
  after: Pick<NotedPage, 'call' | 'page'> | undefined,
  limit: number,
): Promise<NotedPage[]> {
  const pages = await tables
    .from(stagingOf(of.runId))
    .where({ chunk: of.chunk ?? '', slice: of.slice })
    .whereNotNull('notes')
    .whereRaw('(call, page) > (?, ?)', [after?.call ?? '', after?.page ?? -1])
    .orderBy(['call', 'page'])
    .limit(limit)
    .select('call', 'page', 'notes');
  return pages.map(({ call, page, notes }) => ({
    call: String(call),
    page: Number(page),
    notes: JSON.parse(String(notes)) as PageNotes,
  }));
}
