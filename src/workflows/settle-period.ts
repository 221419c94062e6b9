import { sleep, workflowInfo } from '@temporalio/workflow';
import type { OpenedRun } from '../activities/contract.ts';
import { askForData } from '../domain/run/run-slices.ts';
import { settleRun } from './activities.ts';
import { pullToEnd } from './pull-to-end.ts';
import type { RunState } from './run-state.ts';

/** How long after one ask the next one comes. */
const askEveryMs = 15 * 60_000;

/**
 * Asks up to which day the data is complete, and where the river waits for it asks again and again, on a timer,
 * until its last day is complete or the wait is over. Null where the history has grown too long for that.
 */
export async function settlePeriod(
  opened: OpenedRun,
  waitMs: number,
  state: RunState,
): Promise<OpenedRun | null> {
  const { run } = opened;
  const until = (state.waitForData?.since ?? Date.now()) + waitMs;
  for (let ask = state.waitForData?.asks ?? 0; ; ask += 1) {
    const slice = askForData(ask);
    await pullToEnd(run, state, null, slice);
    const leftMs = until - Date.now();
    const request = { run, slice, mayWait: leftMs > 0 };
    const settled = await settleRun.executeWithOptions({ summary: 'how far the data is' }, [request]);
    if (settled) {
      state.dataSettled(settled);
      return settled;
    }
    state.dataAwaited({ since: until - waitMs, asks: ask + 1 }, until);
    if (workflowInfo().continueAsNewSuggested) return null;
    await sleep(Math.max(1, Math.min(askEveryMs, leftMs)), { summary: 'Waiting for data' });
  }
}
