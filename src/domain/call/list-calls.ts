import {
  type List,
  type ListedFilter,
  lastDataUpdateList,
  type PickList,
  pickLists,
} from '../catalogue/lists.ts';
import type { Axis, Report } from '../catalogue/report.ts';
import type { FittedRows } from '../column/fit-rows.ts';
import { RowShapeError } from '../errors.ts';
import type { Filters } from '../river/filters.ts';
import { type Call, callKey, type Parameter, readId } from './call.ts';
import type { Choosable } from './resolve-choice.ts';

/** What a list call of the run is for. */
type ListPurpose = ListedFilter | 'dataDate';

export interface RunListCall {
  readonly resolves: ListPurpose;
  readonly call: Call;
}

/** Asks up to which day Optimove's data is complete. */
export const lastDataUpdate: Call = listCall(lastDataUpdateList);

/** The lists that a run reads once: for filters that are left out or name something, and report 5's day of data. */
export function runListCalls(report: Report, filters: Filters): RunListCall[] {
  const listed = report.axes.flatMap((axis) => filtersListedFor(axis, filters));
  const calls: RunListCall[] = listed.map((filter) => ({
    resolves: filter,
    call: listCall(pickLists[filter]),
  }));
  if (report.snapshot?.day === 'lastDataUpdate') calls.push({ resolves: 'dataDate', call: lastDataUpdate });
  return calls;
}

/** The call of a list. */
export function listCall(
  { endpoint, columns, traits }: List,
  parameters: readonly Parameter[] = [],
  stamps: Call['stamps'] = {},
): Call {
  return {
    key: callKey(endpoint, parameters),
    kind: 'list',
    list: traits,
    answer: { columns, isGuessed: false },
    endpoint,
    parameters: Object.fromEntries(parameters),
    stamps,
    pages: false,
  };
}

function filtersListedFor(axis: Axis, filters: Filters): ListedFilter[] {
  switch (axis.over) {
    case 'actions':
    case 'targetGroups':
    case 'executionChannels':
      return costsList(filters[axis.over], axis.leftOut === 'all') ? [axis.over] : [];
    case 'campaign':
      return costsList(filters.executionChannels, axis.channel === 'always') ? ['executionChannels'] : [];
    case 'lifecycleStageOrAttribute':
      return !filters.customerAttribute && costsList(filters.lifecycleStages, true)
        ? ['lifecycleStages']
        : [];
    default:
      return [];
  }
}

function costsList(values: readonly (number | string)[] | undefined, leftOutMeansAll: boolean): boolean {
  return values ? values.some((value) => typeof value === 'string') : leftOutMeansAll;
}

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

/** The message names no value: it is part of a row. */
export function noId(call: string, row: number, column: string): RowShapeError {
  return new RowShapeError(
    `Optimove answered ${call} with a row (number ${row}) whose ${column} is no id (a whole number).`,
    { facts: { call, row, column } },
  );
}
