import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, RiverError, WarehouseUnavailableError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { buildResult } from '#domain/run/build-result';
import { countPlannedCalls, listDataCallNames } from '#domain/run/plan-run';
import type { CallCounts, ChunkStatus, RetryOfRun, RunResult, Warning } from '#domain/run/run-result';
import type { StoredRun } from '#domain/run/stored-run';
import type { OpenWarehouse } from '#warehouse/open-warehouse';

/** A run as its manifest has it, chunk by chunk. */
export interface ManifestRun {
  readonly result: RunResult;
  readonly chunkStates: readonly ChunkStatus[];
  /** The runs that have retried it, the oldest first. */
  readonly retries: readonly RetryOfRun[];
}

/** The manifests of all configured warehouses, read together. Where one cannot be reached, the others answer all the same. */
export interface Manifests {
  /** The warehouses that have not answered so far, and why. */
  readonly missing: readonly MissingWarehouse[];
  /** The newest run of a workflow id, wherever it was loaded. */
  find(workflowId: string): Promise<ManifestRun | undefined>;
  /** The newest runs first. */
  list(limit: number): Promise<ManifestRun[]>;
  /** The last warning of the newest run of a workflow id; undefined where it has none. */
  lastWarning(workflowId: string): Promise<Warning | undefined>;
  /** A few rows of a target, to show. */
  firstRows(warehouse: string, table: string, limit: number): Promise<Record<string, unknown>[]>;
}

/** A warehouse that could not be read. */
export interface MissingWarehouse {
  readonly warehouse: string;
  readonly why: RiverError;
}

/** Opens every configured warehouse, hands its manifest to `work`, and closes them again. */
export async function withManifests<T>(
  configuration: Configuration,
  work: (manifests: Manifests) => Promise<T>,
): Promise<T> {
  const { openWarehouse } = await import('#warehouse/open-warehouse');
  const opened = new Map<string, OpenWarehouse>();
  for (const [name, setting] of configuration.warehouses)
    opened.set(name, await openWarehouse(setting, { onlyReads: true }));
  try {
    return await work(createManifests(opened));
  } finally {
    await Promise.all([...opened.values()].map(closeInTime));
  }
}

function createManifests(warehouses: ReadonlyMap<string, OpenWarehouse>): Manifests {
  const missing: MissingWarehouse[] = [];
  /** Asks one warehouse; undefined where it does not answer now, or has not answered before. */
  const ask = async <T>(
    name: string,
    work: (warehouse: OpenWarehouse) => Promise<T>,
  ): Promise<T | undefined> => {
    const opened = warehouses.get(name);
    if (!opened || missing.some(({ warehouse }) => warehouse === name)) return undefined;
    try {
      return await answerInTime(name, work(opened));
    } catch (error) {
      if (!(error instanceof RiverError)) throw error;
      missing.push({ warehouse: name, why: error });
      return undefined;
    }
  };
  const askAll = async <T>(work: (warehouse: OpenWarehouse) => Promise<T>) => {
    const all = [...warehouses.keys()].map(async (name) => ({ name, answer: await ask(name, work) }));
    return Promise.all(all);
  };
  return {
    missing,
    async find(workflowId) {
      const found = await askAll((opened) => opened.findRun(workflowId));
      const [newest] = found.sort((a, b) => newestFirst(a.answer?.startedAt, b.answer?.startedAt));
      const run = newest?.answer;
      return newest && run && ask(newest.name, (opened) => readManifestRun(opened, run));
    },
    async lastWarning(workflowId) {
      const found = await askAll(async (opened) => {
        const run = await opened.findRun(workflowId);
        return run && (await opened.summariseRun(run.runId)).warnings;
      });
      return found.flatMap(({ answer = [] }) => answer).at(-1);
    },
    async list(limit) {
      const found = await askAll((opened) => opened.listRuns(limit));
      const newest = found
        .flatMap(({ name, answer = [] }) => answer.map((run) => ({ name, run })))
        .sort((a, b) => newestFirst(a.run.startedAt, b.run.startedAt))
        .slice(0, limit);
      const all = newest.map(({ name, run }) => ask(name, (opened) => readManifestRun(opened, run)));
      return (await Promise.all(all)).filter((run) => run !== undefined);
    },
    firstRows(name, table, limit) {
      const warehouse = warehouses.get(name);
      if (!warehouse) throw new ConfigurationError(`There is no warehouse ${name}.`);
      return warehouse.readFirstRows(table, limit);
    },
  };
}

const readManifestRun = async (warehouse: OpenWarehouse, run: StoredRun): Promise<ManifestRun> => ({
  result: await readResult(warehouse, run),
  chunkStates: await warehouse.readChunkStatuses(run.runId),
  // A run that has succeeded, or is under way, has no retries.
  retries:
    run.status === 'succeeded' || run.status === 'running' ? [] : await warehouse.readRetries(run.runId),
});

async function readResult(warehouse: OpenWarehouse, run: StoredRun): Promise<RunResult> {
  const summary = await warehouse.summariseRun(run.runId);
  return buildResult(run, summary, await readCallCounts(warehouse, run, summary.calls));
}

async function readCallCounts(
  warehouse: OpenWarehouse,
  run: StoredRun,
  calls: number,
): Promise<CallCounts | null> {
  if (run.status === 'running') return null;
  // A retry pulls less than its original has planned.
  const planned = run.retryOf ? null : countPlannedCalls(run);
  const counts = await warehouse.countRequests(run.runId, listDataCallNames(run.river));
  // Its requests are kept no longer: how they went is not known any more.
  return counts.made === 0 && calls > 0 ? null : { planned, ...counts };
}

const newestFirst = (a: string | null | undefined, b: string | null | undefined): number =>
  (b ?? '').localeCompare(a ?? '');

/** A person waits for the command. */
const answersWithinMs = 10_000;
const closesWithinMs = 1_000;

/** What a warehouse answers. Throws WarehouseUnavailableError where it takes too long: a warehouse may hang without any error. */
export async function answerInTime<T>(
  warehouse: string,
  answer: Promise<T>,
  withinMs = answersWithinMs,
): Promise<T> {
  return withTimeLimit(withinMs, answer, () => {
    throw new WarehouseUnavailableError(
      `The warehouse ${warehouse} has not answered within ${withinMs / 1000} s.`,
    );
  });
}

/** Closes its connections; those that hang are left open until the process ends. */
export async function closeInTime(warehouse: OpenWarehouse): Promise<void> {
  await withTimeLimit(
    closesWithinMs,
    warehouse.close().catch(() => {}),
    () => {},
  );
}

async function withTimeLimit<T>(ms: number, work: Promise<T>, onTimeout: () => T): Promise<T> {
  const timer = new AbortController();
  try {
    return await Promise.race([work, sleep(ms, undefined, { signal: timer.signal }).then(onTimeout)]);
  } finally {
    timer.abort();
  }
}
