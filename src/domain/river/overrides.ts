import { z } from 'zod';
import { findReportByEndpoint } from '../catalogue/index.ts';
import type { Axis, Report } from '../catalogue/report.ts';
import { type Column, isProvenance } from '../column/column.ts';
import { ConfigurationError } from '../errors.ts';
import { accepted, Name } from './accepted.ts';
import { didYouMean } from './closest.ts';
import type { Problem, Show } from './problem.ts';

/** Corrections of a report, for what is not publicly documented or differs between tenants. */
export const Overrides = z.strictObject({
  endpoint: Name.optional().describe("Path below the base URL, instead of the report's."),
  parameters: z
    .record(z.string(), Name.nullable().register(accepted, { words: 'the name to send, or null' }))
    .optional()
    .describe('Our parameter: the name to send; null: not sent.'),
  pages: z
    .boolean()
    .optional()
    .describe('Whether it is asked page by page, with $top and $skip, instead of what the report declares.'),
  columns: z.record(z.string(), Name).optional().describe('A key of the answer: the column it goes to.'),
});
export type Overrides = z.infer<typeof Overrides>;

/**
 * A report as a river calls it. An endpoint that is overridden with another report's is called as that report
 * is: its axes, filters, parameters, columns and key; number, slug and title stay the river's report's.
 * `overrides.parameters` act where calls are planned, `overrides.columns` where columns are made.
 */
export function effectiveReport(report: Report, overrides: Overrides | undefined): Report {
  const called = calledAs(report, overrides?.endpoint);
  const { pages = called.pages } = overrides ?? {};
  return pages === called.pages ? called : { ...called, pages };
}

function calledAs(report: Report, overridden: string | undefined): Report {
  if (overridden === undefined) return report;
  const endpoint = overridden.replace(/^\/+/, '');
  const other = findReportByEndpoint(endpoint);
  if (!other) return { ...report, endpoint };
  if (other === report) return report;
  return { ...other, number: report.number, slug: report.slug, title: report.title };
}

/**
 * A report's columns with a river's `overrides.columns` (key of the answer → column). A column of that name
 * takes the key as one more spelling; a key that has a column already renames it; any other key becomes a column.
 */
export function correctColumns(columns: readonly Column[], overrides: Overrides | undefined): Column[] {
  return Object.entries(overrides?.columns ?? {}).reduce(correctColumn, [...columns]);
}

function correctColumn(columns: Column[], [key, name]: [string, string]): Column[] {
  const named = columns.findIndex((column) => column.name === name);
  const spelled = columns.findIndex((column) => column.from === 'answer' && isSpelled(column, key));
  if (isProvenance(name) || (named >= 0 && columns[named]?.from !== 'answer')) {
    throw new ConfigurationError(
      `overrides.columns.${key}: the column ${name} is filled by River itself; give the key another column.`,
      { facts: { key, column: name } },
    );
  }
  if (named >= 0) {
    return columns.map((column, at) => {
      if (at === named) return withSpelling(column, key);
      return at === spelled ? withoutSpelling(column, key) : column;
    });
  }
  if (spelled >= 0) return columns.map((column, at) => (at === spelled ? { ...column, name } : column));
  return [...columns, { name, type: 'text', from: 'answer', source: key }];
}

/** Whether this key of an answer belongs to this column. */
function isSpelled(column: Column, key: string): boolean {
  return spellings(column).some((spelling) => spelling.toLowerCase() === key.toLowerCase());
}

function spellings(column: Column): string[] {
  return [column.source, ...(column.alsoSpelled ?? [])];
}

function withSpelling(column: Column, key: string): Column {
  return { ...column, source: key, alsoSpelled: spellings(column).filter((other) => other !== key) };
}

/** The column that loses its key keeps its other spellings; without any it stays, and stays empty. */
function withoutSpelling(column: Column, key: string): Column {
  const [source = '', ...alsoSpelled] = spellings(column).filter(
    (other) => other.toLowerCase() !== key.toLowerCase(),
  );
  return { ...column, source, alsoSpelled };
}

/** What is wrong with a river's corrections of its report, which is given as its endpoint makes it. Paths begin at the river. */
export function checkOverrides(overrides: Overrides, report: Report, show: Show): Problem[] {
  return [
    ...checkEndpoint(overrides, show),
    ...checkParameters(overrides, report),
    ...checkColumns(overrides, report, show),
  ];
}

/** A path and nothing more: a URL of another host would send the API key there. */
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
  const known = [...new Set(listParameters(report))];
  return Object.keys(parameters)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: ['overrides', 'parameters', name],
      message: `unknown parameter${didYouMean(name, known) || ','} the report ${report.slug} sends ${known.join(', ')}`,
    }));
}

function listParameters(report: Report): string[] {
  return [
    ...report.axes.flatMap(listAxisParameters),
    ...Object.keys(report.parameters),
    ...(report.filters.includes('customerAttributes') ? ['CustomerAttributes'] : []),
    ...(report.controlGroup ? ['IncludeControlGroup'] : []),
  ];
}

function listAxisParameters(axis: Axis): string[] {
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
