import { createAskPacing } from '#budget/ask-schedule';
import {
  type CallOutcomes,
  type Granted,
  type Permit,
  permitMs,
  type Reservation,
} from '#domain/budget/reservation';
import type { BudgetWindow } from '#domain/budget/window';
import type { VirtualTime } from './virtual-time.ts';

export type Outcome =
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly retryAfterMs?: number | null }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number | null };

/** Somebody who has one call to make. */
export interface Caller {
  readonly run: string;
  /** The call has been sent, and this came of it. */
  ended(outcome: Outcome): void;
  /** It would have to wait here for so long that it is to come again. */
  sentAway(waitMs: number): void;
  /** Its process has died; the call may have been sent. */
  lost(): void;
}

export interface World {
  readonly time: VirtualTime;
  readonly lanes: number;
  /** How many processes ask, as the budget tells each. */
  readonly processes: number;
  readonly random: () => number;
  readonly windows: () => readonly BudgetWindow[];
  /** Hands a call to the socket. */
  readonly send: (caller: Caller, probe: boolean, ended: (outcome: Outcome) => void) => void;
  /** An exchange with the budget; the answer may come late. */
  readonly reserve: (request: Reservation, answered: (granted: Granted, answeredAt: number) => void) => void;
  /** By how much a timer comes late. */
  readonly lateMs: () => number;
  /** Whether permits are given back that were held when the API began to hold calls back. */
  readonly givesBack: boolean;
  /** Whoever waits longer is sent away. */
  readonly maxWaitMs: number;
}

export interface VirtualProcess {
  readonly id: string;
  readonly isAlive: boolean;
  enter(caller: Caller): void;
  /** Stopped, and goes on later as if nothing had happened. */
  stall(untilMs: number): void;
  kill(): void;
}

interface Held {
  readonly permit: Permit;
  readonly from: number;
  readonly until: number;
}

const gatherMs = 5;

