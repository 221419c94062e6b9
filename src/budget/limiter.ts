/**
 * A process's side of the call budget of one connection: every request passes the limiter, sign-ins and repeats included.
 * The other side is `domain/budget`, which gives permits to all processes; `control/shared-budget.ts` carries requests to it.
 *
 * Who waits where
 *
 *   acquire ──► wait queue (wait-queue.ts) ── a permit is used for the call ──► in flight ── end(outcome) ──► ended
 *                 ├─ its wait is longer than 10 s, or the budget has not answered for 10 s ──► rejected with BudgetSpentError:
 *                 │  its run sleeps, and acquires again
 *                 └─ its signal is aborted ──► rejected with the signal's reason
 *
 * What a permit goes through
 *
 *   answer of the budget ──► scheduled (scheduled-permits.ts), on our clock, as far as that is known
 *     ── its time comes ──► used for the first call of its run in the queue, or else for the first call of all
 *          ── the call is not handed to the socket in time (outcome `unsent`) ──► returned
 *     ── its time has passed, no call waits, or no place is free ──► returned
 *     ── the API asks to wait (429, or 503 with Retry-After), or the limiter closes ──► returned
 *
 * When the budget is asked: one request at a time, at the earliest of these times (ask-schedule.ts)
 *
 *   a call failed or got 429, or the probe ended ──► at once
 *   a call joins the queue and a place is free; a call ends and others wait; a permit is returned ──► after 5 ms,
 *                                                                             so that one request asks for all
 *   the budget said when to ask again ──► then          the budget did not answer ──► after 1 s
 *   ten processes or more ask the same budget ──► not before this process has rested
 *
 * What a request tells: the calls that wait and have no permit, by run; the free places; the permits that are returned;
 * the outcomes of calls (outcome-buffer.ts). Outcomes of a request without an answer are told again, returned permits are
 * not. The answer brings permits, waits, and whether the API is in an outage (outage-log.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  BudgetAnswer,
  CallOutcomes,
  Permit,
  Reservation,
  WaitingCalls,
} from '#domain/budget/reservation';
import type { Outages } from '#domain/run/failing-time';
import { createAskPacing, createAskSchedule } from './ask-schedule.ts';
import { createOutageLog } from './outage-log.ts';
import { type CallOutcome, createOutcomeBuffer } from './outcome-buffer.ts';
import { createClockOffset, createScheduledPermits } from './scheduled-permits.ts';
import { createWaitQueue, findLateCalls, toBudgetSpentError } from './wait-queue.ts';

/** Keeps the requests of one connection within its budget. */
export interface CallLimiter {
  /**
   * Resolves when one call may be handed to the socket. Rejects with BudgetSpentError where that is too far off to wait
   * in this process, and with the signal's reason when aborted. `run` is the run that the call is made for: runs share
   * a budget evenly. `goesOn` puts the next page of a call before the calls that have not begun, so that pages follow
   * each other closely.
   */
  acquire(signal: AbortSignal, run: string, goesOn?: boolean): Promise<EndCall>;
}

/** Must be called with the outcome of the call; only the first time counts. */
export interface EndCall {
  (outcome: CallOutcome): void;
  /** By when the call must be handed to the socket, on the clock of `performance.now`; left out: at any time. */
  readonly until?: number;
}

/** A limiter whose budget all processes share. */
export interface SharedLimiter extends CallLimiter {
  setMaxConcurrentCalls(maxConcurrentCalls: number): void;
  /** When the API answered no call. */
  readonly outages: Outages;
  /** Uses no permit any more, and returns those that are scheduled, as far as the budget answers soon. Leaves no timer behind. */
  close(): Promise<void>;
}

/** What a limiter asks; which process asks, and under which configuration, is added on the way to the budget. */
export type LimiterRequest = Omit<Reservation, 'process' | 'windows' | 'callTimeoutMs'>;
export type LimiterAnswer = Omit<BudgetAnswer, 'windows'>;

