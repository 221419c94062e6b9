import { randomBytes } from 'node:crypto';
import { ConfigurationError, type RiverError, WarehouseUnavailableError } from '#domain/errors';
import { adviceFor, findTrouble } from '#domain/run/warehouse-trouble';
import type { Databases, Side } from './databases.ts';
import type { Books, FilledTable, Tables } from './dialect.ts';
import { insertCalls } from './manifest/calls.ts';
import { loadsTable, refuseMakingLoads, refuseOtherBooks } from './manifest/loads.ts';
import { insertPage } from './manifest/stage-page.ts';
import { hasStaging } from './manifest/staging.ts';
import { refuseNewerManifest } from './migrations/migrate.ts';

/** As much as a small page; so much more where a page failed that was larger. */
const [leastBytes, mostBytes] = [64 * 1024, 8 * 1024 * 1024];

/** Undoes what was written for a try. */
class TakenBack extends Error {}

/**
 * Writes what River writes, as large as a page, and takes it back: whether a warehouse can be written to no reading of it tells.
 * Throws as the writing would.
 */
export async function tryWrite({ books }: Databases, runId?: string, bytes = 0): Promise<void> {
  // Random, since a database may compress what it is given.
  const text = randomBytes(Math.min(mostBytes, Math.max(leastBytes, bytes)) / 2).toString('hex');
  await undoAfter(books, async (tables) => {
    if (runId === undefined) {
      await tables.dialect.makeSchema(tables);
      await writeOwnTable(tables, text);
    }
    if (await tables.dialect.hasTable(tables, 'river_calls')) await noteCall(tables, runId ?? tried);
    if (runId !== undefined && (await hasStaging(tables, runId)))
      await insertPage(tables, runId, tried, toPage(text));
  });
  if (!books.dialect.writesAtCommit) return;
  // What is taken back never reached the disk. A table that was left by a process that was killed here goes as well.
  await books.transact((tables) => writeOwnTable(tables, text));
  await books.transact((tables) => tables.schema().dropTableIfExists(ownTable));
}

const ownTable = 'river_write_check';
const tried = 'write check';

async function undoAfter(side: Side<Books>, write: (books: Books) => Promise<void>): Promise<void> {
  try {
    await side.transact(async (tables) => {
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

async function noteCall(tables: Books, run: string): Promise<void> {
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
  databases: Databases,
  targets: readonly FilledTable[] = [],
): Promise<string> {
  const { books, target, areApart } = databases;
  const found = await books.read(async (tables) => {
    await tables.dialect.refuseCreating(tables);
    return tables.dialect.describe(tables);
  });
  // Before something is written: what the server says then has no statement to grant it.
  await refuseLackingRights(books, areApart ? [] : targets);
  await refuseNewerManifest(books);
  try {
    await tryWrite(databases);
  } catch (error) {
    throw withAdvice(error);
  }
  const filling = targets.map(({ table }) => table);
  const refuseOthers = () => databases.read((both) => refuseOtherBooks(both, filling));
  if (!areApart) {
    await refuseOthers();
    return `${found}, can be written to, ${target.place}`;
  }
  const filled = await target.read(async (tables) => {
    const { dialect } = tables;
    const named = [loadsTable, ...targets.map(({ table }) => table)];
    const there: boolean[] = [];
    for (const table of named) there.push(await dialect.hasTable(tables, table));
    // Where all its tables were made for it, River makes none but for `merge`.
    if (there[0] === false) await refuseMakingLoads(tables);
    if (there.includes(false) || targets.some(({ load }) => load === 'merge'))
      await dialect.refuseCreating(tables);
    return dialect.describe(tables);
  });
  await refuseLackingRights(target, targets);
  await refuseOthers();
  const only = books.dialect.client === 'better-sqlite3' ? ', so all workers must be on this machine' : '';
  return `${filled}, ${target.place}; its books: ${found}, can be written to, ${books.place}${only}`;
}

async function refuseLackingRights<T extends Tables>(
  { read, place }: Side<T>,
  targets: readonly FilledTable[],
): Promise<void> {
  const lacking = await read((tables) => tables.dialect.listLackingRights(tables, targets));
  if (lacking.length === 0) return;
  throw new ConfigurationError(
    `The ${place} can be reached, but the role lacks rights on tables: ${lacking.map(({ right }) => right).join(', ')}. ` +
      `Grant them to it (\`${lacking.map(({ grant }) => grant).join('; ')}\`).`,
    { facts: { place, lacking: lacking.map(({ right }) => right) } },
  );
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
