import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, RiverError, WarehouseUnavailableError } from '#domain/errors';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import { checkTables } from '#domain/river/check-river';
import type { RetryInput } from '#domain/river/read-run-input';
import type { River } from '#domain/river/river';
import { withEmptied } from '#domain/river/target';
import type { NewRun, RetriableChunk, StoredRun } from '#domain/run/stored-run';
import type { OpenRunRequest } from './contract.ts';
import { readOpenedRun, reportOfRiver, understood } from './opened-run.ts';
import type { ActivityPorts } from './ports.ts';
import type { RunOpening, Warehouses } from './warehouse-ports.ts';

/** What a run is opened with. */
export type OpeningPorts = Pick<ActivityPorts, 'configurations' | 'runs' | 'optimove' | 'draining'> &
  Warehouses<RunOpening>;

/** A run that is to be opened, and where. */
export interface Opening {
  readonly warehouse: RunOpening;
  readonly run: NewRun;
  readonly chunks: readonly RetriableChunk[];
}

interface Found {
  readonly warehouse: RunOpening;
  readonly run: StoredRun;
}

/**
 * Plans to complete an earlier run: with its own river, day and filters, all its chunks that are not loaded. A retry of a
 * retry completes the first run. Opened once, a retry stays as it was opened, whatever is reset.
 * A report that answers with the present state has no other day than that of the call: it is dated by the retry.
 */
export async function planRetry(
  ports: OpeningPorts,
  { workflowId, allowEmptied }: RetryInput,
  request: OpenRunRequest,
): Promise<Opening> {
  const warehouses = await allWarehouses(ports);
  const { found: runs, away } = await lookIn(
    warehouses,
    async (warehouse) => (await warehouse.readRun(request.runId)) ?? (await warehouse.findRun(workflowId)),
  );
  const before = runs.find(({ run }) => run.runId === request.runId);
  if (before) return { warehouse: before.warehouse, run: understood(before.run), chunks: [] };
  // A workflow id that was used several times means its newest run.
  const [found] = runs.sort((a, b) => b.run.startedAt.localeCompare(a.run.startedAt));
  if (!found && away) throw away;
  if (!found) {
    throw new ConfigurationError(
      `input retryFailedChunksOf: there is no run ${workflowId} in any manifest, so it was never opened. \`river status\` lists the newest runs; one that was refused is started anew.`,
    );
  }
  const { warehouse } = found;
  const run = understood(found.run);
  const original = run.retryOf ? await readOpenedRun(warehouse, run.retryOf.runId) : run;
  for (const each of new Set([run, original])) await refuseOpen(ports, each);
  const { river, period, ownFilters, freshness, salts } = original;
  await refuseSharedTable(ports, river);
  const { runId, startedAt } = request;
  const retryOf = { runId: original.runId, workflowId: original.workflowId };
  return {
    warehouse,
    run: {
      runId,
      workflowId: request.workflowId,
      river: withEmptied(river, allowEmptied),
      period,
      ...toDates(original, request.instant),
      startedAt,
      retryOf,
      ownFilters,
      ...(salts && { salts }),
      ...(freshness && { freshness }),
    },
    chunks: await warehouse.readUnloadedChunks(original),
  };
}

/** The day of the retry, and what its filters came to: the original's, but for what dates a report of the present state. */
function toDates(
  { river, day, selection, listWarnings = [] }: StoredRun,
  instant: string,
): Pick<NewRun, 'day' | 'selection' | 'listWarnings'> {
  const { snapshot } = reportOfRiver(river);
  if (snapshot === undefined) return { day, selection, listWarnings };
  return {
    day: resolveDay(instant, resolveZone(river.period, river.schedule)),
    // The day of GetLastDataUpdate is a part of it, so that call is made again.
    ...(snapshot.day === 'lastDataUpdate' ? { selection: null } : { selection, listWarnings }),
  };
}

/** The run of an id where it was opened, in whichever warehouse that was; undefined where it was not. */
export async function findOpened(ports: OpeningPorts, runId: string): Promise<Opening | undefined> {
  const { found, away } = await lookIn(await allWarehouses(ports), (warehouse) => warehouse.readRun(runId));
  const [before] = found;
  if (before) return { warehouse: before.warehouse, run: understood(before.run), chunks: [] };
  // It may be in the one that is away.
  if (away) throw away;
  return undefined;
}

async function allWarehouses(ports: OpeningPorts): Promise<RunOpening[]> {
  const { warehouses } = await ports.configurations.current();
  return Promise.all([...warehouses.keys()].map((name) => ports.warehouse(name)));
}

/** Which warehouse has the run is not known; one that does not answer by then is done without. */
const answersWithinMs = 5_000;

/** Looks in all warehouses at once. One that is away, or hangs, is no matter of what the others have. */
async function lookIn(
  warehouses: readonly RunOpening[],
  look: (warehouse: RunOpening) => Promise<StoredRun | undefined>,
): Promise<{ readonly found: Found[]; readonly away: RiverError | undefined }> {
  const found: Found[] = [];
  let away: RiverError | undefined;
  const timer = new AbortController();
  const isTime = sleep(answersWithinMs, undefined, { signal: timer.signal }).then(() => {
    away ??= new WarehouseUnavailableError(
      `A warehouse that may have the run has not answered within ${answersWithinMs / 1000} s.`,
    );
  });
  const looking = warehouses.map(async (warehouse) => {
    try {
      const run = await look(warehouse);
      if (run) found.push({ warehouse, run });
    } catch (error) {
      if (!(error instanceof RiverError)) throw error;
      away ??= error;
    }
  });
  await Promise.race([Promise.all(looking), isTime]).finally(() => timer.abort());
  return { found: [...found], away };
}

/** A table that is overwritten as a whole may have got another river since. */
async function refuseSharedTable({ configurations }: OpeningPorts, river: River): Promise<void> {
  if (river.target.load !== 'overwrite') return;
  const [problem] = checkTables(river.name, river, await configurations.current());
  if (problem) throw new ConfigurationError(`input retryFailedChunksOf, target.table: ${problem.message}.`);
}

async function refuseOpen(ports: OpeningPorts, run: StoredRun): Promise<void> {
  if (await ports.runs.endOf(run)) return;
  throw new ConfigurationError(
    `input retryFailedChunksOf: the run ${run.workflowId} is still under way. Wait until it has closed, or cancel it.`,
  );
}
