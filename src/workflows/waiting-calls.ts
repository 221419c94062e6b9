import type { Granted, Reservation } from '../domain/budget/reservation.ts';

/** A process that has not asked again for this long after it was to is gone. */
const lateMs = 30_000;
/** A call that is to wait for longer waits in its run, not in its process, which does not ask for it meanwhile. */
const waitsInProcessMs = 10_000;

/** How many calls wait for a permit, as the processes last told. */
export interface WaitingCalls {
  note(request: Reservation, granted: Granted, now: number): void;
  count(now: number): number;
  /** How many processes there are, waiting or not. */
  processes(now: number): number;
}

interface Waiting {
  readonly calls: number;
  /** When its calls are to come again, where they wait in their run; null where their process asks for them. */
  readonly backAt: number | null;
}

interface Process {
  readonly runs: ReadonlyMap<string, Waiting>;
  /** When it has not asked for so long that it is gone; what waits in its runs may outlast it. */
  readonly goneAt: number;
}

export function createWaitingCalls(): WaitingCalls {
  const processes = new Map<string, Process>();
  const forget = (now: number) => {
    for (const [process, { runs, goneAt }] of processes) {
      if (goneAt < now && [...runs.values()].every(({ backAt }) => (backAt ?? 0) < now))
        processes.delete(process);
    }
  };
  return {
    note({ process, asks }, granted, now) {
      forget(now);
      const before = processes.get(process)?.runs ?? new Map<string, Waiting>();
      const runs = new Map([...before].filter(([, { backAt }]) => backAt !== null && backAt > now));
      for (const { run, calls } of asks) runs.set(run, waitingOf(run, calls, granted, now));
      processes.set(process, { runs, goneAt: now + (granted.askAgainMs ?? 0) + lateMs });
    },
    count(now) {
      forget(now);
      return [...processes.values()]
        .flatMap(({ runs, goneAt }) =>
          [...runs.values()].filter(({ backAt }) => (backAt === null ? goneAt >= now : backAt > now)),
        )
        .reduce((all, { calls }) => all + calls, 0);
    },
    processes(now) {
      forget(now);
      return [...processes.values()].filter(({ goneAt }) => goneAt >= now).length;
    },
  };
}

function waitingOf(run: string, calls: number, { permits, nextInMs }: Granted, now: number): Waiting {
  const unmet = calls - permits.filter((permit) => permit.run === run).length;
  const inMs = Math.max(0, ...(nextInMs.find((next) => next.run === run)?.inMs ?? []));
  return { calls: Math.max(0, unmet), backAt: inMs > waitsInProcessMs ? now + inMs : null };
}
