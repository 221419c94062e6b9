import { ConfigurationError } from '../domain/errors.ts';
import { resolveDay } from '../domain/period/resolve-day.ts';
import { zoneOfRiver } from '../domain/period/zone.ts';
import type { RetryInput } from '../domain/river/read-run-input.ts';
import { withEmptied } from '../domain/river/target.ts';
import type { NewRun, RetriableChunk, StoredRun } from '../domain/run/stored-run.ts';
import type { OpenRunRequest } from './contract.ts';
import type { ActivityPorts, Warehouse } from './ports.ts';
import { readOpenedRun, reportOfRiver } from './report-of-run.ts';

/** A run that is to be opened, and where. */
export interface Opening {
  readonly warehouse: Warehouse;
  readonly run: NewRun;
  readonly chunks: readonly RetriableChunk[];
}

interface Found {
  readonly warehouse: Warehouse;
  readonly run: StoredRun;
}

/**
 * Plans to complete an earlier run: with its own river, day and filters, all its chunks that are not loaded. A retry of a
 * retry completes the first run. Opened once, a retry stays as it was opened, whatever is reset.
 * A report that answers with the present state has no other day than that of the call: it is dated by the retry.
 */
export async function planRetry(
  ports: ActivityPorts,
  { workflowId, allowEmptied }: RetryInput,
  request: OpenRunRequest,
): Promise<Opening> {
  const warehouses = await allWarehouses(ports);
  const before = await firstFound(warehouses, (warehouse) => warehouse.readRun(request.runId));
  if (before) return { ...before, chunks: [] };
  const found = await newestFound(warehouses, workflowId);
  if (!found) {
    throw new ConfigurationError(
      `input retryFailedChunksOf: there is no run ${workflowId} in any manifest, so it was never opened. \`river status\` lists the newest runs; one that was refused is started anew.`,
    );
  }
  const { warehouse } = found;
  const original = found.run.retryOf ? await readOpenedRun(warehouse, found.run.retryOf.runId) : found.run;
  for (const run of new Set([found.run, original])) await refuseOpen(ports, run);
  const { river, period, ownFilters, freshness } = original;
  const { runId, startedAt } = request;
  const retryOf = { runId: original.runId, workflowId: original.workflowId };
  return {
    warehouse,
    run: {
      runId,
      workflowId: request.workflowId,
      river: withEmptied(river, allowEmptied),
      period,
      ...datesOf(original, request.instant),
      startedAt,
      retryOf,
      ownFilters,
      ...(freshness && { freshness }),
    },
    chunks: await warehouse.unloadedChunks(original),
  };
}

/** The day of the retry, and what its filters came to: the original's, but for what dates a report of the present state. */
function datesOf(
  { river, day, selection, listWarnings = [] }: StoredRun,
  instant: string,
): Pick<NewRun, 'day' | 'selection' | 'listWarnings'> {
  const { snapshot } = reportOfRiver(river);
  if (snapshot === undefined) return { day, selection, listWarnings };
  return {
    day: resolveDay(instant, zoneOfRiver(river.period, river.schedule)),
    // The day of GetLastDataUpdate is a part of it, so that call is made again.
    ...(snapshot === 'data_date' ? { selection: null } : { selection, listWarnings }),
  };
}

async function allWarehouses(ports: ActivityPorts): Promise<Warehouse[]> {
  const { warehouses } = await ports.configurations.current();
  return Promise.all([...warehouses.keys()].map((name) => ports.warehouse(name)));
}

async function firstFound(
  warehouses: readonly Warehouse[],
  look: (warehouse: Warehouse) => Promise<StoredRun | undefined>,
): Promise<Found | undefined> {
  for (const warehouse of warehouses) {
    const run = await look(warehouse);
    if (run) return { warehouse, run };
  }
  return undefined;
}

/** A workflow id that was used several times means its newest run. */
async function newestFound(warehouses: readonly Warehouse[], workflowId: string): Promise<Found | undefined> {
  const found: Found[] = [];
  for (const warehouse of warehouses) {
    const run = await warehouse.findRun(workflowId);
    if (run) found.push({ warehouse, run });
  }
  const [newest] = found.sort((a, b) => b.run.startedAt.localeCompare(a.run.startedAt));
  return newest;
}

async function refuseOpen(ports: ActivityPorts, run: StoredRun): Promise<void> {
  if (await ports.runs.endOf(run)) return;
  throw new ConfigurationError(
    `input retryFailedChunksOf: the run ${run.workflowId} is still under way. Wait until it has closed, or cancel it.`,
  );
}
