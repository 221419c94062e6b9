import { condition } from '@temporalio/workflow';
import type { RunRef, SliceOutcome, SliceRequest } from '../activities/contract.ts';
import { proofOfConnection } from '../domain/run/run-slices.ts';
import type { SliceCount } from '../domain/run/staged-page.ts';
import { pullSlice } from './activities.ts';
import type { RunState } from './run-state.ts';
import { throwIfCancelled } from './throw-if-cancelled.ts';

/** Who waits longer asks again meanwhile: a budget may have changed, and a wait may be lifted unheard. */
const waitsAtMostMs = 3_600_000;

/**
 * One slice, however many turns it takes. A long wait for quota is a timer here, so that it costs no worker
 * slot and no attempt; where the slice stands lies in the warehouse. Undefined where the chunk is no longer open.
 */
export async function pullToEnd(
  run: RunRef,
  state: RunState,
  chunk: string | null,
  slice: string,
): Promise<SliceCount | undefined> {
  const summary = chunk === null ? slice : `${chunk} ${slice}`;
  let isDoubted = false;
  for (;;) {
    const { lifted } = state;
    const request: SliceRequest = {
      run,
      chunk,
      slice,
      pauses: state.pauses.past,
      ...(lifted && { lifted }),
      ...(isDoubted && { isDoubted }),
    };
    const outcome: SliceOutcome = await state.pulling(() =>
      pullSlice.executeWithOptions({ summary }, [request]),
    );
    const on = outcome.outcome === 'waiting' ? outcome.on : undefined;
    isDoubted = on?.on === 'warehouse';
    if (outcome.outcome === 'pulled' || outcome.outcome === 'more') state.holds.over();
    switch (outcome.outcome) {
      case 'pulled':
        state.slicePulled(chunk, outcome.count, outcome.windows);
        return outcome.count;
      case 'closed':
        return undefined;
      case 'unproven':
        await state.proveOnce(() => pullToEnd(run, state, null, proofOfConnection));
        break;
      case 'stopped':
        await throwIfCancelled();
        break;
      case 'more':
        break;
      case 'waiting':
        if (on?.on === 'warehouse') {
          await state.held(on, outcome.waitMs);
          break;
        }
        // What was lifted while it pulled is not waited for.
        await state.waiting(outcome.waitMs, outcome.windows, async () => {
          const waitMs = Math.min(outcome.waitMs, waitsAtMostMs);
          await condition(() => state.lifted !== lifted, waitMs, { summary: 'Waiting for quota' });
        });
        break;
    }
  }
}
