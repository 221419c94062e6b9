import type { WarehouseSetting } from './configuration.ts';

/** The tables that say what was loaded, and the migrator's own two. */
export const manifestTables = [
  'river_runs',
  'river_chunks',
  'river_days',
  'river_forgotten_days',
  'river_calls',
  'river_columns',
  'river_targets',
  'river_migrations',
  'river_migrations_lock',
] as const;

/** Pages wait for their chunk's commit in a table of this name and a short hash of their run. */
export const stagingPrefix = 'river_staging_';

const postgresBytes = 63;

/**
 * What is wrong with a target's table name in a warehouse of this kind; undefined where nothing is.
 * @example checkTableName('better-sqlite3', 'sqlite_stat1')
 * // 'expected a table name that does not begin with sqlite_ (SQLite keeps those), got "sqlite_stat1"'
 */
export function checkTableName(
  client: WarehouseSetting['client'],
  name: string,
  shown = JSON.stringify(name),
): string | undefined {
  const accepted = whatIsAccepted(client, name);
  return accepted === undefined ? undefined : `expected ${accepted}, got ${shown}`;
}

function whatIsAccepted(client: WarehouseSetting['client'], name: string): string | undefined {
  if (name.trim() === '') return 'a table name';
  if (name.includes('\0')) return 'a table name without the character NUL';
  if (!name.isWellFormed()) return 'a table name of whole characters';
  if (name.includes('.')) return "a table name without a dot (the schema is the warehouse's `schema`)";
  const lower = name.toLowerCase();
  if (lower.startsWith(stagingPrefix) || manifestTables.some((table) => table === lower)) {
    return "a table name that is none of River's own";
  }
  if (client === 'better-sqlite3') {
    return lower.startsWith('sqlite_')
      ? 'a table name that does not begin with sqlite_ (SQLite keeps those)'
      : undefined;
  }
  const bytes = new TextEncoder().encode(name).length;
  return bytes > postgresBytes
    ? `a table name of at most ${postgresBytes} bytes (Postgres cuts longer ones; this has ${bytes})`
    : undefined;
}
