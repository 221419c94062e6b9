/** `river dbt`: the tables that rivers fill, as dbt's sources. A warehouse is asked for the names of columns alone; else the configuration says it all. */

import type { Report } from '#domain/catalogue/report';
import { type Column, provenanceColumns } from '#domain/column/column';
import { describeColumn, provenanceComments } from '#domain/column/column-comment';
import { describeTable, type TableShape } from '#domain/column/river-table';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import { longestInterval } from '#domain/river/cron-line';
import type { River } from '#domain/river/river';
import { dialectOf } from '#warehouse/database';
import type { SqlWords } from '#warehouse/dialect-facts';
import { readConfigured } from './asked-days.ts';

/** One river, its report as it calls it, and its table. */
export interface Filling {
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
    /** Where it is not the one that dbt itself builds in: a project, or a database. */
    readonly database?: string;
    readonly schema: string;
    readonly tables: readonly DbtTable[];
  }[];
}

/** @param names the rivers; all where there are none */
export function listFillings(configuration: Configuration, names: readonly string[]): Filling[] {
  const rivers = names.length === 0 ? [...configuration.rivers.keys()] : names;
  return rivers.map((name) => readFilling(configuration, name));
}

/** What a river's column is called in its table. */
export type NameInTable = (river: string, column: string) => string;

/** A source for each warehouse, a table for each that the rivers fill. */
export function describeSources(
  configuration: Configuration,
  fillings: readonly Filling[],
  nameOf: NameInTable = (_river, column) => column,
): DbtSources {
  const byWarehouse = Map.groupBy(fillings, ({ river }) => river.target.warehouse);
  const sourceNames = toResourceNames([...byWarehouse.keys()].map((warehouse) => `optimove_${warehouse}`));
  return {
    version: 2,
    sources: [...byWarehouse].map(([warehouse, filling], at) => {
      const setting = configuration.warehouses.get(warehouse);
      const byTable = Map.groupBy(filling, ({ river }) => river.target.table);
      const tableNames = toResourceNames([...byTable.keys()]);
      return {
        name: sourceNames[at] ?? '',
        description: `Optimove's reports, which River loads into the warehouse ${warehouse}.`,
        ...readDatabase(setting),
        schema: readSchema(setting),
        tables: [...byTable].map(([table, all], place) =>
          describeSource({ table, name: tableNames[place] ?? '', words: wordsOf(setting), nameOf }, all),
        ),
      };
    }),
  };
}

function readFilling(configuration: Configuration, name: string): Filling {
  const { river, report } = readConfigured(configuration, name);
  return { river, report, shape: describeTable(report, river) };
}

/** dbt wants a name; a connection without one uses the first schema of its search path. */
const readSchema = (setting: WarehouseSetting | undefined): string =>
  setting?.schema ?? (setting?.client === 'pg' ? 'public' : 'main');

/** A dataset and a schema are looked for in the project or database of dbt's own connection, which may be another one. */
function readDatabase(setting: WarehouseSetting | undefined): { readonly database?: string } {
  const { databaseKey } = wordsOf(setting);
  if (setting === undefined || databaseKey === undefined) return {};
  const { [databaseKey]: database } = setting.connection.reveal() as Readonly<Record<string, unknown>>;
  return typeof database === 'string' ? { database } : {};
}

const wordsOf = (setting: WarehouseSetting | undefined): SqlWords =>
  dialectOf(setting?.client ?? 'pg').sqlWords;

/** dbt puts quotes around a name, and leaves what is inside as it is. */
const spellWith =
  ({ spell = (name) => name }: SqlWords) =>
  (name: string): string =>
    spell(name).replaceAll('"', '""');

interface SourceTable {
  readonly table: string;
  /** As dbt calls it. */
  readonly name: string;
  readonly words: SqlWords;
  readonly nameOf: NameInTable;
}

function describeSource({ table, name, words, nameOf }: SourceTable, fillings: readonly Filling[]): DbtTable {
  const [first] = fillings as readonly [Filling];
  const { title, notes } = first.report;
  const names = fillings.map(({ river }) => river.name).join(', ');
  const columns = new Map<string, Column>();
  for (const { shape, river } of fillings)
    for (const column of shape.columns) {
      const inTable = nameOf(river.name, column.name);
      if (!columns.has(inTable)) columns.set(inTable, column);
    }
  const { shape, report } = first;
  const spell = spellWith(words);
  const key = ['_river', ...(shape.mergeKey ?? shape.key).map((column) => nameOf(first.river.name, column))];
  const loads = fillings.map(({ river: { target } }) => target.load);
  const isUnique =
    loads.every((load) => load === 'merge') || (report.keyIsUnique && !loads.includes('append'));
  return {
    name,
    ...(name !== spell(table) && { identifier: spell(table) }),
    quoting: { identifier: true },
    description: [`${title} (${first.report.slug}), loaded by ${names}.`, ...(notes ? [notes] : [])].join(
      ' ',
    ),
    config: { loaded_at_field: '_loaded_at', freshness: describeFreshness(fillings) },
    ...(isUnique && { data_tests: [uniqueTogether(name, key, words)] }),
    columns: [
      ...[...columns].map(([inTable, column]) => ({
        name: spell(inTable),
        quote: true as const,
        description: describeColumn(column),
        ...(key.includes(inTable) && { data_tests: [notNull(name, inTable)] }),
      })),
      ...provenanceColumns.map((each) => ({
        name: spell(each),
        quote: true as const,
        description: provenanceComments[each],
        ...(each !== '_chunk' && { data_tests: [notNull(name, each)] }),
      })),
    ],
  };
}

/**
 * dbt itself knows no test for several columns together, but takes an expression where it names a column. It only warns:
 * Optimove publishes no keys, so those of the catalogue are inferred.
 */
function uniqueTogether(table: string, key: readonly string[], words: SqlWords): DbtTest {
  const { quote, text } = words;
  const spell = spellWith(words);
  const parts = key.map((name) => `coalesce(cast(${quote}${spell(name)}${quote} as ${text}), '')`);
  return {
    unique: {
      name: `unique_${table}_key`,
      arguments: { column_name: parts.join(` || '|' || `) },
      config: { severity: 'warn' },
    },
  };
}

/** dbt's own names have no blanks, and those of tests are made of them. */
const toResourceName = (name: string): string => name.replaceAll(/[^\p{L}\p{N}_]+/gu, '_');

/** Each of its own: dbt takes no two of one name. */
function toResourceNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = toResourceName(name);
    let free = base;
    for (let count = 2; taken.has(free); count += 1) free = `${base}_${count}`;
    taken.add(free);
    return free;
  });
}

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
