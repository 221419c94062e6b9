import type { Granted, Reservation } from '../domain/budget/reservation.ts';

/** A process that has not asked again for this long after it was to is gone. */
const lateMs = 30_000;

/** How many calls wait for a permit, as the processes last told. */
export interface WaitingCalls {
  note(request: Reservation, granted: Granted, now: number): void;
  count(now: number): number;
  /** How many processes there are, waiting or not. */
  processes(now: number): number;
}

export function createWaitingCalls(): WaitingCalls {
  const waiting = new Map<string, { readonly calls: number; readonly until: number }>();
  const forget = (now: number) => {
    for (const [process, { until }] of waiting) if (until < now) waiting.delete(process);
  };
  return {
    note({ process, asks }, { permits, askAgainMs }, now) {
      forget(now);
      const calls = asks.reduce((all, ask) => all + ask.calls, 0) - permits.length;
      waiting.set(process, { calls, until: now + (askAgainMs ?? 0) + lateMs });
    },
    count(now) {
      forget(now);
      return [...waiting.values()].reduce((all, { calls }) => all + calls, 0);
    },
    processes(now) {
      forget(now);
      return waiting.size;
    },
  };
}
