import { sleep, workflowInfo } from '@temporalio/workflow';
import type { OpenedRun } from '#activities/contract';
import { freshnessSlice } from '#domain/run/staging';
import { settleRun } from './activities.ts';
import { pullToEnd } from './pull-to-end.ts';
import type { RunState } from './run-state.ts';

/** How long after one ask the next one comes. */
const askEveryMs = 15 * 60_000;

/**
 * Asks up to which day the data is complete, and where the river waits for it asks again and again, on a timer,
 * until its last day is complete or the wait is over. Null where the history has grown too long for that: the next
 * execution waits on, until the same time, and asks when it is time to.
 */
export async function settlePeriod(
  opened: OpenedRun,
  waitMs: number,
  state: RunState,
): Promise<OpenedRun | null> {
  const { run } = opened;
  const { until = Date.now() + waitMs, asks = 0, nextAt = 0 } = state.waitForData ?? {};
  await untilTime(nextAt);
  for (let ask = asks; ; ask += 1) {
    const slice = freshnessSlice(ask);
    await pullToEnd(run, state, null, slice);
    const request = { run, slice, mayWait: Date.now() < until };
    const summary = 'how far the data is';
    const settled = await state.stored(() => settleRun.executeWithOptions({ summary }, [request]));
    if (settled) {
      state.dataSettled(settled);
      return settled;
    }
    const next = Math.min(Date.now() + askEveryMs, until);
    state.dataAwaited({ until, asks: ask + 1, nextAt: next });
    if (workflowInfo().continueAsNewSuggested) return null;
    await untilTime(next);
  }
}

async function untilTime(at: number): Promise<void> {
  const leftMs = at - Date.now();
  if (leftMs > 0) await sleep(leftMs, { summary: 'Waiting for data' });
}
