import type { Call } from '#domain/call/call';
import { planListCalls, readDiscovered } from '#domain/call/discovery';
import { lastDataUpdate, runListCalls } from '#domain/call/list-calls';
import { refusableParameter, refusal } from '#domain/call/no-rows';
import { listSlices, planDataCalls } from '#domain/call/plan-calls';
import { groupsThatRan, hasUnreadIds, planPruningCalls, pruneCalls, readRan } from '#domain/call/prune';
import { findCallDay } from '#domain/call/scope';
import { type ListedFilter, pickLists } from '#domain/catalogue/lists';
import { parseChunkKey } from '#domain/chunk/chunk';
import { type HashText, isHidden } from '#domain/column/chosen-columns';
import { createFitter, createWholeFitter, type FittedRows, fitListRows } from '#domain/column/fit-rows';
import { listColumns, listKey, listKeyColumns } from '#domain/column/river-table';
import type { TargetTable } from '#domain/column/table-type';
import {
  BaseUrlInDoubtError,
  ConfigurationError,
  OptimoveUnavailableError,
  RefusedError,
  ReportRefusedError,
  type RiverError,
} from '#domain/errors';
import type { River } from '#domain/river/river';
import { baseUrlProbe, isFreshnessSlice } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import { reportOfRiver } from './opened-run.ts';
import type { PullContext } from './pull-call.ts';
import type { SlicePulling } from './warehouse-ports.ts';

/** A slice's calls, planned from small lists, and how their answers are read. */
export type SlicePlan = Pick<PullContext, 'fitter' | 'noteRows' | 'toDay' | 'key' | 'tolerates'> & {
  readonly calls: Iterable<Call>;
};

/** Plans a slice as every attempt plans it: from the stored run and from what its list slices have staged. */
export async function planSlice(
  warehouse: Pick<SlicePulling, 'readStagedPages'>,
  stored: StoredRun,
  chunkKey: string | null,
  slice: string,
  data?: { readonly table: TargetTable; readonly hash: HashText },
): Promise<SlicePlan> {
  const { river, day, runId } = stored;
  const report = reportOfRiver(river);
  if (slice === baseUrlProbe) return { ...listPlan([lastDataUpdate]), tolerates: anyRefusal };
  if (isFreshnessSlice(slice)) return listPlan([lastDataUpdate]);
  if (chunkKey === null) {
    const calls = runListCalls(report, river.filters).map(({ call }) => call);
    return {
      ...listPlan(calls),
      fitter: (call) => createWholeFitter((rows) => hideNames(fitListRows(rows, call), call, river)),
    };
  }

  const { selection } = stored;
  if (!selection)
    throw new ConfigurationError(
      `The run ${runId} has no selection in the manifest: its filters were never resolved.`,
    );
  const chunk = parseChunkKey(chunkKey);
  const { list } = listSlices(report, river.prune);
  const pages = list.map((listSlice) => warehouse.readStagedPages(runId, chunkKey, listSlice));
  const isPruned = list.includes(groupsThatRan);
  const ran = isPruned ? await readRan(pages) : undefined;
  if (list.includes(slice)) {
    if (!ran) return listPlan(planListCalls(report, selection, chunk));
    return {
      ...listPlan(planPruningCalls(slice, selection, chunk, ran)),
      noteRows: (fitted) => (hasUnreadIds(report, fitted) ? { unreadIds: true } : {}),
    };
  }
  if (!data) throw new Error(`the slice ${slice} of ${chunkKey} is planned without its table`);
  const discovered = isPruned ? [] : await readDiscovered(pages);
  const calls = planDataCalls({ report, river, selection, chunk, slice, discovered, runDay: day });
  const { table, hash } = data;
  const { columns: choices } = river;
  const target = {
    columns: listColumns(report, river),
    ...(choices && { chosen: { choices, hash, drift: river.target.drift } }),
    key: listKeyColumns(report, river),
    table,
  };
  const mayBeRefused = refusableParameter(report) !== undefined;
  return {
    calls: ran ? pruneCalls(report, calls, ran) : calls,
    fitter: (call) => createFitter(call, target),
    toDay: (call) => findCallDay(report, call),
    ...(report.keyIsUnique && { key: listKey(report, river) }),
    tolerates: (_call, error) =>
      mayBeRefused && error instanceof RefusedError && error.facts.status === refusal,
  };
}

/**
 * A list of the whole run bears names as well, such as a channel's. Those that the river hides are kept only where a filter has to
 * find a name among them.
 */
function hideNames(
  { columns, types, rows, ...fitted }: FittedRows,
  { endpoint }: Call,
  { columns: choices = {}, filters }: River,
): FittedRows {
  const [filter, list] = Object.entries(pickLists).find(([, { endpoint: its }]) => its === endpoint) ?? [];
  const asked = filter === undefined ? [] : (filters[filter as ListedFilter] ?? []);
  const at = list ? columns.indexOf(list.nameColumn) : -1;
  const isNeeded = asked.some((value) => typeof value === 'string');
  if (!list || at < 0 || isNeeded || !isHidden(choices[list.nameColumn]))
    return { ...fitted, columns, types, rows };
  return { ...fitted, columns, types, rows: rows.map((row) => row.with(at, null)) };
}

const listPlan = (calls: Iterable<Call>): SlicePlan => ({
  calls,
  fitter: (call) => createWholeFitter((rows) => fitListRows(rows, call)),
  toDay: () => null,
  // Where a tenant refuses GetLastDataUpdate (the sandbox does), the run's day stands in for it.
  tolerates: (call, error) => call === lastDataUpdate && isRefused(call, error),
});

/** A refusal proves as well as an answer that Optimove is there: it knows the call. */
const anyRefusal: PullContext['tolerates'] = (_call, error) => error instanceof RefusedError;

/** What says of one call that this tenant, or this key, does not have it; 401 is about the credentials. */
const refusingStatuses: readonly unknown[] = [403, 404];

/** Whether it is this call that was refused, not the credentials or a sign-in before it. A page passes, unless it comes for long. */
function isRefused(call: Call, error: RiverError): boolean {
  if (error instanceof ReportRefusedError) return true;
  if (error instanceof OptimoveUnavailableError && !(error instanceof BaseUrlInDoubtError)) return false;
  return error.facts.call === call.key && refusingStatuses.includes(error.facts.status);
}
