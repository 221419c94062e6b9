import { durationText } from '../duration.ts';
/** At most `calls` calls in any rolling interval of `perMs` milliseconds. */
export interface BudgetWindow {
  readonly calls: number;
  readonly perMs: number;
}

/** How a window stands now. */
export interface WindowUse {
  readonly calls: number;
  readonly perSeconds: number;
  readonly used: number;
  readonly free: number;
}

/** Optimove's published limits: 2000 calls an hour and 50 in 10 seconds. */
export const defaultBudget: readonly BudgetWindow[] = Object.freeze([
  { calls: 2000, perMs: 3_600_000 },
  { calls: 50, perMs: 10_000 },
]);

/** The length of the shortest window. */
export function shortestMs(windows: readonly BudgetWindow[]): number {
  return Math.min(...windows.map(({ perMs }) => perMs));
}

/** The length of the longest window: no process is out of calls for longer. */
export function longestMs(windows: readonly BudgetWindow[]): number {
  return Math.max(...windows.map(({ perMs }) => perMs));
}

/** The same windows, each longer by `byMs`: calls can come closer together on the way to the API. */
export function lengthenWindows(windows: readonly BudgetWindow[], byMs: number): BudgetWindow[] {
  return windows.map(({ calls, perMs }) => ({ calls, perMs: perMs + byMs }));
}

/** The calls in a share of a window: rounded down, but at least one. */
export function callsInShare({ calls }: Pick<BudgetWindow, 'calls'>, share: number): number {
  // In hundredths, because 0.98 × 50 is a little less than 49.
  return Math.max(1, Math.floor((calls * Math.round(share * 100)) / 100));
}

/** What is wrong with a budget's windows, one sentence for each fault; none where calls can be sent under them. */
export function checkWindows(windows: readonly BudgetWindow[]): string[] {
  if (windows.length === 0) return ['a budget needs at least one window, such as { calls: 50, per: 10s }'];
  const faults = windows.flatMap(checkWindow);
  return faults.length > 0 ? faults : compareWindows(windows);
}

function checkWindow({ calls, perMs }: BudgetWindow): string[] {
  const faults: string[] = [];
  if (!Number.isInteger(calls) || calls < 1)
    faults.push(`calls: expected a whole number above 0, got ${calls}`);
  if (!Number.isFinite(perMs) || perMs <= 0) {
    faults.push(
      `per: expected a duration above 0, such as 10s or 1h, got ${perMs === 0 ? '0' : durationText(perMs)}`,
    );
  }
  return faults;
}

/** Compares each window with the next longer one: where two further apart do not fit, two neighbours do not either. */
function compareWindows(windows: readonly BudgetWindow[]): string[] {
  const byLength = windows.toSorted((a, b) => a.perMs - b.perMs);
  return byLength.flatMap((longer, index) => {
    const shorter = byLength[index - 1];
    if (shorter === undefined) return [];
    if (shorter.perMs === longer.perMs) {
      return [
        `two windows of ${durationText(longer.perMs)}: ${shorter.calls} and ${longer.calls} calls; keep one of them`,
      ];
    }
    if (shorter.calls <= longer.calls) return [];
    return [
      `the window of ${writeWindow(longer)} allows fewer calls than the shorter one of ${writeWindow(shorter)}, ` +
        'which can therefore never be used up: lower the calls of the shorter window or leave it out',
    ];
  });
}

function writeWindow({ calls, perMs }: BudgetWindow): string {
  return `${calls} ${calls === 1 ? 'call' : 'calls'} per ${durationText(perMs)}`;
}
