import type { TableShape } from '#domain/column/river-table';
import { ConfigurationError, DatabaseError, SchemaConflictError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import type { CommitRequest, OverwriteRequest } from '#domain/run/staged-page';
import type { NewRun, RetriableChunk } from '#domain/run/stored-run';
import { type AdoptionRequest, adoptRows } from './commit/adopt-rows.ts';
import { deleteLoadedDays } from './commit/forget-days.ts';
import type { Step } from './commit/mark-change.ts';
import { storeChunk } from './commit/store-chunk.ts';
import { storeOverwrite } from './commit/store-overwrite.ts';
import { connectDatabase, type Database, type DatabaseOptions } from './database.ts';
import { joinDatabases, type Side } from './databases.ts';
import type { Tables } from './dialect.ts';
import {
  countCallsByDay,
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
  readChunkPage,
  readChunkStatuses,
  readUnfinishedChunks,
} from './manifest/chunks.ts';
import { readCoverage } from './manifest/coverage.ts';
import { readLoadedDays, readLoadedWith } from './manifest/days.ts';
import { makeLoads, refuseOtherBooks } from './manifest/loads.ts';
import { readManifestSnapshot } from './manifest/manifest-snapshot.ts';
import { recordFreshness, recordRun } from './manifest/record-run.ts';
import {
  findRun,
  listRuns,
  readEndBefore,
  readNewestRuns,
  readRetries,
  readRunPage,
  readUnloadedChunks,
} from './manifest/run-history.ts';
import {
  deleteSelectionsBefore,
  endOrphanedRun,
  endRun,
  readOrphanedRuns,
  readRun,
  saveDay,
  saveSelection,
} from './manifest/runs.ts';
import { noteRequests, packer, stagePage } from './manifest/stage-page.ts';
import {
  readCallsAnswered,
  readPageNotes,
  readSlice,
  readStagedCalls,
  readStagedPage,
  readStagedPages,
} from './manifest/staged-pages.ts';
import { deleteStaged, markLastPage } from './manifest/staging.ts';
import { countRuns, summariseRun } from './manifest/summarise-run.ts';
import { migrate, refuseNewerManifest } from './migrations/migrate.ts';
import { waitingUntil } from './table-queue.ts';
import { type LockPatience, lockPatience } from './tables/add-columns.ts';
import { readColumnNames } from './tables/column-names.ts';
import { previewTable } from './tables/preview-table.ts';
import { readTargetTable } from './tables/read-table.ts';
import { findLockHolder, readFirstRows } from './tables/target-rows.ts';
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
  /** A database as it is, and made ready. */
  const connect = (of: WarehouseSetting, ready: (database: Database) => Database) => {
    const there = connectDatabase(of, options);
    const instead = options.onlyReads ? there.dialect.readInstead?.(of) : undefined;
    if (!instead) return [there, ready(there)] as const;
    const empty = connectDatabase(instead, options);
    return [onceThere(of, there, empty), onceThere(of, ready(there), ready(empty))] as const;
  };
  const [books, readyBooks] = connect(setting.books ?? setting, migratedFirst);
  const [target, readyTarget] = setting.books ? connect(setting, withLoadsFirst) : [books, readyBooks];
  const databases = joinDatabases(readyBooks, readyTarget, setting.name);
  // What is looked at beforehand, or tried, leaves no manifest behind.
  const asTheyAre = joinDatabases(books, target, setting.name);
  const keptSince = (now: Date) => new Date(now.getTime() - setting.keepCallsForMs).toISOString();
  return {
    ...reading(databases.books, {
      countCallsByDay,
      countFailedSince,
      countRequests,
      countRuns,
      deleteStaged,
      findRun,
      isRunAnswered,
      listRuns,
      markLastPage,
      readCallHistory,
      readChunkPage,
      readChunkStatuses,
      readCoverage,
      readEndBefore,
      readFailures,
      readNewestRuns,
      readOrphanedRuns,
      readRetries,
      readRun,
      readRunPage,
      readStagedPage,
      readUnfinishedChunks,
      readUnloadedChunks,
      saveDay,
      saveSelection,
      summariseRun,
    }),
    ...reading(databases.target, { findLockHolder, readFirstRows }),
    ...reading(databases, { readTargetTable }),
    ...reading(asTheyAre, {
      previewTable,
      readColumnNames,
      readLoadedDays,
      readLoadedWith,
      refuseOtherBooks,
    }),
    ...inTransaction(databases.books, { endOrphanedRun, endRun, markAllFailed, markFailed, markPulling }),
    ...bound(databases.books, {
      noteRequests,
      readCallsAnswered,
      readPageNotes,
      readStagedCalls,
      recordFreshness,
      stagePage,
    }),
    ...bound(databases, { deleteLoadedDays, readManifestSnapshot, readSlice, readStagedPages }),
    ...bound(asTheyAre, { checkWarehouse, tryWrite }),
    recordRun: (run: NewRun, chunks: readonly RetriableChunk[], shape: TableShape, signal?: AbortSignal) =>
      waitingUntil(signal, () =>
        recordRun(databases, run, chunks, shape, { patience, signal, keptSince: keptSince(new Date()) }),
      ),
    readPacker: async () => packer(target.dialect),
    /** Deletes what is kept no longer: requests, and what filters came to. */
    async pruneRuns(now: Date) {
      const before = keptSince(now);
      await deleteCallsBefore(databases.books, before);
      await databases.books.read((books) => deleteSelectionsBefore(books, before));
    },
    adoptRows: (request: AdoptionRequest) => adoptRows(databases, request, patience),
    storeChunk: (runId: string, chunk: string, request: CommitRequest, signal?: AbortSignal) =>
      waitingUntil(signal, () => storeChunk(databases, runId, chunk, request, { onStep, patience, signal })),
    storeOverwrite: (runId: string, request: OverwriteRequest, signal?: AbortSignal) =>
      waitingUntil(signal, () => storeOverwrite(databases, runId, request, { onStep, patience, signal })),
    /** Gives its connections back. */
    async close() {
      await Promise.all([...new Set([books, target])].map((database) => database.close()));
    },
  };
}

