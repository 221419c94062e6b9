import { randomBytes } from 'node:crypto';
import { ConfigurationError, type RiverError, WarehouseUnavailableError } from '#domain/errors';
import { adviceFor, findTrouble } from '#domain/run/warehouse-trouble';
import type { Database } from './database.ts';
import type { FilledTable, Tables } from './dialect.ts';
import { insertCalls } from './manifest/calls.ts';
import { insertPage } from './manifest/stage-page.ts';
import { hasStaging } from './manifest/staging.ts';

/** As much as a small page; so much more where a page failed that was larger. */
const [leastBytes, mostBytes] = [64 * 1024, 8 * 1024 * 1024];

/** Undoes what was written for a try. */
class TakenBack extends Error {}

/**
 * Writes what River writes, as large as a page, and takes it back: whether a warehouse can be written to no reading of it tells.
 * Throws as the writing would.
 */
export async function tryWrite(database: Database, runId?: string, bytes = 0): Promise<void> {
  // Random, since a database may compress what it is given.
  const text = randomBytes(Math.min(mostBytes, Math.max(leastBytes, bytes)) / 2).toString('hex');
  await undoAfter(database, async (tables) => {
    if (runId === undefined) {
      await database.dialect.makeSchema(tables);
      await writeOwnTable(tables, text);
    }
    if (await tables.dialect.hasTable(tables, 'river_calls')) await noteCall(tables, runId ?? tried);
    if (runId !== undefined && (await hasStaging(tables, runId)))
      await insertPage(tables, runId, tried, toPage(text));
  });
  if (!database.dialect.writesAtCommit) return;
  // What is taken back never reached the disk. A table that was left by a process that was killed here goes as well.
  await database.transact((tables) => writeOwnTable(tables, text));
  await database.transact((tables) => tables.schema().dropTableIfExists(ownTable));
}

const ownTable = 'river_write_check';
const tried = 'write check';

async function undoAfter(database: Database, write: (tables: Tables) => Promise<void>): Promise<void> {
  try {
    await database.transact(async (tables) => {
      await write(tables);
      throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  }
}

async function writeOwnTable(tables: Tables, text: string): Promise<void> {
  await tables.schema().dropTableIfExists(ownTable);
  await tables.schema().createTable(ownTable, (table) => {
    table.text('value');
  });
  await tables.from(ownTable).insert({ value: text });
}

async function noteCall(tables: Tables, run: string): Promise<void> {
  const request = {
    at: new Date().toISOString(),
    call: tried,
    status: null,
    rows: 0,
    bytes: 0,
    milliseconds: 0,
  };
  await insertCalls(tables, { runId: run, chunk: null, report: tried }, [{ ...request, outcome: 'failed' }]);
}

const toPage = (text: string) => ({
  slice: tried,
  call: tried,
  page: 0,
  last: true,
  status: 200,
  fingerprint: '',
  received: 0,
  day: null,
  columns: [tried],
  types: {},
  rows: [[text]],
});

/** Says what answers, once something was written there and taken back. */
export async function checkWarehouse(
  database: Database,
  targets: readonly FilledTable[] = [],
): Promise<string> {
  const { place, read } = database;
  const found = await read((tables) => tables.dialect.describe(tables));
  try {
    await tryWrite(database);
  } catch (error) {
    throw withAdvice(error);
  }
  const lacking = await read((tables) => tables.dialect.listLackingRights(tables, targets));
  if (lacking.length > 0) {
    throw new ConfigurationError(
      `The ${place} can be reached, but the role lacks rights on tables: ${lacking.join(', ')}. Grant them to it.`,
      { facts: { place, lacking } },
    );
  }
  return `${found}, can be written to, ${place}`;
}

/** What River could not write, and what helps. */
function withAdvice(error: unknown): unknown {
  const trouble = findTrouble(error);
  if (!trouble) return error;
  const { message, facts } = error as RiverError;
  const said = `A write that was tried failed (${trouble.reason}). ${message} ${adviceFor(trouble.reason)}.`;
  return error instanceof WarehouseUnavailableError
    ? new WarehouseUnavailableError(said, { facts, cause: error })
    : new ConfigurationError(said, { facts, cause: error });
}
