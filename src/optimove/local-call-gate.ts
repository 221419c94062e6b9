import { afterFailure, noOutage, type OutageState } from '../domain/budget/outage.ts';
import {
  createRollingWindows,
  nextAt,
  nextTimes,
  pauseUntil,
  type RollingWindows,
  recordCall,
  underOtherWindows,
  useOfWindows,
} from '../domain/budget/rolling-windows.ts';
import { afterAnswer, afterThrottle, noThrottle, type ThrottleState } from '../domain/budget/throttle.ts';
import { type BudgetWindow, lengthenWindows, shortestMs } from '../domain/budget/window.ts';
import type { WindowUse } from '../domain/budget/window-use.ts';
import { BudgetSpentError } from '../domain/errors.ts';
import type { CallGate, CallOutcome } from './call-gate.ts';
import { WaitingLine } from './waiting-line.ts';

export interface GateLimits {
  readonly windows: readonly BudgetWindow[];
  /** Calls in flight at once. */
  readonly maxConcurrentCalls: number;
}

export interface LocalCallGateOptions extends GateLimits {
  /** A monotonic clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
  /** A call that must wait for longer is sent away with BudgetSpentError. Default: 10 s. */
  readonly maxWaitMs?: number;
}

export interface LocalCallGate extends CallGate {
  /** How it stands. */
  snapshot(): GateSnapshot;
  /** Other limits from now on. A new gate would not know what has been sent, and would send it all again. */
  limit(limits: GateLimits): void;
}

export interface GateSnapshot {
  readonly windows: readonly WindowUse[];
  /** Calls that wait to be let through. */
  readonly waiting: number;
  /** For how long Optimove's 429 holds all calls back; null where it does not. */
  readonly throttledForMs: number | null;
}

/** A gate for the calls of this process alone: first come, first served. */
export function createLocalCallGate(options: LocalCallGateOptions): LocalCallGate {
  return new OneProcessGate(options);
}

/** A call may overtake an earlier one on the way by this part of the shortest window, but not by more than … */
const jitterShare = 0.05;
/** … so much … */
const longestJitterMs = 500;
/** … and clocks and timers are read this roughly. */
const marginMs = 50;
/** Timers that are set for longer than 2^31 ms fire at once. */
const longestTimerMs = 2_000_000_000;

/** The windows as the gate keeps them: each a little longer than at the server, where calls are counted. */
function cautious(windows: readonly BudgetWindow[]): BudgetWindow[] {
  return lengthenWindows(windows, Math.min(longestJitterMs, shortestMs(windows) * jitterShare) + marginMs);
}

type EndCall = (outcome: CallOutcome) => void;

class OneProcessGate implements LocalCallGate {
  #limits: GateLimits;
  #windows: RollingWindows;
  readonly #maxWaitMs: number;
  readonly #now: () => number;
  readonly #line = new WaitingLine<EndCall>();
  #timer: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #outage: OutageState = noOutage;
  #isProbing = false;
  #throttle: ThrottleState = noThrottle;

  constructor({ now = () => performance.now(), maxWaitMs = 10_000, ...limits }: LocalCallGateOptions) {
    this.#limits = limits;
    this.#windows = createRollingWindows(cautious(limits.windows));
    this.#maxWaitMs = maxWaitMs;
    this.#now = now;
  }

  limit(limits: GateLimits): void {
    this.#limits = limits;
    this.#windows = underOtherWindows(this.#windows, cautious(limits.windows));
    this.#sendAwayWhoeverWaitsTooLong();
    this.#letThrough();
  }

  async enter(signal: AbortSignal): Promise<EndCall> {
    signal.throwIfAborted();
    const waitMs = this.#waitsMs(this.#line.length + 1).at(-1) ?? 0;
    if (waitMs > this.#maxWaitMs) throw this.#spent(waitMs);
    const turn = this.#line.join(signal, () => this.#letThrough());
    this.#letThrough();
    return turn;
  }

  snapshot(): GateSnapshot {
    const now = this.#now();
    const throttledForMs = this.#throttledForMs(now);
    return {
      // As configured: that each window is held for a little longer is the gate's own caution.
      windows: useOfWindows(this.#windows, now).map((use, index) => ({
        ...use,
        perSeconds: (this.#limits.windows[index]?.perMs ?? 0) / 1000,
      })),
      waiting: this.#line.length,
      throttledForMs: throttledForMs > 0 ? throttledForMs : null,
    };
  }

