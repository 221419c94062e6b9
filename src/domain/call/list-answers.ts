import { type ListedFilter, lastDataUpdateList, type PickList, pickLists } from '../catalogue/lists.ts';
import type { FittedRows } from '../column/fit-rows.ts';
import { RowShapeError } from '../errors.ts';
import { callKey } from './call-key.ts';
import { readId } from './id.ts';
import type { Choosable } from './resolve-choice.ts';

/** What the run's list calls have answered. */
export interface ListAnswers extends Partial<Record<ListedFilter, readonly Choosable[]>> {
  readonly dataDate?: string;
}

/** A page as it was staged, or as it would be. */
export type ListPage = Pick<FittedRows, 'columns' | 'rows'> & { readonly call: string };

/** Reads the answers of the run's list calls (`runListCalls`), fitted by `fitListRows`, whatever their order. */
export async function readListAnswers(
  pages: AsyncIterable<ListPage> | Iterable<ListPage>,
): Promise<ListAnswers> {
  const found: Partial<Record<ListedFilter, Choosable[]>> = {};
  let dataDate: string | undefined;
  for await (const page of pages) {
    if (page.call === callKey(lastDataUpdateList.endpoint, [])) {
      const date = page.rows[0]?.[page.columns.indexOf('date')];
      if (typeof date === 'string') dataDate = date;
    }
    for (const [filter, list] of Object.entries(pickLists) as [ListedFilter, PickList][]) {
      if (page.call !== callKey(list.endpoint, [])) continue;
      found[filter] = [...(found[filter] ?? []), ...choosableIn(page, list)];
    }
  }
  return { ...found, ...(dataDate === undefined ? {} : { dataDate }) };
}

function choosableIn(page: ListPage, list: PickList): Choosable[] {
  const idAt = page.columns.indexOf(list.idColumn);
  const nameAt = page.columns.indexOf(list.nameColumn);
  return page.rows.map((row, at) => {
    const id = readId(row[idAt]);
    const name = String(row[nameAt] ?? '');
    return id === undefined ? { name, noId: noId(page.call, at + 1, list.idColumn) } : { id, name };
  });
}

/** Says so without the value: that is a row's. */
export function noId(call: string, row: number, column: string): RowShapeError {
  return new RowShapeError(
    `Optimove answered ${call} with a row (number ${row}) whose ${column} is no id (a whole number).`,
    { facts: { call, row, column } },
  );
}
