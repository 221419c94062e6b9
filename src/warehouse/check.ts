import { ConfigurationError, type RiverError, WarehouseUnavailableError } from '#domain/errors';
import { adviceFor, findTrouble } from '#domain/run/warehouse-trouble';
import type { Database } from './database.ts';
import { tryWrite } from './try-write.ts';

/** Says what answers, once something was written there and taken back. */
export async function check(database: Database, targets: readonly string[] = []): Promise<string> {
  const { place, read } = database;
  const found = await read((tables) => tables.dialect.describe(tables));
  try {
    await tryWrite(database, {});
  } catch (error) {
    throw failureOfTry(error);
  }
  const lacking = await read((tables) => tables.dialect.lackingRights(tables, targets));
  if (lacking.length > 0) {
    throw new ConfigurationError(
      `The ${place} lets River in, but the role lacks rights on tables: ${lacking.join(', ')}. Grant them to it.`,
      { facts: { place, lacking } },
    );
  }
  return `${found}, can be written to, ${place}`;
}

/** What River could not write, and what helps. */
function failureOfTry(error: unknown): unknown {
  const trouble = findTrouble(error);
  if (!trouble) return error;
  const { message, facts } = error as RiverError;
  const said = `A write that was tried failed (${trouble.reason}). ${message} ${adviceFor(trouble.reason)}.`;
  return error instanceof WarehouseUnavailableError
    ? new WarehouseUnavailableError(said, { facts, cause: error })
    : new ConfigurationError(said, { facts, cause: error });
}
