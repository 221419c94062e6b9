import { ConfigurationError } from '../domain/errors.ts';
import type { Configuration } from '../domain/river/configuration.ts';
import { dataCallsOf, plannedCalls } from '../domain/run/planned-calls.ts';
import { resultOf } from '../domain/run/result-of.ts';
import type { CallCounts, ChunkStatus, RetryOfRun, RunResult } from '../domain/run/run-result.ts';
import type { StoredRun } from '../domain/run/stored-run.ts';
import { openWarehouse } from '../warehouse/open-warehouse.ts';
import type { OpenWarehouse } from '../warehouse/warehouse.ts';

/** A run as its manifest has it, chunk by chunk. */
export interface BookedRun {
  readonly result: RunResult;
  readonly chunkStates: readonly ChunkStatus[];
  /** The runs that have retried it, the oldest first. */
  readonly retries: readonly RetryOfRun[];
}

/** The manifests of all configured warehouses, read together. */
export interface Books {
  /** The newest run of a workflow id, wherever it was loaded. */
  find(workflowId: string): Promise<BookedRun | undefined>;
  /** The newest runs first. */
  list(limit: number): Promise<BookedRun[]>;
  /** A few rows of a target, to show. */
  firstRows(warehouse: string, table: string, limit: number): Promise<Record<string, unknown>[]>;
}

/** Opens every configured warehouse, hands its manifest to `work`, and closes them again. */
export async function withBooks<T>(
  configuration: Configuration,
  work: (books: Books) => Promise<T>,
): Promise<T> {
  const opened = new Map<string, OpenWarehouse>();
  for (const [name, setting] of configuration.warehouses) opened.set(name, await openWarehouse(setting));
  try {
    return await work(booksOf(opened));
  } finally {
    await Promise.all([...opened.values()].map((warehouse) => warehouse.close()));
  }
}

function booksOf(warehouses: ReadonlyMap<string, OpenWarehouse>): Books {
  const all = [...warehouses.values()];
  return {
    async find(workflowId) {
      const found = await Promise.all(
        all.map(async (books) => ({ books, run: await books.findRun(workflowId) })),
      );
      const [newest] = found.sort((a, b) => newestFirst(a.run?.startedAt, b.run?.startedAt));
      return newest?.run && booked(newest.books, newest.run);
    },
    async list(limit) {
      const found = await Promise.all(
        all.map(async (books) => (await books.listRuns(limit)).map((run) => ({ books, run }))),
      );
      const newest = found
        .flat()
        .sort((a, b) => newestFirst(a.run.startedAt, b.run.startedAt))
        .slice(0, limit);
      return Promise.all(newest.map(({ books, run }) => booked(books, run)));
    },
    firstRows(name, table, limit) {
      const warehouse = warehouses.get(name);
      if (!warehouse) throw new ConfigurationError(`There is no warehouse ${name}.`);
      return warehouse.firstRows(table, limit);
    },
  };
}

const booked = async (books: OpenWarehouse, run: StoredRun): Promise<BookedRun> => ({
  result: resultOf(run, await books.summariseRun(run.runId), await callCountsOf(books, run)),
  chunkStates: await books.chunkStatuses(run.runId),
  // What has succeeded, or is under way, nobody retries.
  retries: run.status === 'succeeded' || run.status === 'running' ? [] : await books.retriesOf(run.runId),
});

async function callCountsOf(books: OpenWarehouse, run: StoredRun): Promise<CallCounts | null> {
  if (run.status === 'running') return null;
  // What a retry was to pull is not what its original planned.
  const planned = run.retryOf ? null : plannedCalls(run);
  return { planned, ...(await books.requestCounts(run.runId, dataCallsOf(run.river))) };
}

const newestFirst = (a: string | null | undefined, b: string | null | undefined): number =>
  (b ?? '').localeCompare(a ?? '');
