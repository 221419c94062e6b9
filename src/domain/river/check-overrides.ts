import type { Axis, Report } from '../catalogue/report.ts';
import { didYouMean } from './closest.ts';
import type { Overrides } from './overrides.ts';
import type { Problem } from './problem.ts';
import type { Show } from './show.ts';

/** What is wrong with a river's corrections of its report, which is given as its endpoint makes it. Paths begin at the river. */
export function checkOverrides(overrides: Overrides, report: Report, show: Show): Problem[] {
  return [
    ...checkEndpoint(overrides, show),
    ...checkParameters(overrides, report),
    ...checkColumns(overrides, report, show),
  ];
}

/** A path and nothing more: what would lead to another host would carry the key there. */
function checkEndpoint({ endpoint }: Overrides, show: Show): Problem[] {
  if (endpoint === undefined || /^[\w-]+(\/[\w-]+)*$/.test(endpoint)) return [];
  const path = ['overrides', 'endpoint'];
  return [
    {
      path,
      message: `expected a path below the base URL, such as customers/GetCustomersByAction, got ${show(path, endpoint)}`,
    },
  ];
}

function checkParameters({ parameters = {} }: Overrides, report: Report): Problem[] {
  const known = [...new Set(parametersOf(report))];
  return Object.keys(parameters)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: ['overrides', 'parameters', name],
      message: `unknown parameter${didYouMean(name, known) || ','} the report ${report.slug} sends ${known.join(', ')}`,
    }));
}

function parametersOf(report: Report): string[] {
  return [
    ...report.axes.flatMap(parametersOfAxis),
    ...Object.keys(report.parameters),
    ...(report.filters.includes('customerAttributes') ? ['CustomerAttributes'] : []),
    ...(report.controlGroup ? ['IncludeControlGroup'] : []),
  ];
}

function parametersOfAxis(axis: Axis): string[] {
  switch (axis.over) {
    case 'campaign':
      return axis.channel === 'never' ? [axis.parameter] : [axis.parameter, 'ChannelID'];
    case 'lifecycleStageOrAttribute':
      return ['LifecycleStageID', 'CustomerAttribute', 'CustomerAttributeValue'];
    default:
      return [axis.parameter];
  }
}

function checkColumns({ columns = {} }: Overrides, report: Report, show: Show): Problem[] {
  return Object.entries(columns).flatMap(([key, column]) => {
    const path = ['overrides', 'columns', key];
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(column)) {
      return [{ path, message: `expected a column name in snake_case, got ${show(path, column)}` }];
    }
    const stamped = report.columns.some(({ name, from }) => name === column && from !== 'answer');
    return stamped
      ? [{ path, message: `expected another column, since River itself fills ${show(path, column)}` }]
      : [];
  });
}
