import { expect, test } from 'vitest';
import type { SliceOutcome } from '#activities/contract';
import type { WaitOn } from '#domain/run/waits';
import { pulled, withFakedRuns } from '../../helpers/fake-run-activities.ts';

const waiting = (on: WaitOn, waitMs: number): SliceOutcome => ({
  outcome: 'waiting',
  on,
  waitMs,
  windows: [],
});
const since = '2026-01-31T15:32:05.000Z';
const outage: WaitOn = {
  on: 'connection',
  reason: 'connection reset',
  since,
  tries: 8,
  nextAt: since,
  isOutage: true,
};

test('in an outage one slice probes for all, and the others continue when it is answered', () => {
  const asked = new Set<string>();
  return withFakedRuns(
    {
      // The probe comes early; whoever waited for its own time would wait a minute.
      pullSlice: async ({ slice, isProbe }) => {
        if (isProbe || asked.has(slice)) return pulled(slice);
        asked.add(slice);
        return waiting(outage, slice === 'a' ? 300 : 60_000);
      },
    },
    async ({ start, pulls }) => {
      const handle = await start();
      expect(await handle.result()).toMatchObject({ status: 'succeeded' });
      expect(pulls).toHaveLength(4);
      expect(pulls.filter(({ isProbe }) => isProbe)).toHaveLength(1);
      const { events } = await handle.fetchHistory();
      const timers = (events ?? []).filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
      expect(timers.length).toBeLessThanOrEqual(2);
    },
  );
});

test('slices that wait for quota wait on one timer, and continue together', () => {
  const asked = new Set<string>();
  return withFakedRuns(
    {
      pullSlice: async ({ slice }) => {
        if (asked.has(slice)) return pulled(slice);
        asked.add(slice);
        return waiting({ on: 'quota' }, slice === 'a' ? 500 : 3_000);
      },
    },
    async ({ start, pulls }) => {
      const handle = await start();
      expect(await handle.result()).toMatchObject({ status: 'succeeded' });
      expect(pulls).toHaveLength(4);
      expect(pulls.some(({ isProbe }) => isProbe)).toBe(false);
    },
  );
});

test('a back-off that was lifted ends the wait of its connection, and no other', () => {
  const asked = new Set<string>();
  return withFakedRuns(
    {
      pullSlice: async ({ slice, lifted }) => {
        if (lifted) return pulled(slice);
        asked.add(slice);
        return waiting({ on: 'throttle' }, 600_000);
      },
    },
    async ({ start, pulls }) => {
      const handle = await start();
      await expect.poll(() => asked.size, { timeout: 150_000 }).toBe(2);
      await expect
        .poll(async () => (await handle.query<{ waits: unknown[] }, []>('progress')).waits, {
          timeout: 150_000,
        })
        .toMatchObject([{ on: 'throttle', slices: 2 }]);
      await handle.signal('waitLifted', { connection: 'other', at: since });
      await handle.query('progress');
      expect(pulls).toHaveLength(2);
      await handle.signal('waitLifted', { connection: 'main', at: since });
      expect(await handle.result()).toMatchObject({ status: 'succeeded' });
      expect(pulls.at(-1)?.lifted).toBe(since);
    },
  );
});
