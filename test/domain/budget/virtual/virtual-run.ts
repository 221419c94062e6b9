import type { Random } from './random.ts';
import type { VirtualRun } from './scenario.ts';
import type { Caller } from './virtual-process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How long it takes until a caller that was sent away, or whose process has died, works somewhere again. */
const [comesBackMs, replacedMs] = [[20, 200] as const, [2_000, 10_000] as const];
const longestRetryMs = 60_000;

/** Has a run's calls made: as many callers as it has, each one call after the other, wherever they are put. */
export function beginRun(
  { run, calls, callers }: VirtualRun,
  { time, random }: { readonly time: VirtualTime; readonly random: Random },
  enter: (caller: Caller) => void,
  ended: () => void,
): void {
  let left = calls;
  let unanswered = calls;

  function callNext(): void {
    if (left === 0) return;
    left -= 1;
    call(0);
  }

  function call(failures: number): void {
    const again = (waitMs: number, failed = failures) => time.at(time.now + waitMs, () => call(failed));
    enter({
      run,
      ended({ kind }) {
        if (kind === 'failed') again(Math.min(longestRetryMs, 1_000 * 2 ** failures), failures + 1);
        else if (kind === 'throttled') call(failures);
        else {
          unanswered -= 1;
          if (unanswered === 0) ended();
          callNext();
        }
      },
      sentAway: (waitMs) => again(waitMs + random.between(...comesBackMs)),
      lost: () => again(random.between(...replacedMs)),
    });
  }

  for (let caller = 0; caller < callers; caller += 1) callNext();
}