/** A worker process: its callers, its lanes, its permits; the gate of a process in virtual time. */
export function createVirtualProcess(id: string, world: World): VirtualProcess {
  const { time, lanes } = world;
  const pacing = createAskPacing(world.random);
  const line = new Set<Caller>();
  const inFlight = new Set<Caller>();
  const held = new Set<Held>();
  let returned: { run: string; at: number }[] = [];
  let outcomes = emptyOutcomes();
  let isUrgent = false;
  let isAsking = false;
  let asked = 0;
  let askAgain = false;
  let appointment: number | null = null;
  let stalledUntil = 0;
  let isAlive = true;

  /** What is due while the process is stopped happens when it goes on. */
  function when(at: number, action: () => void): void {
    time.at(at, () => {
      if (!isAlive) return;
      if (time.now < stalledUntil) when(stalledUntil, action);
      else action();
    });
  }

  const room = () => Math.max(0, lanes - inFlight.size - held.size);

  function asks(): { run: string; calls: number }[] {
    const waiting = new Map<string, number>();
    for (const { run } of line) waiting.set(run, (waiting.get(run) ?? 0) + 1);
    for (const { permit } of held) waiting.set(permit.run, (waiting.get(permit.run) ?? 0) - 1);
    return [...waiting].map(([run, calls]) => ({ run, calls })).filter(({ calls }) => calls > 0);
  }

  function askIn(ms: number): void {
    const at = time.now + Math.max(ms, pacing.restMs(time.now));
    if (appointment !== null && appointment <= at) return;
    appointment = at;
    when(at, () => {
      if (appointment !== at) return;
      appointment = null;
      ask();
    });
  }

  function ask(): void {
    if (isAsking) {
      askAgain = true;
      return;
    }
    const waiting = asks();
    if ((waiting.length === 0 || room() === 0) && returned.length === 0 && !isUrgent) return;
    isAsking = true;
    askAgain = false;
    isUrgent = false;
    const sentAt = time.now;
    const { throttled, ...rest } = outcomes;
    const told: CallOutcomes = {
      ...rest,
      throttled: throttled.map((each) => ({
        sentAgoMs: sentAt - each.sentAt,
        retryAfterMs: each.retryAfterMs,
      })),
    };
    outcomes = emptyOutcomes();
    asked += 1;
    const request: Reservation = {
      process: id,
      sequence: asked,
      windows: world.windows(),
      asks: waiting,
      room: room(),
      leadMs: 0,
      callTimeoutMs: 60_000,
      returned,
      outcomes: told,
    };
    returned = [];
    world.reserve(request, (granted, answeredAt) =>
      when(time.now, () => take(granted, waiting, sentAt, answeredAt)),
    );
  }

  function take(granted: Granted, asked: Reservation['asks'], sentAt: number, answeredAt: number): void {
    const { permits, askAgainMs, heldBy } = granted;
    isAsking = false;
    pacing.onAnswer({ processes: world.processes, sentAt, cameAt: time.now });
    if (heldBy !== null && world.givesBack) giveBackHeld();
    for (const permit of permits) {
      const inMs = permit.at - answeredAt;
      hold({ permit, from: time.now + inMs, until: sentAt + inMs + permitMs });
    }
    sendAwayLateOnes(granted, asked);
    if (returned.length > 0) askIn(0);
    else if (askAgainMs !== null) askIn(askAgainMs);
    if (askAgain) askIn(gatherMs);
  }

  function sendAwayLateOnes({ permits, nextInMs }: Granted, asked: Reservation['asks']): void {
    const next = new Map(nextInMs.map(({ run, inMs }) => [run, inMs]));
    const farthestMs = Math.max(0, ...nextInMs.flatMap(({ inMs }) => inMs));
    const unmet = new Map(asked.map(({ run, calls }) => [run, calls]));
    for (const { run } of permits) unmet.set(run, (unmet.get(run) ?? 0) - 1);
    const places = new Map<string, number>();
    for (const { permit } of held) places.set(permit.run, (places.get(permit.run) ?? 0) - 1);
    for (const caller of [...line]) {
      const place = places.get(caller.run) ?? 0;
      places.set(caller.run, place + 1);
      // Who has a permit stays, and who has come since.
      if (place < 0 || place >= (unmet.get(caller.run) ?? 0)) continue;
      const waitMs = next.get(caller.run)?.[place] ?? farthestMs;
      if (waitMs <= world.maxWaitMs) continue;
      line.delete(caller);
      caller.sentAway(waitMs);
    }
  }

  function hold(permitHeld: Held): void {
    if (permitHeld.from > permitHeld.until) {
      giveBack(permitHeld.permit);
      return;
    }
    held.add(permitHeld);
    when(permitHeld.from + world.lateMs(), () => {
      if (!held.delete(permitHeld)) return;
      if (time.now > permitHeld.until || !use(permitHeld.permit)) giveBack(permitHeld.permit);
    });
  }

  /** The API is not to be called now: what was permitted before that was known is not used. */
  function giveBackHeld(): void {
    for (const each of [...held]) {
      if (each.permit.probe) continue;
      held.delete(each);
      giveBack(each.permit);
    }
  }

  function giveBack({ run, at, probe }: Permit): void {
    returned.push({ run, at });
    if (probe) {
      outcomes.probe = 'returned';
      isUrgent = true;
    }
    askIn(gatherMs);
  }

  function use({ run, probe }: Permit): boolean {
    const caller = [...line].find((each) => each.run === run) ?? [...line][0];
    if (caller === undefined) return false;
    line.delete(caller);
    inFlight.add(caller);
    const sentAt = time.now;
    world.send(caller, probe, (outcome) =>
      when(time.now, () => {
        inFlight.delete(caller);
        note(outcome, sentAt, probe);
        caller.ended(outcome);
        if (line.size > 0 || isUrgent) askIn(isUrgent ? 0 : gatherMs);
      }),
    );
    return true;
  }

  function note(outcome: Outcome, sentAt: number, probe: boolean): void {
    if (outcome.kind === 'failed') {
      outcomes.failed += 1;
      if (outcome.retryAfterMs)
        outcomes.retryAfterMs = Math.max(outcome.retryAfterMs, outcomes.retryAfterMs ?? 0);
      if (probe) outcomes.probe = 'failed';
      isUrgent = true;
      return;
    }
    outcomes.answered = true;
    outcomes.failed = 0;
    delete outcomes.retryAfterMs;
    if (probe) {
      outcomes.probe = 'answered';
      isUrgent = true;
    }
    if (outcome.kind === 'throttled') {
      outcomes.throttled.push({ sentAt, retryAfterMs: outcome.retryAfterMs });
      isUrgent = true;
      if (world.givesBack) giveBackHeld();
    }
  }

  return {
    id,
    get isAlive() {
      return isAlive;
    },
    enter(caller) {
      line.add(caller);
      if (room() > 0) when(time.now, () => askIn(gatherMs));
    },
    stall(untilMs) {
      stalledUntil = Math.max(stalledUntil, untilMs);
    },
    kill() {
      isAlive = false;
      for (const caller of [...line, ...inFlight]) caller.lost();
    },
  };
}

interface UntoldOutcomes {
  answered: boolean;
  failed: number;
  retryAfterMs?: number;
  probe: CallOutcomes['probe'];
  throttled: { sentAt: number; retryAfterMs: number | null }[];
}

const emptyOutcomes = (): UntoldOutcomes => ({ answered: false, failed: 0, probe: null, throttled: [] });
