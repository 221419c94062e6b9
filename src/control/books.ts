import { ConfigurationError, RiverError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { buildResult } from '#domain/run/build-result';
import { countPlannedCalls, listDataCallNames } from '#domain/run/plan-run';
import type { CallCounts, ChunkStatus, RetryOfRun, RunResult } from '#domain/run/run-result';
import type { StoredRun } from '#domain/run/stored-run';
import { openWarehouse } from '#warehouse/open-warehouse';
import type { OpenWarehouse } from '#warehouse/warehouse';
import { answeredSoon, closeSoon } from './answered-soon.ts';

/** A run as its manifest has it, chunk by chunk. */
export interface BookedRun {
  readonly result: RunResult;
  readonly chunkStates: readonly ChunkStatus[];
  /** The runs that have retried it, the oldest first. */
  readonly retries: readonly RetryOfRun[];
}

/** The manifests of all configured warehouses, read together. One that is away takes nothing from what the others say. */
export interface Books {
  /** Which warehouses have not answered until now, and why. */
  readonly missing: readonly Missing[];
  /** The newest run of a workflow id, wherever it was loaded. */
  find(workflowId: string): Promise<BookedRun | undefined>;
  /** The newest runs first. */
  list(limit: number): Promise<BookedRun[]>;
  /** A few rows of a target, to show. */
  firstRows(warehouse: string, table: string, limit: number): Promise<Record<string, unknown>[]>;
}

/** A warehouse of which nothing can be said. */
export interface Missing {
  readonly warehouse: string;
  readonly why: RiverError;
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
    await Promise.all([...opened.values()].map(closeSoon));
  }
}

function booksOf(warehouses: ReadonlyMap<string, OpenWarehouse>): Books {
  const missing: Missing[] = [];
  /** Asks a warehouse; undefined where it does not answer, now or before. */
  const ask = async <T>(name: string, work: (books: OpenWarehouse) => Promise<T>): Promise<T | undefined> => {
    const books = warehouses.get(name);
    if (!books || missing.some(({ warehouse }) => warehouse === name)) return undefined;
    try {
      return await answeredSoon(name, work(books));
    } catch (error) {
      if (!(error instanceof RiverError)) throw error;
      missing.push({ warehouse: name, why: error });
      return undefined;
    }
  };
  const askAll = async <T>(work: (books: OpenWarehouse) => Promise<T>) => {
    const all = [...warehouses.keys()].map(async (name) => ({ name, answer: await ask(name, work) }));
    return Promise.all(all);
  };
  return {
    missing,
    async find(workflowId) {
      const found = await askAll((books) => books.findRun(workflowId));
      const [newest] = found.sort((a, b) => newestFirst(a.answer?.startedAt, b.answer?.startedAt));
      const run = newest?.answer;
      return newest && run && ask(newest.name, (books) => booked(books, run));
    },
    async list(limit) {
      const found = await askAll((books) => books.listRuns(limit));
      const newest = found
        .flatMap(({ name, answer = [] }) => answer.map((run) => ({ name, run })))
        .sort((a, b) => newestFirst(a.run.startedAt, b.run.startedAt))
        .slice(0, limit);
      const all = newest.map(({ name, run }) => ask(name, (books) => booked(books, run)));
      return (await Promise.all(all)).filter((run) => run !== undefined);
    },
    firstRows(name, table, limit) {
      const warehouse = warehouses.get(name);
      if (!warehouse) throw new ConfigurationError(`There is no warehouse ${name}.`);
      return warehouse.firstRows(table, limit);
    },
  };
}

const booked = async (books: OpenWarehouse, run: StoredRun): Promise<BookedRun> => ({
  result: buildResult(run, await books.summariseRun(run.runId), await callCountsOf(books, run)),
  chunkStates: await books.chunkStatuses(run.runId),
  // What has succeeded, or is under way, nobody retries.
  retries: run.status === 'succeeded' || run.status === 'running' ? [] : await books.retriesOf(run.runId),
});

async function callCountsOf(books: OpenWarehouse, run: StoredRun): Promise<CallCounts | null> {
  if (run.status === 'running') return null;
  // What a retry was to pull is not what its original planned.
  const planned = run.retryOf ? null : countPlannedCalls(run);
  return { planned, ...(await books.requestCounts(run.runId, listDataCallNames(run.river))) };
}

const newestFirst = (a: string | null | undefined, b: string | null | undefined): number =>
  (b ?? '').localeCompare(a ?? '');