/** Functions without their first argument. */
type Bound<T> = {
  readonly [K in keyof T]: T[K] extends (first: never, ...rest: infer A) => infer R
    ? (...rest: A) => R
    : never;
};

type Functions<T> = Readonly<Record<string, (first: T, ...rest: never[]) => Promise<unknown>>>;

/** Each reads, or is a statement that stands alone. */
const reading = <R, T extends Functions<R>>(
  { read }: { read<A>(work: (tables: R) => Promise<A>): Promise<A> },
  functions: T,
): Bound<T> =>
  bind(
    functions,
    (work) =>
      (...rest) =>
        read((tables) => work(tables, ...rest)),
  );

/** Each is done whole or not at all. */
const inTransaction = <R extends Tables, T extends Functions<R>>(
  { transact }: Side<R>,
  functions: T,
): Bound<T> =>
  bind(
    functions,
    (work) =>
      (...rest) =>
        transact((tables) => work(tables, ...rest)),
  );

/** Each begins and ends its transactions itself. */
const bound = <D, T extends Readonly<Record<string, (first: D, ...rest: never[]) => unknown>>>(
  first: D,
  functions: T,
): Bound<T> =>
  bind(
    functions,
    (work) =>
      (...rest) =>
        work(first, ...rest),
  );

function bind<T extends object, F extends T[keyof T]>(
  functions: T,
  to: (work: F) => (...rest: never[]) => unknown,
): Bound<T> {
  const bound = Object.entries(functions).map(([name, work]) => [name, to(work)]);
  return Object.fromEntries(bound) as Bound<T>;
}

/** The empty database until the other one is there, which a run may make while somebody watches. */
function onceThere(setting: WarehouseSetting, there: Database, empty: Database): Database {
  const now = () => (there.dialect.readInstead?.(setting) ? empty : there);
  return {
    ...there,
    read: (work) => now().read(work),
    transact: (work, busyAtMostMs) => now().transact(work, busyAtMostMs),
    async close() {
      await Promise.all([there.close(), empty.close()]);
    },
  };
}

/** The same database, in which there is a table for what was done there, before anything is. */
function withLoadsFirst(target: Database): Database {
  let ready: Promise<void> | undefined;
  return {
    ...target,
    async transact(work, busyAtMostMs) {
      ready ??= makeLoads(target);
      const making = ready;
      await making.catch((error: unknown) => {
        if (ready === making) ready = undefined;
        throw error;
      });
      return target.transact(work, busyAtMostMs);
    },
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
  // The last two Knex reads as SQL in the migrator's own statements.
  if (schema !== '' && !/[.\0?]| as /i.test(schema) && Buffer.byteLength(schema) <= 63) return;
  throw new ConfigurationError(
    `warehouses.${name}.schema: expected the name of one schema, at most 63 bytes and without a dot, a question mark or " as ", got ${JSON.stringify(schema)}.`,
  );
}
