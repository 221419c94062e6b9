import { ApplicationFailure } from '@temporalio/common';
import { expect, test, vi } from 'vitest';
import type { RunResult } from '#domain/run/run-result';
import { pulled, untilStopped, withFakedRuns } from '../../helpers/fake-run-activities.ts';

/** A machine that others keep busy as well takes its time. */
const inTime = { timeout: 150_000 };
const opening = { overwrites: true } as const;

/** A run that overwrites its table, which notes its last steps. */
const noting = (steps: string[]) => ({
  opening,
  commitOverwrite: async () => {
    steps.push('overwrite');
    return { outcome: 'replaced' } as const;
  },
  closeRun: async ({ status }: { readonly status: RunResult['status'] }) => {
    steps.push(status);
    return {
      status,
      chunks: { total: 1, loaded: 1, failed: 0, skipped: 0 },
      failedChunks: [],
    } as unknown as RunResult;
  },
});

test('the content is replaced once all chunks are loaded, and before the run is closed', () => {
  const steps: string[] = [];
  return withFakedRuns(noting(steps), async ({ start }) => {
    await (await start()).result();
    expect(steps).toEqual(['overwrite', 'succeeded']);
  });
});

test('a run in another mode does not ask for it', () => {
  const steps: string[] = [];
  return withFakedRuns({ ...noting(steps), opening: {} }, async ({ start }) => {
    await (await start()).result();
    expect(steps).toEqual(['succeeded']);
  });
});

test('a pause comes before it: nothing is replaced until the run is resumed', () => {
  const steps: string[] = [];
  let isHeldUp = true;
  const pullSlice = ({ slice }: { readonly slice: string }) =>
    isHeldUp ? untilStopped() : Promise.resolve(pulled(slice));
  return withFakedRuns({ ...noting(steps), pullSlice }, async ({ start, pulls }) => {
    const handle = await start();
    await vi.waitFor(() => expect(pulls).toHaveLength(2), inTime);
    await handle.signal('pause');
    await vi.waitFor(
      async () => expect(await handle.query('progress')).toMatchObject({ state: 'paused' }),
      inTime,
    );
    isHeldUp = false;
    expect(steps).toEqual([]);
    await handle.signal('resume');
    await handle.result();
    expect(steps).toEqual(['overwrite', 'succeeded']);
  });
});

test('so does a cancellation', () => {
  const steps: string[] = [];
  return withFakedRuns({ ...noting(steps), pullSlice: untilStopped }, async ({ start, pulls }) => {
    const handle = await start();
    await vi.waitFor(() => expect(pulls).toHaveLength(2), inTime);
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    expect(steps).toEqual(['cancelled']);
  });
});

test('one under way is not cancelled, and the run then ends as cancelled or done, but with its content', () => {
  const steps: string[] = [];
  const begun = Promise.withResolvers<void>();
  const may = Promise.withResolvers<void>();
  const fakes = noting(steps);
  return withFakedRuns(
    {
      ...fakes,
      commitOverwrite: async () => {
        begun.resolve();
        await may.promise;
        return fakes.commitOverwrite();
      },
    },
    async ({ start }) => {
      const handle = await start();
      await begun.promise;
      expect(await handle.query('progress')).toMatchObject({
        state: 'overwriting',
        sentence: 'Replacing the content of the table.',
      });
      await handle.cancel();
      may.resolve();
      await handle.result().catch(() => {});
      expect(steps[0]).toBe('overwrite');
      expect(steps).toHaveLength(2);
    },
  );
});

test('a warehouse that takes nothing is waited for, and what is refused fails the run with its reason', () => {
  const steps: string[] = [];
  let tries = 0;
  const on = {
    on: 'warehouse',
    warehouse: 'prod',
    reason: 'disk full',
    since: new Date().toISOString(),
  } as const;
  return withFakedRuns(
    {
      ...noting(steps),
      commitOverwrite: async () => {
        tries += 1;
        if (tries === 1) return { outcome: 'held', on };
        throw ApplicationFailure.nonRetryable('600 rows would be deleted', 'EmptyAnswerError');
      },
    },
    async ({ start }) => {
      const handle = await start();
      await expect(handle.result()).rejects.toMatchObject({
        cause: { type: 'EmptyAnswerError', message: '600 rows would be deleted' },
      });
      expect(tries).toBe(2);
      expect(steps).toEqual(['failed']);
    },
  );
});
