import { ConfigurationError } from '../domain/errors.ts';
import type { Configuration } from '../domain/river/configuration.ts';
import { resultOf } from '../domain/run/result-of.ts';
import type { ChunkStatus, RunResult } from '../domain/run/run-result.ts';
import { openWarehouse } from '../warehouse/open-warehouse.ts';
import type { OpenWarehouse } from '../warehouse/warehouse.ts';

/** The manifests of all configured warehouses, read together. */
export interface Books {
  /** The newest run of a workflow id, wherever it was loaded. */
  find(
    workflowId: string,
  ): Promise<{ readonly result: RunResult; readonly chunkStates: ChunkStatus[] } | undefined>;
  /** The newest runs first. */
  list(limit: number): Promise<RunResult[]>;
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
      if (!newest?.run) return undefined;
      const { books, run } = newest;
      const { runId } = run;
      return {
        result: resultOf(run, await books.summariseRun(runId)),
        chunkStates: await books.chunkStatuses(runId),
      };
    },
    async list(limit) {
      const runs = await Promise.all(all.map((books) => resultsOf(books, limit)));
      return runs
        .flat()
        .sort((a, b) => newestFirst(a.startedAt, b.startedAt))
        .slice(0, limit);
    },
    firstRows(name, table, limit) {
      const warehouse = warehouses.get(name);
      if (!warehouse) throw new ConfigurationError(`There is no warehouse ${name}.`);
      return warehouse.firstRows(table, limit);
    },
  };
}

const resultsOf = async (books: OpenWarehouse, limit: number): Promise<RunResult[]> =>
  Promise.all(
    (await books.listRuns(limit)).map(async (run) => resultOf(run, await books.summariseRun(run.runId))),
  );

const newestFirst = (a: string | null | undefined, b: string | null | undefined): number =>
  (b ?? '').localeCompare(a ?? '');
