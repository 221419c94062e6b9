import type { Knex } from 'knex';
import { ConfigurationError, OtherVersionError } from '#domain/errors';
import type { Database } from '../database.ts';
import type { Side } from '../databases.ts';
import type { Tables } from '../dialect.ts';
import { openTables } from '../identifiers.ts';
import { migrations } from './index.ts';

const bookkeeping = 'river_migrations';
const names = Object.keys(migrations);

/** Brings the manifest's tables up to date; any number of processes may do so at once. */
export async function migrate(database: Database): Promise<void> {
  const missing = await database.read(async (tables) => {
    const done = await readDone(tables);
    refuseNewer(done, database.place);
    if (done.length > 0) await refuseUnreleased(tables, done, database.place);
    return names.some((name) => !done.includes(name));
  });
  if (missing) await database.transact(migrateAlone);
}

/** Throws OtherVersionError where a newer River has brought the manifest up to its own date since. */
export async function refuseNewerManifest({
  read,
  place,
}: Pick<Side<Tables>, 'read' | 'place'>): Promise<void> {
  refuseNewer(await read(readDone), place);
}

async function readDone(tables: Tables): Promise<string[]> {
  if (!(await tables.dialect.hasTable(tables, bookkeeping))) return [];
  return (await tables.from(bookkeeping).select('name')).map(({ name }) => String(name));
}

async function migrateAlone(tables: Tables): Promise<void> {
  await tables.dialect.lockMigrations(tables);
  await tables.dialect.makeSchema(tables);
  const config: Knex.Config = tables.query.client.config;
  const { wrapIdentifier } = config;
  // Inside a transaction Knex's migrator takes it away from the whole connection, and does not bring it back: not for a migration either,
  // whose schema may have any name.
  const bringBack = () => {
    if (wrapIdentifier) config.wrapIdentifier = wrapIdentifier;
  };
  try {
    await tables.query.migrate.latest({
      tableName: bookkeeping,
      ...(tables.schemaName === undefined ? {} : { schemaName: tables.schemaName }),
      migrationSource: toSource(tables, bringBack),
    });
  } finally {
    bringBack();
  }
}

function toSource({ dialect, schemaName }: Tables, bringBack: () => void): Knex.MigrationSource<string> {
  return {
    getMigrations: async () => names,
    getMigrationName: (name) => name,
    getMigration: async (name) => ({
      up: async (trx: Knex) => {
        bringBack();
        await migrations[name]?.(openTables(trx, dialect, schemaName));
      },
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
  const expected = await readDeclaredColumns(tables, done);
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

/** What a migration calls to add a column. */
const columnKinds = new Set(['text', 'string', 'integer', 'bigInteger', 'boolean', 'double', 'specificType']);

/** The tables and columns that these migrations make, read off the migrations themselves. */
async function readDeclaredColumns(
  { dialect, schemaName, qualify }: Tables,
  done: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const columns = new Map<string, string[]>();
  const note = (table: string, fill: (builder: Knex.CreateTableBuilder) => void) => {
    const noted = columns.get(table) ?? [];
    columns.set(table, noted);
    fill(recordCalls((kind, [name]) => columnKinds.has(kind) && noted.push(String(name))));
  };
  const schema = { createTable: note, alterTable: note, table: note } as unknown as Knex.SchemaBuilder;
  const query = recordCalls<Knex>(() => {});
  const noted = { dialect, schemaName, qualify, query, from: () => query(''), schema: () => schema };
  for (const name of done) await migrations[name]?.(noted as unknown as Tables);
  return columns;
}

/** Takes every call, tells of the first in a chain, and does nothing. */
function recordCalls<T extends object>(hear: (method: string, args: readonly unknown[]) => void): T {
  return new Proxy((() => recordCalls(() => {})) as unknown as T, {
    get: (_target, method) =>
      method === 'then'
        ? undefined
        : (...args: unknown[]) => {
            hear(String(method), args);
            return recordCalls(() => {});
          },
  });
}