  /** Lets through whoever may go now, and sets the timer for the next; whoever ends a call comes here as well. */
  #letThrough(): void {
    clearTimeout(this.#timer);
    while (this.#line.length > 0) {
      if (this.#inFlight >= this.#limits.maxConcurrentCalls || (this.#outage.probe && this.#isProbing))
        return;
      const now = this.#now();
      const waitMs = Math.max(nextAt(this.#windows, now), this.#outage.probe?.at ?? now) - now;
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#letThrough(), Math.min(Math.ceil(waitMs), longestTimerMs));
        return;
      }
      this.#line.serveFirst(this.#beginCall(now));
    }
  }

  #beginCall(sentAt: number): EndCall {
    const isProbe = this.#outage.probe !== null;
    let isOver = false;
    recordCall(this.#windows, sentAt);
    this.#inFlight += 1;
    if (isProbe) this.#isProbing = true;
    return (outcome) => {
      if (isOver) return;
      isOver = true;
      this.#inFlight -= 1;
      if (isProbe) this.#isProbing = false;
      this.#learn(outcome, sentAt, isProbe);
      this.#letThrough();
    };
  }

  #learn(outcome: CallOutcome, sentAt: number, isProbe: boolean): void {
    // Called off by us: it says nothing about the other side.
    if (outcome.kind === 'abandoned' || outcome.kind === 'unsent') return;
    const now = this.#now();
    if (outcome.kind === 'failed') {
      this.#outage = afterFailure(this.#outage, now, isProbe);
    } else {
      // A 429 is an answer: the API is there.
      this.#outage = noOutage;
      if (outcome.kind === 'throttled') this.#throttled(sentAt, now, outcome.retryAfterMs);
      else this.#throttle = afterAnswer(this.#throttle, sentAt);
    }
    if (outcome.kind !== 'answered') this.#sendAwayWhoeverWaitsTooLong();
  }

  #throttled(sentAt: number, now: number, retryAfterMs: number | undefined): void {
    const { state, waitMs } = afterThrottle(this.#throttle, {
      sentAt,
      now,
      retryAfterMs,
      shortestWindowMs: shortestMs(this.#windows.windows),
    });
    this.#throttle = state;
    pauseUntil(this.#windows, now + waitMs);
  }

  #throttledForMs(now: number): number {
    return (this.#windows.pausedUntil ?? now) - now;
  }

  #sendAwayWhoeverWaitsTooLong(): void {
    const waitsMs = this.#waitsMs(this.#line.length);
    this.#line.sendAway((place) => {
      const waitMs = waitsMs[place] ?? 0;
      return waitMs > this.#maxWaitMs ? this.#spent(waitMs) : undefined;
    });
  }

  /** How long the next `count` calls wait, as far as the budget knows; not for how long others are in flight. */
  #waitsMs(count: number): number[] {
    const now = this.#now();
    const probeAt = this.#outage.probe?.at ?? now;
    return nextTimes(this.#windows, now, count).map((at) => Math.max(at, probeAt) - now);
  }

  #spent(waitMs: number): BudgetSpentError {
    const seconds = Math.ceil(waitMs / 1000);
    const reason =
      this.#outage.probe !== null
        ? 'Optimove has not answered for a while and is tried again'
        : this.#throttledForMs(this.#now()) > 0
          ? 'Optimove has answered 429 (too many requests) and is called again'
          : 'The call budget is used up; the next call may be sent';
    return new BudgetSpentError(`${reason} in ${seconds} s.`, {
      waitMs: Math.ceil(waitMs),
      facts: { waitMs },
    });
  }
}
