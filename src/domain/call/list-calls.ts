import { type List, type ListedFilter, lastDataUpdateList, pickLists } from '../catalogue/lists.ts';
import type { Axis, Report } from '../catalogue/report.ts';
import type { Filters } from '../river/filters.ts';
import type { Call } from './call.ts';
import { callKey, type Parameter } from './call-key.ts';

/** What a list call of the run finds out. */
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
  if (report.snapshot === 'data_date') calls.push({ resolves: 'dataDate', call: lastDataUpdate });
  return calls;
}

/** The call of a list, with what its rows are to bear. */
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
