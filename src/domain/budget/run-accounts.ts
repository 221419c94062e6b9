import { littleCalls } from './permit.ts';

/** What each run has had of a budget. Plain data, changed in place; instants on the budget's clock. */
export type RunAccounts = Record<string, RunAccount>;

interface RunAccount {
  /** Calls it was given. */
  sent: number;
  /** The same, but begun where the others stood when it came: it shares from then on, and catches nothing up. */
  served: number;
  /** When it was last given one. */
  at: number;
}

/** A run that was given nothing for this long no longer shares. */
const sharesForMs = 60_000;

/** Whether a run has sent so little that the kept part of the windows is for it. */
export function hasSentLittle(accounts: RunAccounts, run: string): boolean {
  return (accounts[run]?.sent ?? 0) < littleCalls;
}

/** Where a run stands in the order of sharing: the lowest is served next. */
export function servedOf(accounts: RunAccounts, run: string, now: number): number {
  return accounts[run]?.served ?? lowestServed(accounts, now);
}

/** A run was given a call; a call that it gave back counts −1. */
export function serveRun(accounts: RunAccounts, run: string, now: number, calls = 1): void {
  const { sent, served } = accounts[run] ?? { sent: 0, served: lowestServed(accounts, now) };
  accounts[run] = { sent: Math.max(0, sent + calls), served: served + calls, at: now };
}

/** Forgets runs that were given nothing since `before`. */
export function forgetRuns(accounts: RunAccounts, before: number): void {
  for (const [run, { at }] of Object.entries(accounts)) if (at < before) delete accounts[run];
}

function lowestServed(accounts: RunAccounts, now: number): number {
  const sharing = Object.values(accounts).filter(({ at }) => at + sharesForMs > now);
  return sharing.length === 0 ? 0 : Math.min(...sharing.map(({ served }) => served));
}
