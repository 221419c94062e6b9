import type { Value } from '#domain/column/column';
import type { StagedPage } from '#domain/run/staging';
import type { Tables } from '../dialect.ts';
import { stagingOf } from './staging-table.ts';

export type PageRows = Pick<StagedPage, 'call' | 'page' | 'columns' | 'rows'>;

/** The next few pages of a slice after this one; from the first where it is undefined. */
export async function stagedPagesAfter(
  tables: Tables,
  of: { readonly runId: string; readonly chunk: string | null; readonly slice: string },
  after: Pick<PageRows, 'call' | 'page'> | undefined,
  limit: number,
): Promise<PageRows[]> {
  const pages = await tables
    .from(stagingOf(of.runId))
    .where({ chunk: of.chunk ?? '', slice: of.slice })
    .whereRaw('(call, page) > (?, ?)', [after?.call ?? '', after?.page ?? -1])
    .orderBy(['call', 'page'])
    .limit(limit)
    .select('call', 'page', 'columns', 'rows');
  return pages.map((page) => ({
    call: String(page.call),
    page: Number(page.page),
    columns: JSON.parse(String(page.columns)) as string[],
    rows: JSON.parse(String(page.rows)) as Value[][],
  }));
}
