import { afterFailure, noOutage, type OutageState } from '../domain/budget/outage.ts';
import {
  createRollingWindows,
  nextAt,
  nextTimes,
  pauseUntil,
  type RollingWindows,
  recordCall,
  useOfWindows,
} from '../domain/budget/rolling-windows.ts';
import { afterAnswer, afterThrottle, noThrottle, type ThrottleState } from '../domain/budget/throttle.ts';
import { type BudgetWindow, lengthenWindows, shortestMs } from '../domain/budget/window.ts';
import type { WindowUse } from '../domain/budget/window-use.ts';
import { BudgetSpentError } from '../domain/errors.ts';
import type { CallGate, CallOutcome } from './call-gate.ts';

export interface LocalCallGateOptions {
  readonly windows: readonly BudgetWindow[];
  /** Calls in flight at once. */
  readonly maxConcurrentCalls: number;
  /** A monotonic clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
  /** A call that must wait for longer is sent away with BudgetSpentError. Default: 10 s. */
  readonly maxWaitMs?: number;
}

/** A gate that shows how it stands. */
export interface LocalCallGate extends CallGate {
  snapshot(): GateSnapshot;
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

type EndCall = (outcome: CallOutcome) => void;

interface Waiter {
  readonly letThrough: (end: EndCall) => void;
  readonly sendAway: (reason: unknown) => void;
}

class OneProcessGate implements LocalCallGate {
  readonly #configured: readonly BudgetWindow[];
  readonly #maxConcurrentCalls: number;
  readonly #maxWaitMs: number;
  readonly #now: () => number;
  readonly #windows: RollingWindows;
  /** In the order they came. */
  readonly #waiting = new Set<Waiter>();
  #timer: NodeJS.Timeout | undefined;
  #inFlight = 0;
  #outage: OutageState = noOutage;
  #isProbing = false;
  #throttle: ThrottleState = noThrottle;

  constructor({
    windows,
    maxConcurrentCalls,
    now = () => performance.now(),
    maxWaitMs = 10_000,
  }: LocalCallGateOptions) {
    const lengthened = lengthenWindows(
      windows,
      Math.min(longestJitterMs, shortestMs(windows) * jitterShare) + marginMs,
    );
    this.#configured = windows;
    this.#maxConcurrentCalls = maxConcurrentCalls;
    this.#maxWaitMs = maxWaitMs;
    this.#now = now;
    this.#windows = createRollingWindows(lengthened);
  }

  enter(signal: AbortSignal): Promise<EndCall> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const waitMs = this.#waitsMs(this.#waiting.size + 1).at(-1) ?? 0;
      if (waitMs > this.#maxWaitMs) return reject(this.#spent(waitMs));
      const leave = () => {
        this.#waiting.delete(waiter);
        reject(signal.reason);
        this.#letThrough();
      };
      const waiter: Waiter = {
        letThrough: (end) => {
          signal.removeEventListener('abort', leave);
          resolve(end);
        },
        sendAway: (reason) => {
          signal.removeEventListener('abort', leave);
          reject(reason);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(waiter);
      this.#letThrough();
    });
  }

  snapshot(): GateSnapshot {
    const now = this.#now();
    const throttledForMs = (this.#windows.pausedUntil ?? now) - now;
    return {
      // As configured: that each window is held for a little longer is the gate's own caution.
      windows: useOfWindows(this.#windows, now).map((use, index) => ({
        ...use,
        perSeconds: (this.#configured[index]?.perMs ?? 0) / 1000,
      })),
      waiting: this.#waiting.size,
      throttledForMs: throttledForMs > 0 ? throttledForMs : null,
    };
  }

  /** Lets through whoever may go now, and sets the timer for the next; whoever ends a call comes here as well. */
  #letThrough(): void {
    clearTimeout(this.#timer);
    for (const waiter of this.#waiting) {
      if (this.#inFlight >= this.#maxConcurrentCalls || (this.#outage.probe && this.#isProbing)) return;
      const now = this.#now();
      const waitMs = Math.max(nextAt(this.#windows, now), this.#outage.probe?.at ?? now) - now;
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#letThrough(), Math.min(Math.ceil(waitMs), longestTimerMs));
        return;
      }
      this.#waiting.delete(waiter);
      waiter.letThrough(this.#beginCall(now));
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
    if (outcome.kind === 'abandoned') return;
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

  #sendAwayWhoeverWaitsTooLong(): void {
    const waitsMs = this.#waitsMs(this.#waiting.size);
    for (const [index, waiter] of [...this.#waiting].entries()) {
      const waitMs = waitsMs[index] ?? 0;
      if (waitMs <= this.#maxWaitMs) continue;
      this.#waiting.delete(waiter);
      waiter.sendAway(this.#spent(waitMs));
    }
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
        : this.snapshot().throttledForMs !== null
          ? 'Optimove has answered 429 (too many requests) and is called again'
          : 'The call budget is used up; the next call may be sent';
    return new BudgetSpentError(`${reason} in ${seconds} s.`, {
      waitMs: Math.ceil(waitMs),
      facts: { waitMs },
    });
  }
}
