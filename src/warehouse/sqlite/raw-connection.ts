import type { Database } from 'better-sqlite3';
import type { Knex } from 'knex';

/** The driver's connection under a transaction, for what goes past Knex: prepared statements, run for each row. */
export async function connectionUnder(transaction: Knex): Promise<Database> {
  return (transaction.client as { acquireConnection(): Promise<Database> }).acquireConnection();
}

/** The SQL of a statement that Knex has built. */
export function sqlOf(statement: Knex.QueryBuilder): string {
  return statement.toSQL().toNative().sql;
}
