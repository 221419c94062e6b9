import { expect, test, vi } from 'vitest';
import type { PauseAnswer } from '#domain/run/paused-intervals';
import type { RunResult } from '#domain/run/run-result';
import { pulled, untilStopped, withFakedRuns } from '../../helpers/fake-run-activities.ts';

/** A machine that others keep busy as well takes its time. */
const inTime = { timeout: 150_000 };

test('a pause stops the slices under way, and a resume runs them again', () => {
  let isHeldUp = true;
  return withFakedRuns(
    { pullSlice: ({ slice }) => (isHeldUp ? untilStopped() : Promise.resolve(pulled(slice))) },
    async ({ start, pulls }) => {
      const handle = await start();
      await vi.waitFor(() => expect(pulls).toHaveLength(2), inTime);
      const pause = () => handle.executeUpdate<PauseAnswer, []>('pause');
      const resume = () => handle.executeUpdate<PauseAnswer, []>('resume');
      expect(await resume()).toMatchObject({ paused: false, changed: false });
      expect(await pause()).toMatchObject({ paused: true, changed: true });
      expect(await pause()).toMatchObject({ paused: true, changed: false });
      await vi.waitFor(
        async () => expect(await handle.query('progress')).toMatchObject({ state: 'paused' }),
        inTime,
      );
      isHeldUp = false;
      expect(pulls).toHaveLength(2);
      expect(await resume()).toMatchObject({ paused: false, changed: true });
      expect(await handle.result()).toMatchObject({ status: 'succeeded', rows: 10 });
      expect(pulls.map(({ slice }) => slice).sort()).toEqual(['a', 'a', 'b', 'b']);
      // The pause is sent along, so that it does not count against `giveUpAfter`.
      expect(pulls[0]?.pauses ?? []).toHaveLength(0);
      expect(pulls.at(-1)?.pauses).toHaveLength(1);
    },
  );
});

test('a run that is cancelled while it is paused is closed as cancelled', () => {
  const closed: string[] = [];
  return withFakedRuns(
    {
      pullSlice: untilStopped,
      closeRun: async ({ status }) => {
        closed.push(status);
        return { status, chunks: null } as RunResult;
      },
    },
    async ({ start, pulls }) => {
      const handle = await start();
      await vi.waitFor(() => expect(pulls).toHaveLength(2), inTime);
      await handle.signal('pause');
      await vi.waitFor(
        async () => expect(await handle.query('progress')).toMatchObject({ state: 'paused' }),
        inTime,
      );
      await handle.cancel();
      await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
      expect(closed).toEqual(['cancelled']);
    },
  );
});
