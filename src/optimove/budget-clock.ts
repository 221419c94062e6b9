import { permitMs } from '#domain/budget/reservation';

/** What is known here of the clock that a budget's instants are on. */
export interface BudgetClock {
  /** That clock has read `at` somewhere between two instants of ours: when it was asked, and when its answer came. */
  heard(at: number, sentAt: number, cameAt: number): void;
  /** From when until when, on our clock, a permit for that instant holds; the wrong way round where that is not known well enough. */
  spanOf(at: number): { readonly from: number; readonly until: number };
  /** How far ahead of being asked a permit must lie, to be of use when the answer has come. */
  readonly leadMs: number;
}

/** Clocks gain on each other by no more than this share of the time that passes. */
const driftShare = 0.001;
/** Answers whose ways are looked at. */
const latest = 5;
const longestLeadMs = 2_000;

/**
 * No clock need be right, nor an answer fast. Each answer says between which bounds that clock is ahead of ours (it was
 * read before the answer came, and after it was asked for), and what all of them leave is nearly the way of the fastest
 * there and of the fastest back. So a permit keeps its width although answers are late now and then. Where an answer does
 * not fit the others a clock was set, and the others are worth nothing any more.
 */
export function createBudgetClock(): BudgetClock {
  let ahead = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY, asOf: 0 };
  let delays: number[] = [];
  return {
    heard(at, sentAt, cameAt) {
      const drift = (cameAt - sentAt) * driftShare;
      const told = { least: at - cameAt, most: at - sentAt + drift, asOf: cameAt };
      const driftMs = (cameAt - ahead.asOf) * driftShare;
      const least = Math.max(told.least, ahead.least - driftMs);
      const most = Math.min(told.most, ahead.most + driftMs);
      ahead = least <= most ? { least, most, asOf: cameAt } : told;
      // How long ago that was, as far as it can have been.
      delays = [...delays, cameAt - (at - ahead.most)].slice(-latest);
    },
    spanOf: (at) => ({ from: at - ahead.least, until: at - ahead.most + permitMs }),
    get leadMs() {
      // One that took very long says nothing of the next; half a permit's width is left for what comes on top.
      const [longest = 0, next = longest] = delays.toSorted((a, b) => b - a);
      return Math.min(longestLeadMs, Math.max(0, Math.ceil(next - permitMs / 2)));
    },
  };
}
