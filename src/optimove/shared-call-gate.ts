import { setTimeout as sleep } from 'node:timers/promises';
import type { BudgetAnswer, CallNews, Permit, Reservation, RunAsks } from '#domain/budget/reservation';
import type { Outages } from '#domain/run/failing-time';
import { createAppointment } from './appointment.ts';
import { createBudgetClock } from './budget-clock.ts';
import { createBudgetQueue } from './budget-queue.ts';
import { budgetSpent } from './budget-spent.ts';
import type { CallGate, CallOutcome, EndCall } from './call-gate.ts';
import { createHeldPermits } from './held-permits.ts';
import { lateCallers } from './late-callers.ts';
import { createNewsDesk } from './news-desk.ts';
import { createOutageLog } from './outage-log.ts';
import { createRunLine } from './run-line.ts';

/** What a gate asks of its budget; who asks, and under which windows, is added on the way. */
export type GateRequest = Omit<Reservation, 'process' | 'windows'>;
/** What it is answered. */
export type GateAnswer = Omit<BudgetAnswer, 'windows'>;

export interface SharedCallGateOptions {
  /** Calls in flight at once, in this process. */
  readonly maxConcurrentCalls: number;
  /** Asks the connection's budget. A rejection means that it cannot be reached now. */
  readonly reserve: (request: GateRequest) => Promise<GateAnswer>;
  /** A call that must wait for longer is sent away with BudgetSpentError. Default: 10 s. */
  readonly maxWaitMs?: number;
  /** A monotonic clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

export interface SharedCallGate extends CallGate {
  /** Another number of calls in flight from now on. */
  limit(maxConcurrentCalls: number): void;
  /** When the API has answered nobody. */
  readonly outages: Outages;
  /** Lets nobody through any more, and gives back what it holds, as far as the budget answers soon. Leaves no timer behind. */
  close(): Promise<void>;
}

/** A budget that cannot be reached is asked again after this. */
const unreachedMs = 1_000;
/** At the end nobody may be left to answer. */
const closesWithinMs = 1_000;
/** New callers wait this long for others, so that one request asks for all. */
const gatherMs = 5;

/**
 * A gate whose budget is kept elsewhere, for all processes: it asks there for the calls that wait here, all in one
 * request, and lets each through when its permit says so. A permit is worth nothing before its time nor after it, as
 * far as is known here how the budget's clock stands against ours: so clocks may differ and answers be late.
 */
export function createSharedCallGate(options: SharedCallGateOptions): SharedCallGate {
  return new SharedGate(options);
}

