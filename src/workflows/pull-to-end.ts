import type { RunRef, SliceRequest } from '#activities/contract';
import type { SliceCount } from '#domain/run/staged-page';
import { baseUrlProbe } from '#domain/run/staged-page';
import { pullSlice } from './activities.ts';
import { throwIfCancelled } from './failure.ts';
import type { RunState } from './run-state.ts';
import { sliceSummary } from './visibility.ts';

/**
 * Pulls one slice, in as many activities as it takes. A long wait happens here, on the run's timer, so that it needs no worker
 * slot and no attempt; the warehouse knows how far the slice is. Undefined where the chunk is no longer open.
 */
export async function pullToEnd(
  run: RunRef,
  state: RunState,
  chunk: string | null,
  slice: string,
): Promise<SliceCount | undefined> {
  const summary = sliceSummary(run, chunk, slice);
  const waits = state.waits.slice();
  let isDoubted = false;
  try {
    for (;;) {
      const { lifted } = state;
      const { isProbe } = waits;
      const request: SliceRequest = {
        run,
        chunk,
        slice,
        pauses: state.pauses.past,
        ...(lifted && { lifted }),
        ...(isProbe && { isProbe }),
        ...(isDoubted && { isDoubted }),
      };
      const outcome = await waits.pulling(() => pullSlice.executeWithOptions({ summary }, [request]));
      isDoubted = false;
      if (outcome.outcome === 'waiting') {
        const { on, waitMs } = outcome;
        state.windowsSeen(outcome.windows);
        if (on.on === 'warehouse') {
          isDoubted = true;
          await waits.until(state.warehouseFailed(on), Math.max(1_000, waitMs), () => false);
          continue;
        }
        // A wait that was lifted during the activity is not waited for.
        await waits.until(on, waitMs, () => state.lifted !== lifted);
        continue;
      }
      if (outcome.outcome === 'stopped') {
        await throwIfCancelled();
        continue;
      }
      waits.recovered();
      if (outcome.outcome === 'pulled' || outcome.outcome === 'more') state.warehouseRetries.succeeded();
      switch (outcome.outcome) {
        case 'pulled':
          state.slicePulled(chunk, outcome.count, outcome.windows);
          return outcome.count;
        case 'closed':
          return undefined;
        case 'unproven':
          await state.probeBaseUrlOnce(() => pullToEnd(run, state, null, baseUrlProbe));
          break;
        case 'more':
          break;
      }
    }
  } finally {
    waits.ended();
  }
}
