import { comparableName } from '../call/comparable-name.ts';
import { eventNames } from '../call/events.ts';
import type { FilterName, Report } from '../catalogue/report.ts';
import { gotInstead } from './closest.ts';
import type { Filters } from './filters.ts';
import type { Problem } from './problem.ts';
import type { Show } from './show.ts';

/** What is wrong with a river's filters beside its report. Paths begin at the river. */
export function checkFilters(filters: Filters, report: Report, show: Show): Problem[] {
  return [
    ...checkSupport(filters, report),
    ...checkRequired(filters, report),
    ...checkStages(filters),
    ...checkEvents(filters, report, show),
    ...checkAttributes(filters, show),
  ];
}

function given(filters: Filters): FilterName[] {
  return (Object.keys(filters) as FilterName[]).filter((name) => filters[name] !== undefined);
}

function checkSupport(filters: Filters, report: Report): Problem[] {
  const has = report.filters.length === 0 ? 'it has none' : `it has ${report.filters.join(', ')}`;
  return given(filters)
    .filter((name) => !report.filters.includes(name))
    .map((name) => ({
      path: ['filters', name],
      message: `the report ${report.slug} has no filter ${name}, ${has}`,
    }));
}

function checkRequired(filters: Filters, report: Report): Problem[] {
  return report.axes.flatMap((axis) =>
    'leftOut' in axis && axis.leftOut === 'required' && filters[axis.over] === undefined
      ? [
          {
            path: ['filters', axis.over],
            message: `missing, the report ${report.slug} needs it`,
            missing: true as const,
          },
        ]
      : [],
  );
}

function checkStages({ lifecycleStages, customerAttribute }: Filters): Problem[] {
  if (lifecycleStages === undefined || customerAttribute === undefined) return [];
  return [
    {
      path: ['filters', 'customerAttribute'],
      message: 'expected either lifecycleStages or customerAttribute, got both',
    },
  ];
}

function checkAttributes({ customerAttributes = [] }: Filters, show: Show): Problem[] {
  return customerAttributes.flatMap((name, at) => {
    const path = ['filters', 'customerAttributes', at];
    return customerAttributes.indexOf(name) < at
      ? [{ path, message: `${show(path, name)} stands in the list twice` }]
      : [];
  });
}

function checkEvents({ events = [] }: Filters, report: Report, show: Show): Problem[] {
  if (!report.filters.includes('events')) return [];
  return events.flatMap((event, at) => {
    if (typeof event === 'number') return [];
    const asked = comparableName(event);
    if (/^\d+$/.test(asked) || eventNames.includes(asked)) return [];
    const path = ['filters', 'events', at];
    const got = gotInstead(path, event, eventNames, show);
    return [{ path, message: `expected a code or one of ${eventNames.join(', ')}, ${got}` }];
  });
}
