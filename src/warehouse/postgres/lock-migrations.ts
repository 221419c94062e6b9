import type { Tables } from '../dialect.ts';
import { named } from '../identifiers.ts';
import { rowsOf } from './rows-of.ts';

/** One at a time in this database; the lock goes with the transaction. */
export async function lockMigrations(tables: Tables): Promise<void> {
  const schema = tables.schemaName;
  await tables.query.raw(`select pg_advisory_xact_lock(hashtext(?))`, [`river migrations ${schema ?? ''}`]);
}

/** Asked first: even "create schema if not exists" needs the right to create one. */
export async function makeSchema(tables: Tables): Promise<void> {
  const schema = tables.schemaName;
  if (schema === undefined) return;
  const there = rowsOf(await tables.query.raw(`select 1 from pg_namespace where nspname = ?`, [schema]));
  if (there.length === 0) await tables.query.raw(`create schema ??`, [named(schema)]);
}