export interface SharedLimiterOptions {
  /** Calls in flight at once, in this process. */
  readonly maxConcurrentCalls: number;
  /** Asks the connection's budget. A rejection means that it cannot be reached now. */
  readonly reserve: (request: LimiterRequest) => Promise<LimiterAnswer>;
  /** A call that must wait for longer is rejected with BudgetSpentError. Default: 10 s. */
  readonly maxWaitMs?: number;
  /** A monotonic clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/** A budget that cannot be reached is asked again after this. */
const retryAskMs = 1_000;
/** When the process ends, there may be no worker left that answers. */
const closesWithinMs = 1_000;
/** A call that joins the queue waits this long for others, so that one request asks for all. */
const gatherMs = 5;

export function createSharedLimiter(options: SharedLimiterOptions): SharedLimiter {
  return new Limiter(options);
}

class Limiter implements SharedLimiter {
  readonly #reserve: SharedLimiterOptions['reserve'];
  readonly #now: () => number;
  readonly #maxWaitMs: number;
  readonly #queue = createWaitQueue<EndCall>();
  readonly #outcomes = createOutcomeBuffer();
  readonly #outages = createOutageLog();
  readonly #clock = createClockOffset();
  readonly #pacing = createAskPacing();
  readonly #scheduled;
  readonly #asks;
  #maxConcurrentCalls: number;
  #returned: { readonly run: string; readonly at: number }[] = [];
  #inFlight = 0;
  /** Numbers the requests, so that the budget knows one that is repeated on its way. */
  #sequence = 0;
  #unansweredSince: number | undefined;
  /** When the API last asked to wait: permits of a request that was sent before are not used. */
  #heldBackAt = Number.NEGATIVE_INFINITY;
  /** When the API last answered a call of this process. */
  #answeredAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor({ maxConcurrentCalls, reserve, maxWaitMs, now }: SharedLimiterOptions) {
    this.#reserve = reserve;
    this.#maxConcurrentCalls = maxConcurrentCalls;
    this.#now = now ?? (() => performance.now());
    this.#maxWaitMs = maxWaitMs ?? 10_000;
    this.#asks = createAskSchedule({
      now: this.#now,
      restMs: () => this.#pacing.restMs(this.#now()),
      againMs: gatherMs,
      ask: () => this.#askIfNeeded(),
    });
    this.#scheduled = createScheduledPermits({
      now: this.#now,
      use: (permit, until) => this.#begin(permit, until),
      giveBack: (permit) => this.#giveBack(permit),
    });
  }

  setMaxConcurrentCalls(maxConcurrentCalls: number): void {
    this.#maxConcurrentCalls = maxConcurrentCalls;
    if (this.#queue.length > 0) this.#asks.askIn(gatherMs);
  }

  get outages(): Outages {
    return this.#outages.outages;
  }

  async acquire(signal: AbortSignal, run: string, goesOn = false): Promise<EndCall> {
    signal.throwIfAborted();
    const turn = this.#queue.join(signal, run, goesOn);
    if (this.#freePlaces() > 0) this.#asks.askIn(gatherMs);
    return turn;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#asks.cancel();
    this.#giveBackScheduled();
    const timer = new AbortController();
    await Promise.race([this.#tellLast(), sleep(closesWithinMs, undefined, { signal: timer.signal })]);
    timer.abort();
  }

  async #tellLast(): Promise<void> {
    await this.#asks.underWay;
    if (this.#hasUrgentNews()) await this.#request([], 0);
  }

  #hasUrgentNews(): boolean {
    return this.#returned.length > 0 || this.#outcomes.isUrgent;
  }

  #freePlaces(): number {
    return Math.max(0, this.#maxConcurrentCalls - this.#inFlight - this.#scheduled.count);
  }

  /** Calls in the queue that no scheduled permit is for. */
  #waitingCalls(): WaitingCalls[] {
    return this.#queue
      .countByRun()
      .map(({ run, calls }) => ({ run, calls: calls - this.#scheduled.countFor(run) }))
      .filter(({ calls }) => calls > 0);
  }

  /** Undefined where there is nothing to ask for, and nothing to tell. */
  #askIfNeeded(): Promise<number | null> | undefined {
    const waiting = this.#waitingCalls();
    const room = this.#freePlaces();
    if ((waiting.length === 0 || room === 0) && !this.#hasUrgentNews()) return undefined;
    return this.#request(waiting, room);
  }

  /** One request and its answer. Gives in how many milliseconds to ask again, null where that is not needed. */
  async #request(asks: readonly WaitingCalls[], room: number): Promise<number | null> {
    const returned = this.#returned.splice(0);
    const sentAt = this.#now();
    const outcomes = this.#outcomes.take(sentAt);
    this.#sequence += 1;
    const { leadMs } = this.#clock;
    let answer: LimiterAnswer;
    try {
      answer = await this.#reserve({ sequence: this.#sequence, asks, room, leadMs, returned, outcomes });
    } catch {
      return this.#onNoAnswer(outcomes, sentAt);
    }
    const cameAt = this.#now();
    // An answer to a request that was sent before a call was answered tells of an outage that is over.
    if (sentAt >= this.#answeredAt) this.#outages.update(answer.outage);
    this.#clock.observe(answer.answeredAt, sentAt, cameAt);
    this.#pacing.onAnswer({ processes: answer.processes, sentAt, cameAt });
    return this.#takeAnswer(answer, asks, sentAt);
  }

  /** The request may have arrived all the same: a permit that is returned twice could free a slot that another process holds. */
  #onNoAnswer(outcomes: CallOutcomes, sentAt: number): number | null {
    this.#outcomes.putBack(outcomes, sentAt);
    this.#pacing.onNoAnswer(this.#now());
    this.#rejectIfUnanswered(sentAt);
    return this.#queue.length > 0 ? retryAskMs : null;
  }

  /** Calls wait on a budget whose answers are lost, or come too late to be of use. */
  #rejectIfUnanswered(since: number): void {
    this.#unansweredSince = this.#queue.length > 0 ? (this.#unansweredSince ?? since) : undefined;
    if (this.#unansweredSince === undefined || this.#now() - this.#unansweredSince <= this.#maxWaitMs) return;
    this.#queue.reject(() => toBudgetSpentError(this.#maxWaitMs, 'silence'));
  }

  /** Schedules permits, rejects calls whose wait is too long, and gives when to ask again. */
  #takeAnswer(answer: LimiterAnswer, asks: readonly WaitingCalls[], sentAt: number): number | null {
    const { permits } = answer;
    const returnedBefore = this.#returned.length;
    for (const permit of permits) {
      const { from, until } = this.#clock.toLocalSpan(permit.at);
      if (this.#isClosed || sentAt <= this.#heldBackAt) this.#giveBack(permit);
      else this.#scheduled.add(permit, from, until);
    }
    const late = this.#returned.length - returnedBefore;
    if (permits.length === 0 || late < permits.length) this.#unansweredSince = undefined;
    else this.#rejectIfUnanswered(sentAt);
    const countPermits = (run: string) => this.#scheduled.countFor(run);
    this.#queue.reject(findLateCalls(answer, asks, { maxWaitMs: this.#maxWaitMs, countPermits }));
    return this.#returned.length > 0 ? 0 : answer.askAgainMs;
  }

  #giveBackScheduled(): void {
    for (const permit of this.#scheduled.cancelAll()) this.#giveBack(permit);
  }

  #giveBack({ run, at, probe }: Permit): void {
    this.#returned.push({ run, at });
    if (probe) this.#outcomes.add({ kind: 'unsent' }, this.#now(), true);
    this.#asks.askIn(gatherMs);
  }

  /** Uses a permit; false where no call waits, or fewer may be in flight than when it was asked for. */
  #begin(permit: Permit, until: number): boolean {
    if (this.#inFlight >= this.#maxConcurrentCalls) return false;
    const sentAt = this.#now();
    let isOver = false;
    const onEnd = (outcome: CallOutcome) => {
      if (isOver) return;
      isOver = true;
      this.#end(permit, outcome, sentAt);
    };
    const end: EndCall = Object.assign(onEnd, { until });
    if (!this.#queue.serve(permit.run, end)) return false;
    this.#inFlight += 1;
    return true;
  }

  #end(permit: Permit, outcome: CallOutcome, sentAt: number): void {
    this.#inFlight -= 1;
    if (outcome.kind === 'unsent') this.#giveBack(permit);
    else this.#outcomes.add(outcome, sentAt, permit.probe);
    const isAnswered =
      outcome.kind === 'answered' || outcome.kind === 'throttled' || outcome.kind === 'signInThrottled';
    if (isAnswered) {
      this.#answeredAt = this.#now();
      this.#outages.end();
    }
    const isUnavailable = outcome.kind === 'failed' && outcome.retryAfterMs !== undefined;
    if (outcome.kind === 'throttled' || isUnavailable) {
      this.#heldBackAt = this.#now();
      this.#giveBackScheduled();
    }
    const { isUrgent } = this.#outcomes;
    if (this.#queue.length > 0 || isUrgent) this.#asks.askIn(isUrgent ? 0 : gatherMs);
  }
}
