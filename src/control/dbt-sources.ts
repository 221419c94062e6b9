/** `river dbt`: the tables that rivers fill, as dbt's sources. Nothing is asked of a warehouse: the configuration says it all. */

import type { Report } from '#domain/catalogue/report';
import { type Column, provenanceColumns } from '#domain/column/column';
import { describeColumn, provenanceComments } from '#domain/column/column-comment';
import { describeTable, type TableShape } from '#domain/column/river-table';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import { longestInterval } from '#domain/river/cron-line';
import type { River } from '#domain/river/river';
import { readConfigured } from './asked-days.ts';

/** One river, its report as it calls it, and its table. */
interface Filling {
  readonly river: River;
  readonly report: Report;
  readonly shape: TableShape;
}

interface DbtTest {
  readonly unique: {
    readonly name: string;
    readonly arguments: { readonly column_name: string };
    readonly config: { readonly severity: 'warn' };
  };
}

type NotNull = 'not_null' | { readonly not_null: { readonly name: string } };

interface DbtColumn {
  readonly name: string;
  readonly quote: true;
  readonly description: string;
  readonly data_tests?: readonly NotNull[];
}

interface DbtPeriod {
  readonly count: number;
  readonly period: 'hour';
}

interface DbtTable {
  readonly name: string;
  /** The table's name, where dbt cannot use it as its own. */
  readonly identifier?: string;
  readonly quoting: { readonly identifier: true };
  readonly description: string;
  readonly config: {
    readonly loaded_at_field: '_loaded_at';
    readonly freshness: { readonly warn_after: DbtPeriod; readonly error_after: DbtPeriod } | null;
  };
  readonly data_tests?: readonly DbtTest[];
  readonly columns: readonly DbtColumn[];
}

/** What `sources.yml` holds. */
export interface DbtSources {
  readonly version: 2;
  readonly sources: readonly {
    readonly name: string;
    readonly description: string;
    readonly schema: string;
    readonly tables: readonly DbtTable[];
  }[];
}

/**
 * A source for each warehouse, a table for each that the rivers fill.
 * @param names the rivers; all where there are none
 */
export function describeSources(configuration: Configuration, names: readonly string[]): DbtSources {
  const rivers = names.length === 0 ? [...configuration.rivers.keys()] : names;
  const fillings = rivers.map((name) => readFilling(configuration, name));
  const byWarehouse = Map.groupBy(fillings, ({ river }) => river.target.warehouse);
  return {
    version: 2,
    sources: [...byWarehouse].map(([warehouse, filling]) => ({
      name: toResourceName(`optimove_${warehouse}`),
      description: `Optimove's reports, which River loads into the warehouse ${warehouse}.`,
      schema: readSchema(configuration.warehouses.get(warehouse)),
      tables: [...Map.groupBy(filling, ({ river }) => river.target.table)].map(([table, all]) =>
        describeSource(table, all),
      ),
    })),
  };
}

function readFilling(configuration: Configuration, name: string): Filling {
  const { river, report } = readConfigured(configuration, name);
  return { river, report, shape: describeTable(report, river) };
}

/** dbt wants a name; a connection without one uses the first schema of its search path. */
const readSchema = (setting: WarehouseSetting | undefined): string =>
  setting?.schema ?? (setting?.client === 'pg' ? 'public' : 'main');

function describeSource(table: string, fillings: readonly Filling[]): DbtTable {
  const [first] = fillings as readonly [Filling];
  const { title, notes } = first.report;
  const names = fillings.map(({ river }) => river.name).join(', ');
  const columns = new Map<string, Column>();
  for (const { shape } of fillings)
    for (const column of shape.columns) if (!columns.has(column.name)) columns.set(column.name, column);
  const { shape, report } = first;
  const key = ['_river', ...(shape.mergeKey ?? shape.key)];
  const loads = fillings.map(({ river: { target } }) => target.load);
  const isUnique =
    loads.every((load) => load === 'merge') || (report.keyIsUnique && !loads.includes('append'));
  const name = toResourceName(table);
  return {
    name,
    ...(name !== table && { identifier: inQuotes(table) }),
    quoting: { identifier: true },
    description: [`${title} (${first.report.slug}), loaded by ${names}.`, ...(notes ? [notes] : [])].join(
      ' ',
    ),
    config: { loaded_at_field: '_loaded_at', freshness: describeFreshness(fillings) },
    ...(isUnique && { data_tests: [uniqueTogether(name, key)] }),
    columns: [
      ...[...columns.values()].map((column) => ({
        name: inQuotes(column.name),
        quote: true as const,
        description: describeColumn(column),
        ...(key.includes(column.name) && { data_tests: [notNull(table, column.name)] }),
      })),
      ...provenanceColumns.map((name) => ({
        name,
        quote: true as const,
        description: provenanceComments[name],
        ...(name !== '_chunk' && { data_tests: [notNull(table, name)] }),
      })),
    ],
  };
}

/**
 * dbt itself knows no test for several columns together, but takes an expression where it names a column. It only warns:
 * Optimove publishes no keys, so those of the catalogue are inferred.
 */
function uniqueTogether(table: string, key: readonly string[]): DbtTest {
  const parts = key.map((name) => `coalesce(cast("${inQuotes(name)}" as text), '')`);
  return {
    unique: {
      name: `unique_${table}_key`,
      arguments: { column_name: parts.join(` || '|' || `) },
      config: { severity: 'warn' },
    },
  };
}

/** As it stands between quotes: dbt puts them around a name, and leaves what is inside as it is. */
const inQuotes = (name: string): string => name.replaceAll('"', '""');

/** dbt's own names have no blanks, and those of tests are made of them. */
const toResourceName = (name: string): string => name.replaceAll(/[^\p{L}\p{N}_]+/gu, '_');

const notNull = (table: string, column: string): NotNull =>
  toResourceName(column) === column
    ? 'not_null'
    : { not_null: { name: toResourceName(`not_null_${table}_${column}`) } };

const hourMs = 3_600_000;
/** A run may take its time, and a start may be delayed. */
const graceHours = 6;

/** From the schedules: rows are late where a start and a grace have passed, and missing where two have. Null without a schedule. */
function describeFreshness(fillings: readonly Filling[]): DbtTable['config']['freshness'] {
  const intervals = fillings.flatMap(({ river: { schedule } }) =>
    schedule ? longestInterval(schedule.cron) : [],
  );
  if (intervals.length === 0) return null;
  const hours = Math.ceil(Math.min(...intervals) / hourMs);
  return {
    warn_after: { count: hours + graceHours, period: 'hour' },
    error_after: { count: 2 * hours + graceHours, period: 'hour' },
  };
}
