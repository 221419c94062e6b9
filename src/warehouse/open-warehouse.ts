import { ConfigurationError, DatabaseError, SchemaConflictError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import { check } from './check.ts';
import { closeLeft } from './close-left.ts';
import type { Step } from './commit/chunk-load.ts';
import { commitChunk } from './commit/commit-chunk.ts';
import { connectDatabase, type Database, type DatabaseOptions } from './database.ts';
import { forgetDays } from './forget-days.ts';
import { migrate, refuseNewerManifest } from './migrations/migrate.ts';
import { openRun } from './open-run.ts';
import { readBooks } from './read-books.ts';
import { settleRun } from './settle-run.ts';
import { noteRequests, stagePage } from './stage-page.ts';
import { readCallsAnswered, readStagedCalls } from './staged-calls.ts';
import { readPageNotes, readStagedPage, readStagedPages } from './staged-pages.ts';
import { beginChunk } from './statements/begin-chunk.ts';
import { callHistory } from './statements/call-history.ts';
import { chunkStatuses } from './statements/chunk-statuses.ts';
import { closeRun } from './statements/close-run.ts';
import { deletePages } from './statements/delete-pages.ts';
import { endBefore } from './statements/end-before.ts';
import { failChunks } from './statements/fail-chunks.ts';
import { failuresOf } from './statements/failures-of.ts';
import { findRun, retriesOf } from './statements/find-run.ts';
import { firstRows } from './statements/first-rows.ts';
import { isOpen } from './statements/is-open.ts';
import { isRunAnswered } from './statements/is-run-answered.ts';
import { leftRuns } from './statements/left-runs.ts';
import { listRuns } from './statements/list-runs.ts';
import { markLast } from './statements/mark-last.ts';
import { readRun } from './statements/read-run.ts';
import { readTrack } from './statements/read-track.ts';
import { failedSince, requestCounts } from './statements/request-counts.ts';
import { saveSelection } from './statements/save-selection.ts';
import { dropStaging, hasStaging } from './statements/staging-table.ts';
import { summariseRun } from './statements/summarise-run.ts';
import { unfinishedChunks } from './statements/unfinished-chunks.ts';
import { unloadedChunks } from './statements/unloaded-chunks.ts';
import { type LockPatience, lockPatience } from './tables/add-columns.ts';
import { previewTable } from './tables/complete-table.ts';
import { readTargetTable } from './tables/read-table.ts';
import { tryWrite } from './try-write.ts';
import type { OpenWarehouse } from './warehouse.ts';

export interface WarehouseOptions extends DatabaseOptions {
  /** Hears of each step of a chunk's commit, inside its transaction. For tests: what it throws undoes the commit. */
  readonly onStep?: (step: Step) => void | Promise<void>;
  /** How long others may have to wait for a new column. For tests: theirs is shorter. */
  readonly patience?: LockPatience;
}

/**
 * A warehouse, ready to use. It is connected to when it is first asked something, and its manifest is brought
 * up to date then; one that is away is tried again by the next who asks.
 */
export async function openWarehouse(
  setting: WarehouseSetting,
  { onStep = () => {}, patience = lockPatience, ...options }: WarehouseOptions = {},
): Promise<OpenWarehouse> {
  checkSchemaName(setting);
  const connected = connectDatabase(setting, options);
  const database = migratedFirst(connected);
  const { read, transact } = database;
  return {
    openRun: (run, chunks, table, signal) => openRun(database, run, chunks, table, { patience, signal }),
    target: (table) => read((tables) => readTargetTable(tables, table)),
    previewTarget: (target, shape) => connected.read((tables) => previewTable(tables, target, shape)),
    settleRun: (runId, period, chunks, freshness) => settleRun(database, runId, period, chunks, freshness),
    loadedDays: (river, table) => connected.read((tables) => readTrack(tables, river, table)),
    readRun: (runId) => read((tables) => readRun(tables, runId)),
    saveSelection: (runId, selection, warnings) =>
      read((tables) => saveSelection(tables, runId, selection, warnings)),
    unloadedChunks: (run) => read((tables) => unloadedChunks(tables, run)),
    unfinishedChunks: (runId, limit) => read((tables) => unfinishedChunks(tables, runId, limit)),
    beginChunk: (runId, chunk, anew) => transact((tables) => beginChunk(tables, runId, chunk, anew)),
    isOpen: (runId, chunk) => read((tables) => isOpen(tables, runId, chunk)),
    stagedCalls: (runId, chunk, slice) => readStagedCalls(database, { runId, chunk, slice }),
    callsAnswered: (runId, chunk, slice, statuses) =>
      readCallsAnswered(database, { runId, chunk, slice }, statuses),
    stagedPages: (runId, chunk, slice) => readStagedPages(database, { runId, chunk, slice }),
    stagedPage: (runId, chunk, slice, page) => readStagedPage(database, { runId, chunk, slice }, page),
    pageNotes: (runId, chunk, slice) => readPageNotes(database, { runId, chunk, slice }),
    stagePage: (runId, chunk, page, requests) => stagePage(database, runId, chunk, page, requests),
    tryWrite: (runId, bytes) => tryWrite(connected, { runId, bytes }),
    markLast: (runId, page, last) =>
      read(async (tables) => {
        if (await hasStaging(tables, runId)) await markLast(tables, runId, page, last);
      }),
    noteRequests: (runId, chunk, requests) => noteRequests(database, runId, chunk, requests),
    failuresOf: (runId, chunk, calls) => read((tables) => failuresOf(tables, runId, chunk, calls)),
    failedSince: (runId, since) => read((tables) => failedSince(tables, runId, since)),
    callHistory: (runId, call) => read((tables) => callHistory(tables, runId, call)),
    isRunAnswered: (runId) => read((tables) => isRunAnswered(tables, runId)),
    unstage: (runId, chunk, slices) =>
      read(async (tables) => {
        if (await hasStaging(tables, runId)) await deletePages(tables, runId, chunk, slices);
      }),
    redate: (runId, day) =>
      read(async (tables) => void (await tables.from('river_runs').where({ run: runId }).update({ day }))),
    commitChunk: (runId, chunk, request, signal) =>
      commitChunk(database, runId, chunk, request, { onStep, patience, signal }),
    failChunk: (run, chunk, error) =>
      transact(async (tables) => {
        await failChunks(tables, { run, chunk }, error);
        if (await hasStaging(tables, run)) await deletePages(tables, run, chunk);
      }),
    failUnloadedChunks: (run, error) => read((tables) => failChunks(tables, { run }, error)),
    closeRun: (runId, status, finishedAt) =>
      transact(async (tables) => {
        await closeRun(tables, runId, status, finishedAt);
        await dropStaging(tables, runId);
      }),
    requestCounts: (runId, dataCalls) => read((tables) => requestCounts(tables, runId, dataCalls)),
    retriesOf: (runId) => read((tables) => retriesOf(tables, runId)),
    summariseRun: (runId) => read((tables) => summariseRun(tables, runId)),
    leftRuns: () => read((tables) => leftRuns(tables)),
    closeLeft: (run, end) => transact((tables) => closeLeft(tables, run, end)),
    endBefore: (river, runId) => read((tables) => endBefore(tables, river, runId)),
    findRun: (workflowId) => read((tables) => findRun(tables, workflowId)),
    listRuns: (limit) => read((tables) => listRuns(tables, limit)),
    chunkStatuses: (runId) => read((tables) => chunkStatuses(tables, runId)),
    firstRows: (table, limit) => read((tables) => firstRows(tables, table, limit)),
    readBooks: (river) => readBooks(database, river),
    forgetDays: (days) => forgetDays(database, days),
    check: (targets) => check(connected, targets),
    close: () => connected.close(),
  };
}

/** A newer worker may bring the manifest up to its own date while this one works: so often it is looked at again. */
const lookAgainMs = 10_000;

/** The same database, whose manifest is brought up to date before it is used. */
function migratedFirst(database: Database): Database {
  let ready: Promise<void> | undefined;
  let lookedAt = 0;
  const untilReady = () => {
    if (ready === undefined || performance.now() - lookedAt > lookAgainMs) {
      lookedAt = performance.now();
      const look = ready === undefined ? migrate(database) : refuseNewerManifest(database);
      const looking = look.catch((error: unknown) => {
        if (ready === looking) ready = undefined;
        throw error;
      });
      ready = looking;
    }
    return ready;
  };
  /** What fits a newer manifest only fails in ways of its own: that it is newer is then what helps. */
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    await untilReady();
    try {
      return await work();
    } catch (error) {
      if (error instanceof SchemaConflictError || error instanceof DatabaseError)
        await refuseNewerManifest(database);
      throw error;
    }
  };
  return {
    ...database,
    read: (work) => guarded(() => database.read(work)),
    transact: (work, busyAtMostMs) => guarded(() => database.transact(work, busyAtMostMs)),
  };
}

function checkSchemaName({ client, name, schema }: WarehouseSetting): void {
  if (client !== 'pg' || schema === undefined) return;
  if (schema !== '' && !/[.\0]/.test(schema) && Buffer.byteLength(schema) <= 63) return;
  throw new ConfigurationError(
    `warehouses.${name}.schema: expected the name of one schema, at most 63 bytes and without a dot, got ${JSON.stringify(schema)}.`,
  );
}
