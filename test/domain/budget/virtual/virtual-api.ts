import { jitterShare } from '#domain/budget/reservation';
import { shortestMs } from '#domain/budget/window';
import { createExactServer } from './exact-server.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Caller, Outcome } from './virtual-process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A call as the API saw it. */
export interface Arrival {
  readonly at: number;
  /** Null: the stranger's. */
  readonly run: string | null;
  readonly kind: Outcome['kind'];
  readonly probe: boolean;
}

export interface VirtualApi {
  readonly arrivals: readonly Arrival[];
  /** The most calls that ever came within a window's length, as a part of its limit. */
  readonly fullest: number;
  readonly lastSentAt: number;
  send(caller: Caller, probe: boolean, ended: (outcome: Outcome) => void): void;
}

/** How long a 429 takes. */
const refusalMs = [20, 200] as const;

/** An API that counts exactly, answers late, is away for a while, and may be called by somebody else as well. */
export function createVirtualApi(scenario: Scenario, time: VirtualTime, random: Random): VirtualApi {
  const { windows, stranger, outage, retryAfterMs, callMs } = scenario;
  const server = createExactServer(windows);
  const mostLate = shortestMs(windows) * jitterShare;
  const alwaysFailing = new Set(scenario.runs.filter((run) => run.alwaysFails).map(({ run }) => run));
  const arrivals: Arrival[] = [];
  let lastSentAt = 0;

  function outcomeFor(run: string): Outcome {
    const isWithin = server.arrive(time.now);
    if (outage && time.now >= outage.from && time.now < outage.until)
      return { kind: 'failed', retryAfterMs: outage.retryAfterMs ?? null };
    if (!isWithin) return { kind: 'throttled', retryAfterMs };
    return { kind: alwaysFailing.has(run) ? 'failed' : 'answered' };
  }

  function strangerCalls(): void {
    if (!stranger || time.now >= stranger.until) return;
    const kind = server.arrive(time.now) ? 'answered' : 'throttled';
    arrivals.push({ at: time.now, run: null, kind, probe: false });
    time.at(time.now + stranger.everyMs, strangerCalls);
  }
  if (stranger) time.at(stranger.from, strangerCalls);

  return {
    arrivals,
    get fullest() {
      return server.fullest;
    },
    get lastSentAt() {
      return lastSentAt;
    },
    send(caller, probe, ended) {
      lastSentAt = time.now;
      time.at(time.now + random.pick([0, mostLate, random.between(0, mostLate)]), () => {
        const outcome = outcomeFor(caller.run);
        arrivals.push({ at: time.now, run: caller.run, kind: outcome.kind, probe });
        const lastsMs = random.between(...(outcome.kind === 'throttled' ? refusalMs : callMs));
        time.at(time.now + lastsMs, () => ended(outcome));
      });
    },
  };
}
