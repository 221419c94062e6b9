import { permitMs } from '../domain/budget/permit.ts';
import type { Granted, Permit, Reservation, RunAsks } from '../domain/budget/reservation.ts';
import type { BudgetWindow } from '../domain/budget/window.ts';
import { BudgetSpentError } from '../domain/errors.ts';
import type { CallGate, CallOutcome } from './call-gate.ts';
import { createNewsDesk } from './news-desk.ts';
import { createRunLine } from './run-line.ts';

export interface SharedCallGateOptions {
  /** Names this process to the budget. */
  readonly process: string;
  readonly windows: readonly BudgetWindow[];
  /** Calls in flight at once, in this process. */
  readonly maxConcurrentCalls: number;
  /** Asks the connection's budget. A rejection means that it cannot be reached now. */
  readonly reserve: (request: Reservation) => Promise<Granted>;
  /** A call that must wait for longer is sent away with BudgetSpentError. Default: 10 s. */
  readonly maxWaitMs?: number;
  /** A monotonic clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

export interface SharedCallGate extends CallGate {
  /** Other limits from now on. */
  limit(limits: Pick<SharedCallGateOptions, 'windows' | 'maxConcurrentCalls'>): void;
}

type EndCall = (outcome: CallOutcome) => void;

/** A budget that cannot be reached is asked again after this. */
const unreachedMs = 1_000;
/** New callers wait this long for others, so that one request asks for all. */
const gatherMs = 5;

/**
 * A gate whose budget is kept elsewhere, for all processes: it asks there for the calls that wait here, all in one
 * request, and lets each through when its permit says so. A permit is worth nothing before its time, counted from
 * when the answer came, nor after it, counted from when the request was sent: so clocks may differ and answers be late.
 */
export function createSharedCallGate(options: SharedCallGateOptions): SharedCallGate {
  return new SharedGate(options);
}

class SharedGate implements SharedCallGate {
  readonly #options: SharedCallGateOptions;
  readonly #now: () => number;
  readonly #maxWaitMs: number;
  readonly #line = createRunLine<EndCall>();
  readonly #news = createNewsDesk();
  #limits: Pick<SharedCallGateOptions, 'windows' | 'maxConcurrentCalls'>;
  #returned: { readonly run: string; readonly at: number }[] = [];
  /** Permits whose time has not come, by run: callers of these runs wait for it, and need no other. */
  readonly #heldFor = new Map<string, number>();
  #inFlight = 0;
  #asking = false;
  #timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;

  constructor(options: SharedCallGateOptions) {
    this.#options = options;
    this.#limits = options;
    this.#now = options.now ?? (() => performance.now());
    this.#maxWaitMs = options.maxWaitMs ?? 10_000;
  }

  limit(limits: Pick<SharedCallGateOptions, 'windows' | 'maxConcurrentCalls'>): void {
    this.#limits = limits;
  }

  async enter(signal: AbortSignal, run: string): Promise<EndCall> {
    signal.throwIfAborted();
    const turn = this.#line.join(signal, run);
    if (this.#room() > 0) this.#askIn(gatherMs);
    return turn;
  }

  #room(): number {
    return this.#limits.maxConcurrentCalls - this.#inFlight - this.#held();
  }

  #held(): number {
    return [...this.#heldFor.values()].reduce((all, held) => all + held, 0);
  }

