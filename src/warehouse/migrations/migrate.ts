import type { Knex } from 'knex';
import { ConfigurationError, OtherVersionError } from '#domain/errors';
import type { Database } from '../database.ts';
import type { Tables } from '../dialect.ts';
import { tablesOf } from '../tables.ts';
import { columnsOfManifest } from './columns-of-manifest.ts';
import { migrations } from './index.ts';

const bookkeeping = 'river_migrations';
const names = Object.keys(migrations);

/** Brings the manifest's tables up to date; any number of processes may do so at once. */
export async function migrate(database: Database): Promise<void> {
  const missing = await database.read(async (tables) => {
    const done = await doneIn(tables);
    refuseNewer(done, database.place);
    if (done.length > 0) await refuseUnreleased(tables, done, database.place);
    return names.some((name) => !done.includes(name));
  });
  if (missing) await database.transact(migrateAlone);
}

/** Throws OtherVersionError where a newer River has brought the manifest up to its own date since. */
export async function refuseNewerManifest(database: Database): Promise<void> {
  refuseNewer(await database.read(doneIn), database.place);
}

async function doneIn(tables: Tables): Promise<string[]> {
  if (!(await tables.dialect.hasTable(tables, bookkeeping))) return [];
  return (await tables.from(bookkeeping).select('name')).map(({ name }) => String(name));
}

async function migrateAlone(tables: Tables): Promise<void> {
  await tables.dialect.lockMigrations(tables);
  await tables.dialect.makeSchema(tables);
  const config: Knex.Config = tables.query.client.config;
  const { wrapIdentifier } = config;
  try {
    await tables.query.migrate.latest({
      tableName: bookkeeping,
      ...(tables.schemaName === undefined ? {} : { schemaName: tables.schemaName }),
      migrationSource: sourceFor(tables),
    });
  } finally {
    // Inside a transaction Knex's migrator takes it away from the whole connection, and does not bring it back.
    if (wrapIdentifier) config.wrapIdentifier = wrapIdentifier;
  }
}

function sourceFor({ dialect, schemaName }: Tables): Knex.MigrationSource<string> {
  return {
    getMigrations: async () => names,
    getMigrationName: (name) => name,
    getMigration: async (name) => ({
      up: async (trx: Knex) => migrations[name]?.(tablesOf(trx, dialect, schemaName)),
      down: () => Promise.reject(new Error('the manifest is never taken back')),
    }),
  };
}

function refuseNewer(done: readonly string[], place: string): void {
  const unknown = done.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new OtherVersionError(
    `The manifest in the ${place} was made by a newer River (${unknown.join(', ')}): use that one, or a newer one still.`,
  );
}

/** Before its first release River has changed migrations: such a manifest bears the same names, and lacks columns. */
async function refuseUnreleased(tables: Tables, done: readonly string[], place: string): Promise<void> {
  const expected = await columnsOfManifest(tables, done);
  const lacking: string[] = [];
  for (const [table, columns] of expected) {
    const there = new Set((await tables.dialect.readColumns(tables, table))?.map(({ name }) => name));
    lacking.push(...columns.filter((column) => !there.has(column)).map((column) => `${table}.${column}`));
  }
  if (lacking.length === 0) return;
  throw new ConfigurationError(
    `The manifest in the ${place} was made by an earlier version of River that was never released (it lacks ${lacking.join(', ')}), and cannot be carried on. ` +
      'Drop its tables river_… and the tables that rivers have filled, or name another schema or file for this warehouse, and load anew.',
    { facts: { place, lacking } },
  );
}
