import type { CallsOfDay } from '#domain/call/call-history';
import type { DateRange, Day } from '#domain/period/date-range';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import { buildResult } from '#domain/run/build-result';
import type { CoverageFacts } from '#domain/run/coverage';
import type { ChunkStatus, RetryOfRun, RunResult, RunStatus } from '#domain/run/run-result';
import type { StoredRun } from '#domain/run/stored-run';
import { type OpenWarehouse, openWarehouse } from '#warehouse/open-warehouse';
import { answerInTime, closeInTime } from './manifests.ts';

/** A run as a list shows it. */
export interface ListedRun {
  readonly warehouse: string;
  readonly report: string;
  readonly connection: string;
  readonly table: string;
  /** In numbers; warnings are left out, and of its errors the first is named. */
  readonly result: RunResult;
}

/** Which runs are listed, the newest first. */
export interface ListedRuns {
  readonly limit: number;
  readonly river?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly after?: { readonly startedAt: string; readonly runId: string } | undefined;
}

/** One run with its warnings, and the runs that have retried it. */
export interface RunInFull extends ListedRun {
  readonly retries: readonly RetryOfRun[];
}

/** What pages read of one warehouse's manifest. Rejects with a RiverError where the warehouse does not answer in time. */
export interface ManifestReader {
  readonly warehouse: string;
  /** What is known of the days of these rivers, by river. */
  coverage(
    rivers: readonly { readonly river: string; readonly table: string }[],
    between: DateRange,
  ): Promise<ReadonlyMap<string, CoverageFacts>>;
  runs(wanted: ListedRuns): Promise<ListedRun[]>;
  newestRuns(rivers: readonly string[]): Promise<ListedRun[]>;
  /** The newest run of a workflow id. */
  run(workflowId: string): Promise<RunInFull | undefined>;
  chunks(
    runId: string,
    part: { readonly from: number; readonly limit: number; readonly onlyUnloaded: boolean },
  ): Promise<ChunkStatus[]>;
  /** `river`: only its calls. */
  callsByDay(days: readonly Day[], river?: string): Promise<CallsOfDay[]>;
}

/** The manifests of all configured warehouses, kept open for as long as pages are served. */
export interface ManifestReaders {
  /** Those of the configuration as it is now: a warehouse whose setting has changed is opened anew. */
  of(configuration: Configuration): Promise<readonly ManifestReader[]>;
  close(): Promise<void>;
}

export function createManifestReaders(): ManifestReaders {
  const opened = new Map<
    string,
    { readonly setting: WarehouseSetting; readonly warehouse: Promise<OpenWarehouse> }
  >();
  const close = async ({ warehouse }: { readonly warehouse: Promise<OpenWarehouse> }) =>
    closeInTime(await warehouse);
  return {
    async of({ warehouses }) {
      for (const [name, known] of opened) {
        if (warehouses.get(name) === known.setting) continue;
        opened.delete(name);
        void close(known);
      }
      const readers = [...warehouses].map(async ([name, setting]) => {
        const known = opened.get(name) ?? { setting, warehouse: openWarehouse(setting, { onlyReads: true }) };
        opened.set(name, known);
        return createReader(name, await known.warehouse);
      });
      return Promise.all(readers);
    },
    async close() {
      await Promise.all([...opened.values()].map(close));
    },
  };
}

function createReader(name: string, warehouse: OpenWarehouse): ManifestReader {
  const inTime = <T>(answer: Promise<T>) => answerInTime(name, answer);
  const list = async (runs: readonly StoredRun[]): Promise<ListedRun[]> => {
    const counts = await warehouse.countRuns(runs.map(({ runId }) => runId));
    return runs.flatMap((run) => {
      const counted = counts.get(run.runId);
      if (!counted) return [];
      const { error, ...numbers } = counted;
      const failedChunks = error === null ? [] : [{ start: null, end: null, error }];
      const summary = {
        ...numbers,
        failedChunks,
        lostCalls: 0,
        warnings: [],
        ...isOverwritten(run, numbers),
      };
      return [{ ...describe(name, run), result: buildResult(run, summary) }];
    });
  };
  return {
    warehouse: name,
    coverage: (rivers, between) => inTime(warehouse.readCoverage(rivers, between)),
    runs: (wanted) => inTime(warehouse.readRunPage(wanted).then(list)),
    newestRuns: (rivers) => inTime(warehouse.readNewestRuns(rivers).then(list)),
    run: (workflowId) =>
      inTime(
        (async () => {
          const run = await warehouse.findRun(workflowId);
          if (!run) return undefined;
          const [summary, retries] = [
            await warehouse.summariseRun(run.runId),
            await warehouse.readRetries(run.runId),
          ];
          return { ...describe(name, run), result: buildResult(run, summary), retries };
        })(),
      ),
    chunks: (runId, part) => inTime(warehouse.readChunkPage(runId, part)),
    callsByDay: (days, river) => inTime(warehouse.countCallsByDay(days, river)),
  };
}

const describe = (warehouse: string, { river }: StoredRun) => ({
  warehouse,
  report: river.report,
  connection: river.connection,
  table: river.target.table,
});

/** A run that has loaded all its chunks and failed all the same has not replaced its table's content. */
const isOverwritten = (
  { river, status }: StoredRun,
  { chunks }: Pick<RunResult, 'chunks'>,
): Pick<RunResult, 'overwritten'> =>
  river.target.load === 'overwrite' && status !== 'running'
    ? { overwritten: status === 'succeeded' || (chunks !== null && chunks.loaded < chunks.total) }
    : {};
