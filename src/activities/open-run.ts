import { Context } from '@temporalio/activity';
import { runListCalls } from '#domain/call/list-calls';
import { resolveSelection, type Selection } from '#domain/call/selection';
import type { Report } from '#domain/catalogue/report';
import { describeTable } from '#domain/column/river-table';
import { resolveDay, resolveZone } from '#domain/period/resolve-day';
import { readRunInput, refuseStart } from '#domain/river/read-run-input';
import type { River } from '#domain/river/river';
import { isTracked, type LoadedDays } from '#domain/run/loaded-days';
import { planChunks, planDays } from '#domain/run/plan-run';
import type { OpenedRun, OpenRunRequest } from './contract.ts';
import { endOrphanedRuns } from './end-orphaned-runs.ts';
import { describeRun, readOpenedRun, reportOfRiver, understood } from './opened-run.ts';
import { findOpened, type Opening, type OpeningPorts, planRetry } from './plan-retry.ts';
import { fingerprintSalts, hashAsOpened } from './run-salts.ts';
import { type StepSlots, stepIn } from './slots.ts';
import { untilStopped } from './stop-signals.ts';
import { tellLocks } from './tell-locks.ts';
import type { RunOpening } from './warehouse-ports.ts';

/**
 * Checks the input, resolves the river, its period and its chunks, and writes all of them to the manifest,
 * before the first call. A repeated attempt (or a Reset) finds the run as it was opened and keeps it so.
 */
export const openRun =
  (ports: OpeningPorts, slots: StepSlots) =>
  (request: OpenRunRequest): Promise<OpenedRun> =>
    untilStopped(ports, async ({ onLocked }) => {
      const configuration = await ports.configurations.current();
      refuseStart(request, configuration);
      const open = (opening: Opening) =>
        tellLocks(
          () => opening.warehouse.findLockHolder(opening.run.river.target.table),
          onLocked,
          () => record(ports, opening),
        );
      const before = await findOpenedBefore(ports, request);
      if (before) return stepIn(slots, before.run.river.target.warehouse, () => open(before));
      const input = readRunInput(request.input, configuration);
      if (input.kind === 'retry') {
        const opening = await planRetry(ports, input, request);
        return stepIn(slots, opening.run.river.target.warehouse, () => open(opening));
      }
      const { river, ownFilters } = input;
      return stepIn(slots, river.target.warehouse, async () =>
        open(await planRun(ports, river, ownFilters, request)),
      );
    });

/** A Reset begins a run once more that may have been opened: it goes on as it was, whatever the file says now of its river. */
async function findOpenedBefore(
  ports: OpeningPorts,
  { runId }: OpenRunRequest,
): Promise<Opening | undefined> {
  const isFirst = Context.current().info.workflowExecution?.runId === runId;
  return isFirst ? undefined : findOpened(ports, runId);
}

async function record(ports: OpeningPorts, { run, chunks, warehouse }: Opening): Promise<OpenedRun> {
  const { connection } = await ports.optimove(run.river.connection);
  hashAsOpened(run, await ports.configurations.current());
  await warehouse.recordRun(
    { ...run, baseUrl: connection.baseUrl },
    chunks,
    describeTable(reportOfRiver(run.river), run.river),
    Context.current().cancellationSignal,
  );
  await endOrphanedRuns(ports, warehouse, run.runId);
  return describeRun(ports, warehouse, await readOpenedRun(warehouse, run.runId));
}

async function planRun(
  ports: OpeningPorts,
  asked: River,
  ownFilters: boolean,
  request: OpenRunRequest,
): Promise<Opening> {
  const warehouse = await ports.warehouse(asked.target.warehouse);
  const before = await warehouse.readRun(request.runId);
  const river = before ? understood(before).river : asked;
  const track = before ? undefined : await readLoadedDaysIfTracked(warehouse, river);
  const report = reportOfRiver(river);
  const day = resolveDay(request.instant, resolveZone(river.period, river.schedule));
  const { period, pulls, asksForData, leavesIncomplete, warnings } = planDays(river, report, day, track);
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
      selection: selectWithoutLists(report, river),
      retryOf: null,
      ownFilters,
      ...(before?.salts ? { salts: before.salts } : {}),
      ...(!before && fingerprintSalts(river, await ports.configurations.current())),
      ...(asksForData && { freshness: { settled: false, completeUpTo: null, pulls, warnings } }),
    },
    // What was opened before stays so. Where incomplete days are left, the answer decides.
    chunks: before || leavesIncomplete ? [] : planChunks(river, report, pulls),
  };
}

/** What the filters come to where no list has to be read for that. */
const selectWithoutLists = (report: Report, { filters }: River): Selection | null =>
  runListCalls(report, filters).length === 0 ? resolveSelection(report, filters, {}) : null;

/** What the river has loaded, where that decides what it pulls. */
async function readLoadedDaysIfTracked(warehouse: RunOpening, river: River): Promise<LoadedDays | undefined> {
  if (!isTracked(river, reportOfRiver(river))) return undefined;
  return warehouse.readLoadedDays(river.name, river.target.table);
}
