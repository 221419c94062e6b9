import { resolveSnapshotDay } from '#domain/run/plan-run';
import { listsSlice } from '#domain/run/staging';
import type { StoredRun } from '#domain/run/stored-run';
import { callsOfSlice, type SlicePlan } from './calls-of-slice.ts';
import { type PullContext, pullCall } from './pull-call.ts';
import { readOpenedRun, reportOfRiver } from './report-of-run.ts';
import { selectAnew } from './resolve-filters.ts';

/**
 * A report that answers with the present state is dated by the day on which it is answered. Where midnights have passed since
 * the run was dated, and nothing is staged of its rows, it is dated anew; report 5, whose day GetLastDataUpdate says, asks again.
 */
export async function dateByPull(
  stored: StoredRun,
  context: Omit<PullContext, keyof SlicePlan | 'chunk' | 'slice'>,
): Promise<StoredRun> {
  const { runId, warehouse } = context;
  const { snapshot } = reportOfRiver(stored.river);
  const day = snapshot && resolveSnapshotDay(stored, new Date());
  if (day === undefined || day === stored.day) return stored;
  if (snapshot === 'data_date') {
    await warehouse.unstage(runId, null, [listsSlice]);
    const { calls, ...plan } = await callsOfSlice(warehouse, stored, null, listsSlice);
    const lists = { ...context, ...plan, chunk: null, slice: listsSlice };
    for (const call of calls) await pullCall(lists, call, undefined);
    await selectAnew(warehouse, stored);
  }
  await warehouse.redate(runId, day);
  return readOpenedRun(warehouse, runId);
}