class SharedGate implements SharedCallGate {
  readonly #reserve: SharedCallGateOptions['reserve'];
  readonly #now: () => number;
  readonly #maxWaitMs: number;
  readonly #line = createRunLine<EndCall>();
  readonly #news = createNewsDesk();
  readonly #outages = createOutageLog();
  readonly #clock = createBudgetClock();
  readonly #queue = createBudgetQueue();
  readonly #held;
  #maxConcurrentCalls: number;
  #returned: { readonly run: string; readonly at: number }[] = [];
  #inFlight = 0;
  readonly #next;
  /** The request under way: there is one at a time. */
  #asking: Promise<void> | undefined;
  /** Something has happened since that request was sent that the budget is to hear of. */
  #askAgain = false;
  #silentSince: number | undefined;
  /** When the API last asked to wait: what was permitted before, without knowing of it, is not used any more. */
  #heldBackAt = Number.NEGATIVE_INFINITY;
  /** When the API last answered a call of this process. */
  #answeredAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor({ maxConcurrentCalls, reserve, maxWaitMs, now }: SharedCallGateOptions) {
    this.#reserve = reserve;
    this.#maxConcurrentCalls = maxConcurrentCalls;
    this.#now = now ?? (() => performance.now());
    this.#maxWaitMs = maxWaitMs ?? 10_000;
    this.#next = createAppointment(this.#now, () => this.#ask());
    this.#held = createHeldPermits({
      now: this.#now,
      use: (permit, until) => this.#begin(permit, until),
      giveBack: (permit) => this.#giveBack(permit),
    });
  }

  limit(maxConcurrentCalls: number): void {
    this.#maxConcurrentCalls = maxConcurrentCalls;
    if (this.#line.length > 0) this.#askIn(gatherMs);
  }

  get outages(): Outages {
    return this.#outages.outages;
  }

  async enter(signal: AbortSignal, run: string, goesOn = false): Promise<EndCall> {
    signal.throwIfAborted();
    const turn = this.#line.join(signal, run, goesOn);
    if (this.#room() > 0) this.#askIn(gatherMs);
    return turn;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#next.cancel();
    this.#giveUpHeld();
    const timer = new AbortController();
    await Promise.race([this.#tellLast(), sleep(closesWithinMs, undefined, { signal: timer.signal })]);
    timer.abort();
  }

  async #tellLast(): Promise<void> {
    await this.#asking;
    if (this.#returned.length > 0 || this.#news.urgent) await this.#request([], 0);
  }

  #room(): number {
    return Math.max(0, this.#maxConcurrentCalls - this.#inFlight - this.#held.count);
  }

  /** Calls that wait here and have no permit. */
  #asks(): RunAsks[] {
    return this.#line
      .asks()
      .map(({ run, calls }) => ({ run, calls: calls - this.#held.countFor(run) }))
      .filter(({ calls }) => calls > 0);
  }

  #askIn(ms: number): void {
    this.#next.in(Math.max(ms, this.#queue.restMs(this.#now())));
  }

  #ask(): void {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    const asks = this.#asks();
    const room = this.#room();
    if ((asks.length === 0 || room === 0) && this.#returned.length === 0 && !this.#news.urgent) return;
    this.#askAgain = false;
    this.#asking = this.#request(asks, room)
      .then((againMs) => {
        this.#asking = undefined;
        if (againMs !== null) this.#askIn(againMs);
        if (this.#askAgain) this.#askIn(gatherMs);
      })
      .catch(mistake);
  }

  /** One exchange with the budget. Says in how many milliseconds it is to be asked again, if it is. */
  async #request(asks: readonly RunAsks[], room: number): Promise<number | null> {
    const returned = this.#returned.splice(0);
    const sentAt = this.#now();
    const news = this.#news.take(sentAt);
    let answer: GateAnswer;
    try {
      answer = await this.#reserve({ asks, room, leadMs: this.#clock.leadMs, returned, news });
    } catch {
      return this.#unheard(news, sentAt);
    }
    const cameAt = this.#now();
    // What was asked before a call was answered tells of an outage that is over.
    if (sentAt >= this.#answeredAt) this.#outages.heard(answer.outage);
    this.#clock.heard(answer.answeredAt, sentAt, cameAt);
    this.#queue.answered({ processes: answer.processes ?? 1, sentAt, cameAt });
    return this.#take(answer, asks, sentAt);
  }

  /** Whether it was heard is not known. To give permits back twice could free what somebody else has. */
  #unheard(news: CallNews, sentAt: number): number | null {
    this.#news.putBack(news, sentAt);
    this.#queue.unheard(this.#now());
    this.#silence(sentAt);
    return this.#line.length > 0 ? unreachedMs : null;
  }

  /** Nothing can be made of what the budget says, if it says anything: for long, that is a wait like others. */
  #silence(since: number): void {
    this.#silentSince = this.#line.length > 0 ? (this.#silentSince ?? since) : undefined;
    if (this.#silentSince === undefined || this.#now() - this.#silentSince <= this.#maxWaitMs) return;
    this.#line.sendAway(() => budgetSpent(this.#maxWaitMs, 'silence'));
  }

  /** Puts permits to use, sends away who would wait too long, and says when to ask again. */
  #take(answer: GateAnswer, asks: readonly RunAsks[], sentAt: number): number | null {
    const { permits } = answer;
    const returnedBefore = this.#returned.length;
    for (const permit of permits) {
      const { from, until } = this.#clock.spanOf(permit.at);
      if (this.#isClosed || sentAt <= this.#heldBackAt) this.#giveBack(permit);
      else this.#held.hold(permit, from, until);
    }
    const late = this.#returned.length - returnedBefore;
    if (permits.length === 0 || late < permits.length) this.#silentSince = undefined;
    else this.#silence(sentAt);
    const heldFor = (run: string) => this.#held.countFor(run);
    this.#line.sendAway(lateCallers(answer, asks, { maxWaitMs: this.#maxWaitMs, heldFor }));
    return this.#returned.length > 0 ? 0 : answer.askAgainMs;
  }

  #giveUpHeld(): void {
    for (const permit of this.#held.release()) this.#giveBack(permit);
  }

  #giveBack({ run, at, probe }: Permit): void {
    this.#returned.push({ run, at });
    if (probe) this.#news.note({ kind: 'unsent' }, this.#now(), true);
    this.#askIn(gatherMs);
  }

  #answered(): void {
    this.#answeredAt = this.#now();
    this.#outages.answered();
  }

  /** Lets a caller through; false where nobody waits any more, or fewer calls may be in flight than when it was asked for. */
  #begin(permit: Permit, until: number): boolean {
    if (this.#inFlight >= this.#maxConcurrentCalls) return false;
    const sentAt = this.#now();
    let isOver = false;
    const ends = (outcome: CallOutcome) => {
      if (isOver) return;
      isOver = true;
      this.#inFlight -= 1;
      if (outcome.kind === 'unsent') this.#giveBack(permit);
      else this.#news.note(outcome, sentAt, permit.probe);
      const isAnswered =
        outcome.kind !== 'failed' && outcome.kind !== 'unsent' && outcome.kind !== 'abandoned';
      if (isAnswered) this.#answered();
      const isUnavailable = outcome.kind === 'failed' && outcome.retryAfterMs !== undefined;
      if (outcome.kind === 'throttled' || isUnavailable) {
        this.#heldBackAt = this.#now();
        this.#giveUpHeld();
      }
      if (this.#line.length > 0 || this.#news.urgent) this.#askIn(this.#news.urgent ? 0 : gatherMs);
    };
    const end: EndCall = Object.assign(ends, { until });
    if (!this.#line.serve(permit.run, end)) return false;
    this.#inFlight += 1;
    return true;
  }
}

/** What is thrown here is a mistake of ours; unheard, it would leave all callers waiting for ever. */
function mistake(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
