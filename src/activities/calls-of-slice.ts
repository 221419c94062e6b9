import type { Call } from '#domain/call/call';
import { planListCalls, readDiscovered } from '#domain/call/discovery';
import { lastDataUpdate, runListCalls } from '#domain/call/list-calls';
import { planDataCalls, slicesOf } from '#domain/call/plan-calls';
import { groupsThatRan, hasUnreadIds, planPruningCalls, pruneCalls, readRan } from '#domain/call/prune';
import { dayOfCall } from '#domain/call/scope';
import { chunkOfKey } from '#domain/chunk/chunk';
import { fitListRows, fitRows } from '#domain/column/fit-rows';
import { columnsOfRiver, keyOfRiver } from '#domain/column/river-table';
import { ConfigurationError, RefusedError } from '#domain/errors';
import { baseUrlProbe, isFreshnessSlice } from '#domain/run/staging';
import type { StoredRun } from '#domain/run/stored-run';
import type { Warehouse } from './ports.ts';
import type { PullContext } from './pull-call.ts';
import { isRefused } from './refusal-of-call.ts';
import { reportOfRiver } from './report-of-run.ts';

/** A slice's calls, planned from small lists, and how their answers are read. */
export type SlicePlan = Pick<PullContext, 'fit' | 'notesOf' | 'dayOf' | 'key' | 'tolerates'> & {
  readonly calls: Iterable<Call>;
};

/** Plans a slice as every attempt plans it: from the stored run and from what its list slices have staged. */
export async function callsOfSlice(
  warehouse: Warehouse,
  stored: StoredRun,
  chunkKey: string | null,
  slice: string,
): Promise<SlicePlan> {
  const { river, day, runId } = stored;
  const report = reportOfRiver(river);
  if (slice === baseUrlProbe) return { ...listPlan([lastDataUpdate]), tolerates: anyRefusal };
  if (isFreshnessSlice(slice)) return listPlan([lastDataUpdate]);
  if (chunkKey === null) return listPlan(runListCalls(report, river.filters).map(({ call }) => call));

  const { selection } = stored;
  if (!selection)
    throw new ConfigurationError(
      `The run ${runId} has no selection in the manifest: its filters were never resolved.`,
    );
  const chunk = chunkOfKey(chunkKey);
  const { list } = slicesOf(report, river.prune);
  const pages = list.map((listSlice) => warehouse.stagedPages(runId, chunkKey, listSlice));
  const isPruned = list.includes(groupsThatRan);
  const ran = isPruned ? await readRan(pages) : undefined;
  if (list.includes(slice)) {
    if (!ran) return listPlan(planListCalls(report, selection, chunk));
    return {
      ...listPlan(planPruningCalls(slice, selection, chunk, ran)),
      notesOf: (fitted) => (hasUnreadIds(report, fitted) ? { unreadIds: true } : {}),
    };
  }
  const discovered = isPruned ? [] : await readDiscovered(pages);
  const calls = planDataCalls({ report, river, selection, chunk, slice, discovered, runDay: day });
  const target = {
    columns: columnsOfRiver(report, river),
    key: keyOfRiver(report, river),
    table: await warehouse.target(river.target.table),
  };
  const oneGroupOfTen = report.axes.some((axis) => axis.over === 'recipientGroup');
  return {
    calls: ran ? pruneCalls(report, calls, ran) : calls,
    fit: (call, rows) => fitRows(rows, call, target),
    dayOf: (call) => dayOfCall(report, call),
    ...(report.keyIsUnique && { key: target.key }),
    tolerates: (_call, error) => oneGroupOfTen && error instanceof RefusedError && error.facts.status === 400,
  };
}

const listPlan = (calls: Iterable<Call>): SlicePlan => ({
  calls,
  fit: (call, rows) => fitListRows(rows, call),
  dayOf: () => null,
  // Where a tenant refuses GetLastDataUpdate (the sandbox does), the run's day stands in for it.
  tolerates: (call, error) => call === lastDataUpdate && isRefused(call, error),
});

/** A refusal proves as well as an answer that somebody who knows the call is there. */
const anyRefusal: PullContext['tolerates'] = (_call, error) => error instanceof RefusedError;
