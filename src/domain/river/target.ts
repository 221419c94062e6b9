import { z } from 'zod';
import type { Report } from '../catalogue/report.ts';
import { accepted, Name, required } from './accepted.ts';
import { gotInstead } from './closest.ts';
import type { Problem, Show } from './problem.ts';

/** The databases that River fills. */
export type WarehouseClient = 'better-sqlite3' | 'pg' | 'bigquery' | 'snowflake';

/** How rows may reach a table. */
export const loadModes = ['replace', 'append', 'overwrite', 'merge'] as const;
export type LoadMode = (typeof loadModes)[number];

/** Where a river's rows go. */
export const Target = z.strictObject({
  warehouse: Name.describe(`The warehouse, by its name in this file. ${required}`),
  table: Name.describe('The table that the river fills. Required.'),
  load: z
    .enum(loadModes)
    .default('replace')
    .describe(
      "How rows reach the table: replace takes the place of the chunk's days, append adds, overwrite replaces the whole content of the table when the whole run is loaded, merge updates the rows of the same key and adds the others.",
    ),
  key: z
    .array(Name)
    .min(1)
    .register(accepted, { words: 'a list of column names' })
    .optional()
    .describe(
      "Columns that `load: merge` finds a row again by, instead of the report's natural key; null equals null.",
    ),
  drift: z
    .enum(['evolve', 'ignore', 'fail'])
    .default('evolve')
    .describe(
      'What becomes of fields that the report does not declare, and of values that do not fit their column: evolve adds a column for them, ignore leaves them out, fail refuses the chunk.',
    ),
  emptied: z
    .enum(['keep', 'allow'])
    .default('keep')
    .describe(
      'What becomes of rows where the API returns none any more: keep leaves the day as it was, and fails a chunk that brings no rows at all; allow deletes them. `--allow-emptied` is allow for one run.',
    ),
});
export type Target = z.infer<typeof Target>;

/** A part of it, as `defaults:` and a river's own lines write it. */
export const TargetPart = Target.partial();
type TargetPart = z.infer<typeof TargetPart>;

/** The same river for a run that says itself whether rows are deleted where the API returns none. */
export function withEmptied<R extends { readonly target: Target }>(
  river: R,
  allowEmptied: boolean | undefined,
): R {
  if (allowEmptied === undefined) return river;
  return { ...river, target: { ...river.target, emptied: allowEmptied ? 'allow' : 'keep' } };
}

/**
 * What is wrong with a river's target, in the warehouse it names. `columns`: those that the river's table has, where that is known.
 * Paths begin at the river.
 */
export function checkTarget(
  target: TargetPart,
  report: Report | undefined,
  columns: readonly string[] | undefined,
  client: WarehouseClient | undefined,
  show: Show,
): Problem[] {
  return [
    ...checkTable(target, client, show),
    ...checkKeyIsGiven(target, report),
    ...(columns ? checkKey(target, columns, show) : []),
  ];
}

function checkTable({ table }: TargetPart, client: WarehouseClient | undefined, show: Show): Problem[] {
  if (table === undefined || client === undefined) return [];
  const path = ['target', 'table'];
  const message = checkTableName(client, table, show(path, table));
  return message === undefined ? [] : [{ path, message }];
}

function checkKeyIsGiven({ load, key }: TargetPart, report: Report | undefined): Problem[] {
  if (load !== 'merge' || key !== undefined || report?.keyIsUnique !== false) return [];
  const message = `missing, load: merge needs it because the natural key of ${report.slug} is not unique`;
  return [{ path: ['target', 'key'], message, missing: true }];
}

function checkKey({ key = [] }: TargetPart, columns: readonly string[], show: Show): Problem[] {
  return key.flatMap((name, at) => {
    if (columns.includes(name)) return [];
    const path = ['target', 'key', String(at)];
    const message = `expected one of the columns ${columns.join(', ')}, ${gotInstead(path, name, columns, show)}`;
    return [{ path, message }];
  });
}

/** The manifest's tables, the migrator's own two, and what a target has whose books lie elsewhere. */
const manifestTables = [
  'river_runs',
  'river_chunks',
  'river_days',
  'river_forgotten_days',
  'river_calls',
  'river_columns',
  'river_targets',
  'river_books',
  'river_loads',
  'river_migrations',
  'river_migrations_lock',
] as const;

/** Pages wait for their chunk's commit in a table of this name and a short hash of their run. */
export const stagingPrefix = 'river_staging_';
/** In `overwrite` the pages of chunks that are loaded wait for the others in a table of this name and a short hash of their run. */
export const shadowPrefix = 'river_shadow_';

const postgresBytes = 63;
const bigQueryBytes = 1024;
const snowflakeBytes = 255;

/**
 * What is wrong with a target's table name in a warehouse of this kind; undefined where nothing is.
 * @example checkTableName('better-sqlite3', 'sqlite_stat1')
 * // 'expected a table name that does not begin with sqlite_ (SQLite keeps those), got "sqlite_stat1"'
 */
export function checkTableName(
  client: WarehouseClient,
  name: string,
  shown = JSON.stringify(name),
): string | undefined {
  const accepted = whatIsAccepted(client, name);
  return accepted === undefined ? undefined : `expected ${accepted}, got ${shown}`;
}

function whatIsAccepted(client: WarehouseClient, name: string): string | undefined {
  if (name.trim() === '') return 'a table name';
  if (name.includes('\0')) return 'a table name without the character NUL';
  if (!name.isWellFormed()) return 'a table name of whole characters';
  if (name.includes('.')) return "a table name without a dot (the schema is the warehouse's `schema`)";
  const lower = name.toLowerCase();
  const isOwn = lower.startsWith(stagingPrefix) || lower.startsWith(shadowPrefix);
  if (isOwn || manifestTables.some((table) => table === lower)) {
    return "a table name that is none of River's own";
  }
  if (client === 'better-sqlite3') {
    return lower.startsWith('sqlite_')
      ? 'a table name that does not begin with sqlite_ (SQLite keeps those)'
      : undefined;
  }
  const bytes = new TextEncoder().encode(name).length;
  if (client === 'bigquery') {
    return /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u.test(name) && bytes <= bigQueryBytes
      ? undefined
      : `a table name of letters, digits, _, - and spaces, at most ${bigQueryBytes} bytes (BigQuery takes no others)`;
  }
  if (client === 'snowflake') {
    return /^[\p{L}\p{M}\p{N}\p{Pc}$]+$/u.test(name) && bytes <= snowflakeBytes
      ? undefined
      : `a table name of letters, digits, _ and $, at most ${snowflakeBytes} bytes (others would need quotes in Snowflake)`;
  }
  return bytes > postgresBytes
    ? `a table name of at most ${postgresBytes} bytes (Postgres cuts longer ones; this has ${bytes})`
    : undefined;
}
