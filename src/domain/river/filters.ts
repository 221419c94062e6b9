import { z } from 'zod';
import { comparableName } from '../call/resolve-choice.ts';
import { eventNames } from '../catalogue/lists.ts';
import type { FilterName, Report } from '../catalogue/report.ts';
import { accepted, Name } from './accepted.ts';
import { gotInstead } from './closest.ts';
import type { Problem, Show } from './problem.ts';

const IdOrName = z
  .union([z.int().nonnegative(), z.string().min(1)])
  .register(accepted, { words: 'an id (a whole number) or a name' });
const Choice = z.array(IdOrName).min(1).register(accepted, { words: 'a list of ids or names, at least one' });

/** The part of its report that a river pulls; each report declares which filters it has. */
export const Filters = z.strictObject({
  actions: Choice.optional().describe('Actions, by id or name. Left out: all.'),
  targetGroups: Choice.optional().describe('Target groups, by id or name. Left out: all.'),
  executionChannels: Choice.optional().describe('Execution channels, by id or name. Left out: all.'),
  changedCustomerAttribute: z
    .union([Name, z.array(Name).min(1)])
    .register(accepted, { words: 'the name of an attribute, or a list of names' })
    .optional()
    .describe('The attributes whose changes are pulled: one name or a list. Required in report 5.'),
  lifecycleStages: Choice.optional().describe(
    'Lifecycle stages, by id or name. Left out: all. Not together with customerAttribute.',
  ),
  customerAttribute: z
    .strictObject({
      name: Name.describe('The attribute.'),
      value: z
        .union([z.string(), z.number()])
        .register(accepted, { words: 'text or a number' })
        .describe('Its value.'),
    })
    .optional()
    .describe('Customers with this value of this attribute, instead of lifecycleStages (report 6).'),
  events: Choice.optional().describe(
    'Codes, or names: sent, delivered, opened, clicked, unsubscribed, dropped, spam_report, bounced. Required in report 14.',
  ),
  activityEvents: Choice.optional().describe('Sent as they are written. Required in report 15.'),
  customerAttributes: z
    .array(Name)
    .min(1)
    .max(10)
    .register(accepted, { words: 'a list of 1 to 10 attribute names' })
    .optional()
    .describe('Attributes of the customers, a column each; at most 10. Left out: none.'),
});
export type Filters = z.infer<typeof Filters>;

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