  /** Calls that wait here and have no permit. */
  #asks(): RunAsks[] {
    return this.#line
      .asks()
      .map(({ run, calls }) => ({ run, calls: calls - (this.#heldFor.get(run) ?? 0) }))
      .filter(({ calls }) => calls > 0);
  }

  /** The earlier of two appointments holds. */
  #askIn(ms: number): void {
    const at = this.#now() + ms;
    if (this.#timer && this.#timer.at <= at) return;
    clearTimeout(this.#timer?.handle);
    this.#timer = { at, handle: setTimeout(() => this.#ask(), ms) };
  }

  #ask(): void {
    this.#timer = undefined;
    if (this.#asking) return;
    const asks = this.#asks();
    const room = Math.max(0, this.#room());
    if ((asks.length === 0 || room === 0) && this.#returned.length === 0 && !this.#news.urgent) return;
    this.#asking = true;
    const returned = this.#returned.splice(0);
    const sentAt = this.#now();
    const news = this.#news.take(sentAt);
    const { process, reserve } = this.#options;
    reserve({ process, windows: this.#limits.windows, asks, room, returned, news })
      .then(
        (granted) => this.#take(granted, sentAt),
        () => {
          // Whether it was heard is not known. To give permits back twice could free what somebody else has.
          this.#news.putBack(news, sentAt);
          return unreachedMs;
        },
      )
      .then((againMs) => {
        this.#asking = false;
        if (againMs !== null) this.#askIn(againMs);
        else if (this.#room() > 0 && this.#asks().length > 0) this.#askIn(gatherMs);
      })
      .catch(mistake);
  }

  /** Puts permits to use, sends away who would wait too long, and says when to ask again. */
  #take({ permits, askAgainMs, nextInMs, heldBy }: Granted, sentAt: number): number | null {
    const cameAt = this.#now();
    for (const permit of permits) {
      this.#hold(permit, cameAt + permit.afterMs, sentAt + permit.afterMs + permitMs);
    }
    const served = this.#held();
    this.#line.sendAway((place) => {
      if (place < served) return undefined;
      const waitMs = nextInMs[place - served] ?? nextInMs.at(-1) ?? 0;
      return waitMs > this.#maxWaitMs ? spent(waitMs, heldBy) : undefined;
    });
    return this.#returned.length > 0 ? 0 : askAgainMs;
  }

  #hold(permit: Permit, from: number, until: number): void {
    if (from > until) {
      this.#giveBack(permit);
      return;
    }
    this.#heldFor.set(permit.run, (this.#heldFor.get(permit.run) ?? 0) + 1);
    const use = () => {
      this.#heldFor.set(permit.run, (this.#heldFor.get(permit.run) ?? 1) - 1);
      if (this.#now() > until || !this.#begin(permit)) this.#giveBack(permit);
    };
    const waitMs = from - this.#now();
    if (waitMs <= 0) use();
    else setTimeout(use, Math.ceil(waitMs));
  }

  #giveBack({ run, at, probe }: Permit): void {
    this.#returned.push({ run, at });
    if (probe) this.#news.note({ kind: 'unsent' }, this.#now(), true);
    this.#askIn(gatherMs);
  }

  /** Lets a caller through; false where nobody waits any more. */
  #begin(permit: Permit): boolean {
    const sentAt = this.#now();
    let isOver = false;
    const end: EndCall = (outcome) => {
      if (isOver) return;
      isOver = true;
      this.#inFlight -= 1;
      if (outcome.kind === 'unsent') this.#giveBack(permit);
      else this.#news.note(outcome, sentAt, permit.probe);
      if (this.#line.length > 0 || this.#news.urgent) this.#askIn(this.#news.urgent ? 0 : gatherMs);
    };
    this.#inFlight += 1;
    if (this.#line.serve(permit.run, end)) return true;
    this.#inFlight -= 1;
    return false;
  }
}

/** What is thrown here is a mistake of ours; unheard, it would leave all callers waiting for ever. */
function mistake(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function spent(waitMs: number, heldBy: Granted['heldBy']): BudgetSpentError {
  const seconds = Math.ceil(waitMs / 1000);
  const reasons = {
    outage: 'Optimove has not answered for a while and is tried again',
    throttle: 'Optimove has answered 429 (too many requests) and is called again',
    windows: 'The call budget is used up; the next call may be sent',
  };
  return new BudgetSpentError(`${reasons[heldBy ?? 'windows']} in ${seconds} s.`, {
    waitMs: Math.ceil(waitMs),
    facts: { waitMs },
  });
}
