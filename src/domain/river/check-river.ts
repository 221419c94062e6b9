import { findReport, reports } from '../catalogue/index.ts';
import type { Report } from '../catalogue/report.ts';
import { listColumns } from '../column/river-table.ts';
import { checkColumnChoices, checkSharedColumns } from './check-columns.ts';
import { gotInstead } from './closest.ts';
import type { WarehouseSetting } from './configuration.ts';
import { checkFilters } from './filters.ts';
import { checkOverrides, effectiveReport } from './overrides.ts';
import { checkPeriod } from './period-setting.ts';
import { type Problem, type Show, showPlain } from './problem.ts';
import type { RiverPart } from './river.ts';
import { checkSharedTable, tableIdentity } from './shared-table.ts';
import { checkTarget } from './target.ts';

/** What a river is checked against. A warehouse with a fault of its own is known by its name only. */
export interface Surroundings {
  readonly connections: ReadonlyMap<string, unknown>;
  readonly warehouses: ReadonlyMap<string, WarehouseSetting | undefined>;
  readonly rivers: ReadonlyMap<string, RiverPart>;
}

/**
 * The checks that a schema cannot make: what a river names must exist, and its parts must go together.
 * The same for the file, for a run's overrides from the Web UI and for those from the command line.
 * It takes a part of a river, so that what is wrong elsewhere in it hides nothing; paths begin at the river.
 */
export function checkRiver(
  name: string,
  river: RiverPart,
  around: Surroundings,
  show: Show = showPlain,
): Problem[] {
  const report = findEffective(river);
  const { connection, period, target } = river;
  return [
    ...(river.report !== undefined && !report ? [unknownReport(river.report, show)] : []),
    ...(connection === undefined
      ? []
      : checkName(['connection'], connection, 'connection', around.connections, show)),
    ...(target?.warehouse === undefined
      ? []
      : checkName(['target', 'warehouse'], target.warehouse, 'warehouse', around.warehouses, show)),
    ...(report ? checkReport(river, report) : []),
    ...(period && report?.time !== 'none' ? checkPeriod(period, target?.load, show) : []),
    ...(report ? checkFilters(river.filters ?? {}, report, show) : []),
    ...(report && river.overrides ? checkOverrides(river.overrides, report, show) : []),
    ...(report ? checkColumnChoices(river, report, show) : []),
    ...(target
      ? checkTarget(
          target,
          report,
          listTableColumns(river, report),
          findWarehouse(target, around)?.client,
          show,
        )
      : []),
    ...checkTables(name, river, around, show),
  ];
}

/** The report as the river calls it; undefined where there is none of that name. */
function findEffective({ report, overrides }: RiverPart): Report | undefined {
  const found = report === undefined ? undefined : findReport(report);
  return found && effectiveReport(found, overrides);
}

/** Undefined where that is not known: the report, or what corrects its columns, has a fault of its own. */
function listTableColumns(
  { filters = {}, overrides }: RiverPart,
  report: Report | undefined,
): string[] | undefined {
  if (!report || (overrides && checkOverrides(overrides, report, showPlain).length > 0)) return undefined;
  return listColumns(report, { filters, overrides }).map(({ name }) => name);
}

function checkName(
  path: readonly string[],
  name: string,
  kind: string,
  known: ReadonlyMap<string, unknown>,
  show: Show,
): Problem[] {
  if (known.has(name)) return [];
  const names = [...known.keys()];
  const got = gotInstead(path, name, names, show);
  const message =
    names.length === 0
      ? `there is no ${kind} ${show(path, name)}: none is configured`
      : `expected one of ${names.join(', ')}, ${got}`;
  return [{ path, message }];
}

type TargetPart = NonNullable<RiverPart['target']>;

function findWarehouse(target: TargetPart, around: Surroundings): WarehouseSetting | undefined {
  return target.warehouse === undefined ? undefined : around.warehouses.get(target.warehouse);
}

/** Whether others fill the table of a river that cannot share it. Paths begin at the river. */
export function checkTables(
  name: string,
  river: RiverPart,
  around: Surroundings,
  show: Show = showPlain,
): Problem[] {
  const table = river.target && tableIdentity(river.target, around.warehouses);
  if (table === undefined) return [];
  const sharing = [...around.rivers].filter(
    ([other, { target }]) => other !== name && target && tableIdentity(target, around.warehouses) === table,
  );
  const same = sharing.filter(([, other]) => other.report === river.report);
  const report = findEffective(river);
  return [
    ...checkSharedTable(river, sharing, show),
    ...(report ? checkSharedColumns(river, same, report) : []),
  ];
}

/** Settings that the river's report does not have, but for filters. Paths begin at the river. */
function checkReport(river: RiverPart, report: Report): Problem[] {
  return [...checkTime(river, report), ...checkOptions(river, report)];
}

/** A report that is not in the catalogue. */
function unknownReport(slug: string, show: Show): Problem {
  const slugs = reports.map((report) => report.slug);
  const path = ['report'];
  return { path, message: `expected one of ${slugs.join(', ')}, ${gotInstead(path, slug, slugs, show)}` };
}

function checkTime({ period, chunks }: RiverPart, report: Report): Problem[] {
  if (report.time === 'none') {
    const message = `the report ${report.slug} has no period: leave it out`;
    return (['period', 'chunks'] as const)
      .filter((key) => (key === 'period' ? period : chunks) !== undefined)
      .map((key) => ({ path: [key], message }));
  }
  if (period !== undefined) return [];
  return [
    {
      path: ['period'],
      message: `missing, the report ${report.slug} needs one, such as { start: 2026-01-01 } or { predefined: yesterday }`,
      missing: true,
    },
  ];
}

function checkOptions({ includeControlGroup, prune }: RiverPart, report: Report): Problem[] {
  return [
    ...(includeControlGroup === true && !report.controlGroup
      ? [belongsTo('includeControlGroup', report, (other) => other.controlGroup)]
      : []),
    ...(prune === true && !isPrunable(report) ? [belongsTo('prune', report, isPrunable)] : []),
  ];
}

const isPrunable = ({ prunedBy }: Report): boolean => prunedBy !== undefined;

function belongsTo(key: string, report: Report, has: (report: Report) => boolean): Problem {
  const slugs = reports.filter(has).map((other) => other.slug);
  return { path: [key], message: `belongs to ${slugs.join(', ')}, not to ${report.slug}` };
}
