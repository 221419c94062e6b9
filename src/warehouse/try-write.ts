import { randomBytes } from 'node:crypto';
import type { Database } from './database.ts';
import type { Tables } from './dialect.ts';
import { insertCalls } from './statements/insert-calls.ts';
import { insertPage } from './statements/insert-page.ts';
import { hasStaging } from './statements/staging-table.ts';

/** As much as a small page; so much more where a page failed that was larger. */
const [leastBytes, mostBytes] = [64 * 1024, 8 * 1024 * 1024];

/** Undoes what was written for a try. */
class TakenBack extends Error {}

export interface TriedWrite {
  /** The run whose pages are to be stored; without one it is tried whether River could begin. */
  readonly runId?: string;
  readonly bytes?: number;
}

/**
 * Writes what River writes, as large as a page, and takes it back: whether a warehouse can be written to no reading of it tells.
 * Throws as the writing would.
 */
export async function tryWrite(database: Database, { runId, bytes = 0 }: TriedWrite): Promise<void> {
  // Random, since a database may compress what it is given.
  const text = randomBytes(Math.min(mostBytes, Math.max(leastBytes, bytes)) / 2).toString('hex');
  await takenBack(database, async (tables) => {
    if (runId === undefined) {
      await database.dialect.makeSchema(tables);
      await writeOwnTable(tables, text);
    }
    if (await tables.dialect.hasTable(tables, 'river_calls')) await noteCall(tables, runId ?? tried);
    if (runId !== undefined && (await hasStaging(tables, runId)))
      await insertPage(tables, runId, tried, pageOf(text));
  });
  if (!database.dialect.writesAtCommit) return;
  // What is taken back never reached the disk. A table that was left by a process that was killed here goes as well.
  await database.transact((tables) => writeOwnTable(tables, text));
  await database.transact((tables) => tables.schema().dropTableIfExists(ownTable));
}

const ownTable = 'river_write_check';
const tried = 'write check';

async function takenBack(database: Database, write: (tables: Tables) => Promise<void>): Promise<void> {
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
  await insertCalls(tables, { run, chunk: null, report: tried }, [{ ...request, outcome: 'failed' }]);
}

const pageOf = (text: string) => ({
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
