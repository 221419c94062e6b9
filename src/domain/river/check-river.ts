import { effectiveReport } from '../call/effective-report.ts';
import { findReport } from '../catalogue/index.ts';
import { checkFilters } from './check-filters.ts';
import { checkOverrides } from './check-overrides.ts';
import { checkPeriod } from './check-period.ts';
import { checkReport, unknownReport } from './check-report.ts';
import { checkSharedTable, checkTarget } from './check-target.ts';
import { gotInstead } from './closest.ts';
import type { WarehouseSetting } from './configuration.ts';
import type { Problem } from './problem.ts';
import type { RiverPart } from './river.ts';
import { tableIdentity } from './shared-table.ts';
import { type Show, showPlain } from './show.ts';

/** What a river is checked against. A warehouse that is itself at fault is known by its name only. */
export interface Surroundings {
  readonly connections: ReadonlyMap<string, unknown>;
  readonly warehouses: ReadonlyMap<string, WarehouseSetting | undefined>;
  readonly rivers: ReadonlyMap<string, RiverPart>;
}

/**
 * Everything that a river's shape cannot say: what it names must be there, and its parts must go together.
 * The same for the file, for a run's overrides from the Web UI and for those from the command line.
 * It takes a part of a river, so that what is wrong elsewhere in it hides nothing; paths begin at the river.
 */
export function checkRiver(
  name: string,
  river: RiverPart,
  around: Surroundings,
  show: Show = showPlain,
): Problem[] {
  const found = river.report === undefined ? undefined : findReport(river.report);
  const report = found && effectiveReport(found, river.overrides);
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
    ...(target ? checkTarget(target, report, warehouseOf(target, around)?.client, show) : []),
    ...checkTables(name, river, around, show),
  ];
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

function warehouseOf(target: TargetPart, around: Surroundings): WarehouseSetting | undefined {
  return target.warehouse === undefined ? undefined : around.warehouses.get(target.warehouse);
}

function checkTables(name: string, river: RiverPart, around: Surroundings, show: Show): Problem[] {
  const table = river.target && tableIdentity(river.target, around.warehouses);
  if (table === undefined) return [];
  const sharing = [...around.rivers].filter(
    ([other, { target }]) => other !== name && target && tableIdentity(target, around.warehouses) === table,
  );
  return checkSharedTable(river, sharing, show);
}
