import { littleCalls } from './permit.ts';

/** What each run has had of a budget. Plain data, changed in place; instants on the budget's clock. */
export interface RunAccounts {
  /** Where the run stands that waits and has been served least. Never goes back. */
  level: number;
  readonly runs: Record<string, RunAccount>;
}

interface RunAccount {
  /** Calls it was given. */
  sent: number;
  /** The same, but begun at the level of then: a run shares while it waits, and catches nothing up. */
  served: number;
  /** When it was last given one. */
  at: number;
}

export const noAccounts = (): RunAccounts => ({ level: 0, runs: {} });

/** How many calls a run was given, as far back as is remembered. */
export function sentBy({ runs }: RunAccounts, run: string): number {
  return runs[run]?.sent ?? 0;
}

/** Whether a run that was given so many calls has sent so little that the kept part of the windows is for it. */
export const isLittle = (sent: number): boolean => sent < littleCalls;

/** Where a run stands in the order of sharing: the lowest is served next. */
export function standOf({ level, runs }: RunAccounts, run: string): number {
  return Math.max(level, runs[run]?.served ?? level);
}

/** Notes who waits: whoever did not meanwhile is not behind for that. */
export function raiseLevel(accounts: RunAccounts, waiting: readonly string[]): void {
  if (waiting.length > 0) accounts.level = Math.min(...waiting.map((run) => standOf(accounts, run)));
}

/** A run was given a call. */
export function serveRun(accounts: RunAccounts, run: string, now: number): void {
  const served = standOf(accounts, run) + 1;
  accounts.runs[run] = { sent: sentBy(accounts, run) + 1, served, at: now };
}

/** A run gave a call back. */
export function takeBack({ runs }: RunAccounts, run: string): void {
  const account = runs[run];
  if (!account) return;
  account.sent = Math.max(0, account.sent - 1);
  account.served -= 1;
}

/** Forgets runs that were given nothing since `before`. */
export function forgetRuns({ runs }: RunAccounts, before: number): void {
  for (const run of Object.keys(runs)) if ((runs[run]?.at ?? before) < before) delete runs[run];
}
