import type { StopSignals } from './stop-signals.ts';

const lookEveryMs = 5_000;

/** Does `work`, which needs the table of a river, and tells meanwhile which session holds a lock that it waits for: nobody else could say why it stands still. */
export async function tellLocks<T>(
  findHolder: () => Promise<string | undefined>,
  onLocked: StopSignals['onLocked'],
  work: () => Promise<T>,
): Promise<T> {
  let since: string | undefined;
  let isLooking = false;
  let isOver = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    // A database that does not answer is found out by that work.
    const holder = await findHolder().catch(() => undefined);
    isLooking = false;
    if (isOver) return;
    since = holder === undefined ? undefined : (since ?? new Date().toISOString());
    onLocked(holder === undefined || since === undefined ? undefined : { since, holder });
  };
  const looking = setInterval(() => void look(), lookEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(looking);
    isOver = true;
    onLocked(undefined);
  }
}
