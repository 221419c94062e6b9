import { expect, test } from 'vitest';
import { createStagingWatch } from '../../src/activities/staging-watch.ts';

/** On a clock that a test moves. */
function watching() {
  let at = 100_000;
  const watch = createStagingWatch(() => at);
  return {
    keep: watch.keep,
    pass: (ms: number) => {
      at += ms;
    },
    /** Whether a call would be made at once. */
    async mayCall(warehouse: string): Promise<boolean> {
      const stop = new AbortController();
      const waiting = watch.untilStaging(warehouse, stop.signal).then(
        () => true,
        () => false,
      );
      await new Promise(setImmediate);
      stop.abort();
      return waiting;
    },
  };
}

test('calls wait while an answer cannot be staged, and one a minute tries', async () => {
  const { keep, pass, mayCall } = watching();
  const hanging = Promise.withResolvers<void>();
  await keep('prod', async () => {});
  const kept = keep('prod', () => hanging.promise);
  expect(await mayCall('prod')).toBe(true);
  pass(6_000);
  expect(await mayCall('prod')).toBe(false);
  expect(await mayCall('lake')).toBe(true);
  pass(60_000);
  expect(await mayCall('prod')).toBe(true);
  expect(await mayCall('prod')).toBe(false);
  // What the probe has brought was staged: the one that hangs says nothing any more.
  await keep('prod', async () => {});
  expect(await mayCall('prod')).toBe(true);
  hanging.resolve();
  await kept;
});
