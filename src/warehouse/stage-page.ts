import type { RequestRecord } from '#domain/call/call-history';
import { SchemaConflictError } from '#domain/errors';
import type { StagedPage } from '#domain/run/staging';
import type { Database } from './database.ts';
import type { Tables } from './dialect.ts';
import { type Booked, countCalls } from './statements/count-calls.ts';
import { insertCalls } from './statements/insert-calls.ts';
import { insertPage } from './statements/insert-page.ts';

/** A page was paid for with a call: it is worth a longer wait for somebody else who is writing. */
const busyAtMostMs = 60_000;

/**
 * Stages a page together with the requests that it took. Where the chunk is no longer open the requests are
 * noted all the same: they were sent.
 */
export async function stagePage(
  database: Database,
  runId: string,
  chunk: string | null,
  page: StagedPage,
  requests: readonly RequestRecord[],
): Promise<'staged' | 'closed'> {
  const answered = requests.findLast(({ call }) => call === page.call);
  try {
    return await database.transact(async (tables) => {
      const { open } = await bookCalls(tables, runId, chunk, requests, answered);
      if (!open) return 'closed';
      await insertPage(tables, runId, chunk, page);
      return 'staged';
    }, busyAtMostMs);
  } catch (error) {
    if (!isStagingGone(error)) throw error;
    // The run was closed between the look at it and the insert.
    await noteRequests(database, runId, chunk, requests);
    return 'closed';
  }
}

/** Requests that brought no page. */
export async function noteRequests(
  database: Database,
  runId: string,
  chunk: string | null,
  requests: readonly RequestRecord[],
): Promise<void> {
  if (requests.length === 0) return;
  await database.transact(async (tables) => {
    await bookCalls(tables, runId, chunk, requests);
  }, busyAtMostMs);
}

/** Counts first: that locks the row, and in SQLite it is the write that everybody else has to wait for. */
async function bookCalls(
  tables: Tables,
  run: string,
  chunk: string | null,
  requests: readonly RequestRecord[],
  answered?: RequestRecord,
): Promise<Booked> {
  const booked = await countCalls(tables, run, chunk, requests.length);
  const { report } = booked;
  const added = await insertCalls(tables, { run, chunk, report }, requests, answered);
  if (added < requests.length) await countCalls(tables, run, chunk, added - requests.length);
  return booked;
}

function isStagingGone(error: unknown): boolean {
  return error instanceof SchemaConflictError && /river_staging_/.test(error.message);
}
