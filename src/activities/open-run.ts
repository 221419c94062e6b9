import { runListCalls } from '../domain/call/list-calls.ts';
import { dayColumnOf } from '../domain/call/scope.ts';
import { slicesOf } from '../domain/call/slices.ts';
import { columnsOfRiver, keyOfRiver } from '../domain/column/columns-of-river.ts';
import type { TableShape } from '../domain/column/table-shape.ts';
import { resolveDay } from '../domain/period/resolve-day.ts';
import { zoneOfRiver } from '../domain/period/zone.ts';
import type { Notify } from '../domain/river/configuration.ts';
import { durationMs } from '../domain/river/duration.ts';
import { readRunInput } from '../domain/river/read-run-input.ts';
import type { River } from '../domain/river/river.ts';
import { chunksOf, planDays } from '../domain/run/plan-days.ts';
import type { StoredRun } from '../domain/run/stored-run.ts';
import { isTracked, type Track } from '../domain/run/track.ts';
import { closeLeftRuns } from './close-left-runs.ts';
import type { OpenedRun, OpenRunRequest } from './contract.ts';
import { type Opening, planRetry } from './plan-retry.ts';
import type { ActivityPorts, Warehouse } from './ports.ts';
import { readOpenedRun, reportOfRiver } from './report-of-run.ts';

/** Slices kept going at a time, over all open chunks: enough to use a burst, few enough for one history. */
const slicesAtOnce = 20;

/**
 * Checks the input, resolves the river, its period and its chunks, and writes all of them to the manifest,
 * before the first call. A repeated attempt (or a Reset) finds the run as it was opened and keeps it so.
 */
export const openRun =
  (ports: ActivityPorts) =>
  async (request: OpenRunRequest): Promise<OpenedRun> => {
    const input = readRunInput(request.input, await ports.configurations.current());
    const opening =
      input.kind === 'retry'
        ? await planRetry(ports, input.workflowId, request)
        : await planRun(ports, input.river, input.ownFilters, request);
    const { run, chunks, warehouse } = opening;
    await ports.optimove(run.river.connection);
    await warehouse.openRun(run, chunks, shapeOf(run.river));
    await closeLeftRuns(ports, warehouse, run.runId);
    return openedRun(ports, warehouse, await readOpenedRun(warehouse, run.runId));
  };

async function planRun(
  ports: ActivityPorts,
  asked: River,
  ownFilters: boolean,
  request: OpenRunRequest,
): Promise<Opening> {
  const warehouse = await ports.warehouse(asked.target.warehouse);
  const before = await warehouse.readRun(request.runId);
  const river = before?.river ?? asked;
  const track = before ? undefined : await trackOf(warehouse, river);
  const report = reportOfRiver(river);
  const day = resolveDay(request.instant, zoneOfRiver(river.period, river.schedule));
  const { period, pulls, asksForData, leavesIncomplete } = planDays(river, report, day, track);
  const { runId, workflowId, startedAt } = request;
  return {
    warehouse,
    run: {
      runId,
      workflowId,
      river,
      period: leavesIncomplete ? null : period,
      day,
      startedAt,
      selection: null,
      retryOf: null,
      ownFilters,
      ...(asksForData && { freshness: { settled: false, completeUpTo: null, pulls, warnings: [] } }),
    },
    // What was opened before stays so. Where incomplete days are left, the answer decides.
    chunks: before || leavesIncomplete ? [] : chunksOf(river, report, pulls),
  };
}

/** What the river has loaded, where that decides what it pulls. */
async function trackOf(warehouse: Warehouse, river: River): Promise<Track | undefined> {
  if (!isTracked(river, reportOfRiver(river))) return undefined;
  return warehouse.track(river.name, river.target.table);
}

function shapeOf(river: River): TableShape {
  const report = reportOfRiver(river);
  return {
    columns: columnsOfRiver(report, river),
    key: keyOfRiver(report, river),
    dayColumn: dayColumnOf(report),
  };
}

/** What the workflow knows of a run that is in the manifest. */
export async function openedRun(
  ports: ActivityPorts,
  warehouse: Warehouse,
  stored: StoredRun,
): Promise<OpenedRun> {
  const { river, period, freshness } = stored;
  const report = reportOfRiver(river);
  const slices = slicesOf(report, river.prune);
  const { chunks } = await warehouse.summariseRun(stored.runId);
  const nothingLeft = chunks.loaded + chunks.skipped === chunks.total;
  const { notifications } = await ports.configurations.current();
  return {
    run: {
      runId: stored.runId,
      workflowId: stored.workflowId,
      river: river.name,
      report: river.report,
      connection: river.connection,
      warehouse: river.target.warehouse,
    },
    table: river.target.table,
    period: period && { start: period.first, end: period.last },
    chunks: chunks.total,
    readsLists: !nothingLeft && stored.selection === null && runListCalls(report, river.filters).length > 0,
    slices,
    ...(nothingLeft ? { nothingLeft } : {}),
    ...(freshness?.settled === false && { asksForData: { waitMs: durationMs(river.waitForData) } }),
    chunksAtOnce: Math.max(2, Math.ceil(slicesAtOnce / slices.data.length / 2)),
    searchAttributes: await ports.runs.registeredSearchAttributes(),
    ...toldOfEnd(notifications.get(river.name)),
  };
}

/** Who is told how the run ends; where to is looked up when it has ended. */
function toldOfEnd(notify: Notify | undefined): Pick<OpenedRun, 'notify'> {
  const to = (['webhook', 'slack'] as const).filter((each) => notify?.[each]);
  return to.length > 0 ? { notify: to } : {};
}
