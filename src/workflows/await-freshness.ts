import { sleep, workflowInfo } from '@temporalio/workflow';
import type { OpenedRun } from '#activities/contract';
import { timeText } from '#domain/run/sentences';
import { freshnessSlice } from '#domain/run/staged-page';
import { resolveFreshness } from './activities.ts';
import { pullToEnd } from './pull-to-end.ts';
import type { RunState } from './run-state.ts';

/** How often GetLastDataUpdate is called while the run waits. */
const askEveryMs = 15 * 60_000;

/**
 * Asks up to which day the data is complete. A river with `waitForData` asks again on a timer until its last day is complete or
 * the wait is over. Null where Temporal suggests continue-as-new: the next execution waits until the same time, and asks
 * at the same intervals.
 */
export async function awaitFreshness(
  opened: OpenedRun,
  waitMs: number,
  state: RunState,
): Promise<OpenedRun | null> {
  const { run } = opened;
  const { until = Date.now() + waitMs, asks = 0, nextAt = 0 } = state.waitForData ?? {};
  await sleepUntil(nextAt);
  for (let ask = asks; ; ask += 1) {
    const slice = freshnessSlice(ask);
    await pullToEnd(run, state, null, slice);
    const request = { run, slice, mayWait: Date.now() < until };
    const summary = 'how far the data is';
    const resolved = await state.stored(() => resolveFreshness.executeWithOptions({ summary }, [request]));
    if (resolved) {
      state.freshnessResolved(resolved);
      return resolved;
    }
    const next = Math.min(Date.now() + askEveryMs, until);
    state.dataAwaited({ until, asks: ask + 1, nextAt: next });
    if (workflowInfo().continueAsNewSuggested) return null;
    await sleepUntil(next);
  }
}

async function sleepUntil(at: number): Promise<void> {
  const leftMs = at - Date.now();
  if (leftMs > 0)
    await sleep(leftMs, {
      summary: `Waiting for complete data; asked again at ${timeText(new Date(at).toISOString())}`,
    });
}
