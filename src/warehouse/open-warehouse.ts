import type { TableShape } from '#domain/column/river-table';
import { ConfigurationError, DatabaseError, SchemaConflictError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import type { CommitRequest } from '#domain/run/staged-page';
import type { NewRun, RetriableChunk } from '#domain/run/stored-run';
import { type AdoptionRequest, adoptRows } from './commit/adopt-rows.ts';
import type { Step } from './commit/chunk-load.ts';
import { storeChunk } from './commit/store-chunk.ts';
import { connectDatabase, type Database, type DatabaseOptions } from './database.ts';
import type { Tables } from './dialect.ts';
import {
  countFailedSince,
  countRequests,
  deleteCallsBefore,
  isRunAnswered,
  readCallHistory,
  readFailures,
} from './manifest/calls.ts';
import {
  markAllFailed,
  markFailed,
  markPulling,
  readChunkStatuses,
  readUnfinishedChunks,
} from './manifest/chunks.ts';
import { deleteLoadedDays, readLoadedDays } from './manifest/days.ts';
import { readManifestSnapshot } from './manifest/manifest-snapshot.ts';
import { recordFreshness, recordRun } from './manifest/record-run.ts';
import { findRun, listRuns, readEndBefore, readRetries, readUnloadedChunks } from './manifest/run-history.ts';
import {
  endOrphanedRun,
  endRun,
  readOrphanedRuns,
  readRun,
  saveDay,
  saveSelection,
} from './manifest/runs.ts';
import { noteRequests, stagePage } from './manifest/stage-page.ts';
import {
  readCallsAnswered,
  readPageNotes,
  readSlice,
  readStagedCalls,
  readStagedPage,
  readStagedPages,
} from './manifest/staged-pages.ts';
import { deleteStaged, markLastPage } from './manifest/staging.ts';
import { summariseRun } from './manifest/summarise-run.ts';
import { migrate, refuseNewerManifest } from './migrations/migrate.ts';
import { type LockPatience, lockPatience } from './tables/add-columns.ts';
import { previewTable } from './tables/complete-table.ts';
import { readTargetTable } from './tables/read-table.ts';
import { readFirstRows } from './tables/target-rows.ts';
import { checkWarehouse, tryWrite } from './try-write.ts';

export interface WarehouseOptions extends DatabaseOptions {
  /** Hears of each step of a chunk's commit, inside its transaction. For tests: what it throws undoes the commit. */
  readonly onStep?: (step: Step) => void | Promise<void>;
  /** How long others may have to wait for a new column. For tests: theirs is shorter. */
  readonly patience?: LockPatience;
}

/** A warehouse that is open: target, manifest and staging. Every function may be repeated. */
export type OpenWarehouse = Awaited<ReturnType<typeof openWarehouse>>;

/**
 * A warehouse, ready to use: the functions of `manifest`, `tables` and `commit`, bound to its database. It is connected to when it
 * is first asked something, and its manifest is brought up to date then; one that is away is tried again by the next who asks.
 */
export async function openWarehouse(
  setting: WarehouseSetting,
  { onStep = () => {}, patience = lockPatience, ...options }: WarehouseOptions = {},
) {
  checkSchemaName(setting);
  const connected = connectDatabase(setting, options);
  const database = migratedFirst(connected);
  return {
    ...reading(database, {
      countFailedSince,
      countRequests,
      deleteStaged,
      findRun,
      isRunAnswered,
      listRuns,
      markAllFailed,
      markLastPage,
      readCallHistory,
      readChunkStatuses,
      readEndBefore,
      readFailures,
      readFirstRows,
      readOrphanedRuns,
      readRetries,
      readRun,
      readStagedPage,
      readTargetTable,
      readUnfinishedChunks,
      readUnloadedChunks,
      saveDay,
      saveSelection,
      summariseRun,
    }),
    ...inTransaction(database, { endOrphanedRun, endRun, markFailed, markPulling }),
    ...withDatabase(database, {
      deleteLoadedDays,
      noteRequests,
      readCallsAnswered,
      readManifestSnapshot,
      readPageNotes,
      readSlice,
      readStagedCalls,
      readStagedPages,
      recordFreshness,
      stagePage,
    }),
    // What is looked at beforehand, or tried, leaves no manifest behind.
    ...reading(connected, { previewTable, readLoadedDays }),
    ...withDatabase(connected, { checkWarehouse, tryWrite }),
    recordRun: (run: NewRun, chunks: readonly RetriableChunk[], shape: TableShape, signal?: AbortSignal) =>
      recordRun(database, run, chunks, shape, { patience, signal }),
    /** Deletes the requests that are kept no longer. */
    pruneCalls: (now: Date) =>
      deleteCallsBefore(database, new Date(now.getTime() - setting.keepCallsForMs).toISOString()),
    adoptRows: (request: AdoptionRequest) => adoptRows(database, request, patience),
    storeChunk: (runId: string, chunk: string, request: CommitRequest, signal?: AbortSignal) =>
      storeChunk(database, runId, chunk, request, { onStep, patience, signal }),
    /** Gives its connections back. */
    close: () => connected.close(),
  };
}

/** Functions without their first argument. */
type Bound<T> = {
  readonly [K in keyof T]: T[K] extends (first: never, ...rest: infer A) => infer R
    ? (...rest: A) => R
    : never;
};

type OfTables = Readonly<Record<string, (tables: Tables, ...rest: never[]) => Promise<unknown>>>;

/** Each reads, or is a statement that stands alone. */
const reading = <T extends OfTables>({ read }: Database, functions: T): Bound<T> =>
  bind(
    functions,
    (work) =>
      (...rest) =>
        read((tables) => work(tables, ...rest)),
  );

/** Each is done whole or not at all. */
const inTransaction = <T extends OfTables>({ transact }: Database, functions: T): Bound<T> =>
  bind(
    functions,
    (work) =>
      (...rest) =>
        transact((tables) => work(tables, ...rest)),
  );

/** Each begins and ends its transactions itself. */
const withDatabase = <T extends Readonly<Record<string, (database: Database, ...rest: never[]) => unknown>>>(
  database: Database,
  functions: T,
): Bound<T> =>
  bind(
    functions,
    (work) =>
      (...rest) =>
        work(database, ...rest),
  );

function bind<T extends object, F extends T[keyof T]>(
  functions: T,
  to: (work: F) => (...rest: never[]) => unknown,
): Bound<T> {
  const bound = Object.entries(functions).map(([name, work]) => [name, to(work)]);
  return Object.fromEntries(bound) as Bound<T>;
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
