import fc from 'fast-check';
import { calmScenario, type Scenario } from './scenario.ts';

const windowOf = (longestMs: number) =>
  fc.record({ calls: fc.integer({ min: 1, max: 8 }), perMs: fc.integer({ min: 200, max: longestMs }) });

/** Small windows, and everything that can go wrong between them and the calls. */
export const hardTimes: fc.Arbitrary<Scenario> = fc
  .record({
    seed: fc.integer(),
    windows: fc.array(windowOf(20_000), { minLength: 1, maxLength: 3 }),
    runs: fc.array(
      fc.record({
        calls: fc.integer({ min: 1, max: 30 }),
        callers: fc.integer({ min: 1, max: 6 }),
        startsAt: fc.nat({ max: 20_000 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    processes: fc.integer({ min: 1, max: 5 }),
    lanes: fc.integer({ min: 1, max: 4 }),
    callMs: fc.tuple(fc.nat({ max: 50 }), fc.integer({ min: 50, max: 3_000 })),
    slowUpdates: fc.constantFrom(0, 0.1, 0.5),
    lateTimers: fc.constantFrom(0, 0.5, 1),
    stallsEveryMs: fc.constantFrom(700, 5_000, Number.POSITIVE_INFINITY),
    killsEveryMs: fc.constantFrom(3_000, 20_000, Number.POSITIVE_INFINITY),
    repeats: fc.constantFrom(0, 0.3),
    restarts: fc.constantFrom(0, 0.5),
    maxWaitMs: fc.constantFrom(1_000, 10_000),
  })
  .map(({ runs, ...rest }) => ({
    ...calmScenario,
    ...rest,
    stallsForMs: 3_000,
    runs: runs.map((run, k) => ({ run: `run-${k}`, ...run })),
    until: 3_600_000,
  }));

/** Whether a process lives and goes on long enough, and is answered, to have calls made; without that nothing is promised. */
export const isBearable = ({ killsEveryMs, stallsEveryMs, repeats }: Scenario): boolean =>
  killsEveryMs >= 20_000 && stallsEveryMs >= 5_000 && repeats === 0;
