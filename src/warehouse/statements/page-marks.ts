import type { FittedRows } from '#domain/column/fit-rows';
import type { StagedPage } from '#domain/run/staging';
import type { Tables } from '../dialect.ts';
import { stagingOf } from './staging-table.ts';

/** What of a staged page says how far its call has come. */
export type PageMark = Omit<StagedPage, 'slice' | 'day' | 'notes' | keyof FittedRows> & {
  readonly rows: number;
};

/** The marks of the next pages of a slice after this one; from the first where it is undefined. */
export async function pageMarksAfter(
  tables: Tables,
  of: { readonly runId: string; readonly chunk: string | null; readonly slice: string },
  after: Pick<PageMark, 'call' | 'page'> | undefined,
  limit: number,
  statuses?: readonly number[],
): Promise<PageMark[]> {
  const ofSlice = tables.from(stagingOf(of.runId)).where({ chunk: of.chunk ?? '', slice: of.slice });
  const pages = await (statuses ? ofSlice.whereIn('status', [...statuses]) : ofSlice)
    .whereRaw('(call, page) > (?, ?)', [after?.call ?? '', after?.page ?? -1])
    .orderBy(['call', 'page'])
    .limit(limit)
    .select('call', 'page', 'last', 'status', 'fingerprint', 'received', 'row_count');
  return pages.map((page) => ({
    call: String(page.call),
    page: Number(page.page),
    last: Boolean(page.last),
    status: Number(page.status),
    fingerprint: String(page.fingerprint),
    received: Number(page.received),
    rows: Number(page.row_count),
  }));
}
