import type { Axis, Report } from '../catalogue/report.ts';
import { type DateRange, dayCount } from '../period/date-range.ts';
import type { Filters } from '../river/filters.ts';
import { runListCalls } from './list-calls.ts';
import { recipientGroups } from './plan-calls.ts';
import { type Selection, uniqueAsSent } from './selection.ts';

/** How many calls a run makes, counting one page for each; null for what cannot be known before it runs. */
export interface CallCount {
  /** The run's lists and the campaigns of each day. GetLastDataUpdate only where the report itself needs it. */
  readonly list: number | null;
  readonly data: number | null;
}

/**
 * Counts the calls of a period without planning them one by one. `selection` undefined: the lists have not been
 * asked, so a filter that needs one has an unknown size.
 */
export function countCalls({
  report,
  filters,
  selection,
  period,
  days = period ? dayCount(period) : 0,
}: {
  readonly report: Report;
  readonly filters: Filters;
  readonly selection: Selection | undefined;
  /** Null: no period, or nothing to do in it. */
  readonly period: DateRange | null;
  /** How many days of it are pulled, where not all are. */
  readonly days?: number;
}): CallCount {
  const count = (axis: Axis) => countAxis(axis, { days, filters, selection });
  const campaigns = report.axes.find((axis) => axis.over === 'campaign');
  const discovery = campaigns ? product([days, discoveriesADay(campaigns, filters, selection)]) : 0;
  return {
    list: discovery === null ? null : runListCalls(report, filters).length + discovery,
    data: product(report.axes.map(count)),
  };
}

interface Known {
  readonly days: number;
  readonly filters: Filters;
  readonly selection: Selection | undefined;
}

function countAxis(axis: Axis, { days, filters, selection }: Known): number | null {
  switch (axis.over) {
    case 'day':
      return days;
    case 'recipientGroup':
      return recipientGroups.length;
    case 'campaign':
      return days === 0 ? 0 : null;
    case 'lifecycleStageOrAttribute':
      if (filters.customerAttribute) return 1;
      return selection?.lifecycleStages?.length ?? countIds(filters.lifecycleStages);
    case 'changedCustomerAttribute':
      return selection?.changedCustomerAttribute?.length ?? new Set([filters[axis.over] ?? []].flat()).size;
    case 'activityEvents':
      return selection?.activityEvents?.length ?? uniqueAsSent(filters[axis.over] ?? []).length;
    default: {
      const chosen = selection?.[axis.over]?.length;
      if (chosen !== undefined) return chosen;
      return filters[axis.over] === undefined && axis.leftOut === 'omit' ? 1 : countIds(filters[axis.over]);
    }
  }
}

function discoveriesADay(
  { channel }: Extract<Axis, { over: 'campaign' }>,
  { executionChannels }: Filters,
  selection: Selection | undefined,
): number | null {
  if (executionChannels === undefined && channel !== 'always') return 1;
  return selection?.executionChannels?.length ?? countIds(executionChannels);
}

/** Known without a list only where every value is an id. */
function countIds(values: readonly (number | string)[] | undefined): number | null {
  return values?.every((value) => typeof value === 'number') ? new Set(values).size : null;
}

/** Zero times an unknown number is zero. */
function product(sizes: readonly (number | null)[]): number | null {
  if (sizes.includes(0)) return 0;
  return sizes.reduce<number | null>((all, size) => (all === null || size === null ? null : all * size), 1);
}
