import { eventCodes, type ListedFilter } from '../catalogue/lists.ts';
import type { Axis, Report } from '../catalogue/report.ts';
import { ConfigurationError, type Fault } from '../errors.ts';
import type { Filters } from '../river/filters.ts';
import type { Id } from './call.ts';
import type { ListAnswers } from './list-calls.ts';
import { type Choosable, chooseAll, listChoosable, resolveChoice } from './resolve-choice.ts';

/**
 * A river's filters as ids, resolved once a run through the API's own list calls.
 * A filter that is not an axis of the report, or whose parameter is left out, is absent.
 */
export interface Selection {
  readonly actions?: readonly Id[];
  readonly targetGroups?: readonly Id[];
  readonly executionChannels?: readonly Id[];
  readonly lifecycleStages?: readonly Id[];
  readonly customerAttribute?: { readonly name: string; readonly value: string };
  readonly changedCustomerAttribute?: readonly string[];
  readonly events?: readonly Id[];
  readonly activityEvents?: readonly (number | string)[];
  /** The RealFieldNames sent, in the river's order. */
  readonly customerAttributes?: readonly string[];
  /** GetLastDataUpdate's day, where the run asked for it. */
  readonly dataDate?: string;
}

/**
 * Resolves a river's filters by what the run's list calls answered. Throws ConfigurationError with a
 * fault for every unknown name, and for a required filter that is missing.
 */
export function resolveSelection(report: Report, filters: Filters, answers: ListAnswers): Selection {
  const faults: Fault[] = [];
  const selections = report.axes.map((axis) => selectAxis(axis, { report, filters, answers, faults }));
  if (faults.length > 0) {
    throw new ConfigurationError(faults.map((fault) => `${fault.path}: ${fault.message}`).join('\n'), {
      faults,
      facts: { report: report.slug },
    });
  }
  const asked = report.filters.includes('customerAttributes') ? filters.customerAttributes : undefined;
  const { dataDate } = answers;
  return {
    ...(Object.assign({}, ...selections) as Selection),
    ...(asked && { customerAttributes: asked }),
    ...(dataDate !== undefined && report.snapshot?.day === 'lastDataUpdate' && { dataDate }),
  };
}

interface Context {
  readonly report: Report;
  readonly filters: Filters;
  readonly answers: ListAnswers;
  readonly faults: Fault[];
}

function selectAxis(axis: Axis, context: Context): Selection {
  const { filters } = context;
  switch (axis.over) {
    case 'actions':
    case 'targetGroups':
    case 'executionChannels':
      return listed(axis.over, axis.leftOut === 'all', context);
    case 'campaign':
      return listed('executionChannels', axis.channel === 'always', context);
    case 'lifecycleStageOrAttribute': {
      const { customerAttribute } = filters;
      if (!customerAttribute) return listed('lifecycleStages', true, context);
      return { customerAttribute: { name: customerAttribute.name, value: String(customerAttribute.value) } };
    }
    case 'changedCustomerAttribute': {
      const asked = required(axis.over, filters.changedCustomerAttribute, context);
      return { changedCustomerAttribute: [...new Set(typeof asked === 'string' ? [asked] : asked)] };
    }
    case 'events':
      return { events: choose(axis.over, required(axis.over, filters.events, context), events, context) };
    case 'activityEvents':
      return { activityEvents: uniqueAsSent(required(axis.over, filters.activityEvents, context)) };
    default:
      return {};
  }
}

const events: readonly Choosable[] = Object.entries(eventCodes).map(([name, id]) => ({ id, name }));

function listed(filter: ListedFilter, leftOutMeansAll: boolean, context: Context): Selection {
  const values = context.filters[filter];
  const choosable = context.answers[filter] ?? [];
  if (values) return { [filter]: choose(filter, values, choosable, context) };
  return leftOutMeansAll ? { [filter]: chooseAll(choosable) } : {};
}

function choose(
  filter: ListedFilter | 'events',
  values: readonly (number | string)[],
  choosable: readonly Choosable[],
  { faults }: Context,
): Id[] {
  return resolveChoice(values, choosable, (value, at) => {
    faults.push({
      place: 'filters',
      path: `filters.${filter}[${at}]`,
      message: `there is no ${JSON.stringify(value)}; ${listChoosable(choosable)}.`,
    });
  });
}

function required<T>(
  filter: 'changedCustomerAttribute' | 'events' | 'activityEvents',
  value: T | undefined,
  { report, faults }: Context,
): T | [] {
  if (value !== undefined) return value;
  const path = `filters.${filter}`;
  faults.push({ place: 'filters', path, message: `${report.slug} needs it: the API has no call for all.` });
  return [];
}

/** Each value once, as it reaches the API: 7 and "7" are one call. */
export function uniqueAsSent<T extends number | string>(values: readonly T[]): T[] {
  const sent = new Set<string>();
  return values.filter((value) => !sent.has(String(value)) && sent.add(String(value)));
}
