import type { BudgetWindow } from './window.ts';

/** What is wrong with a budget's windows, a sentence for each fault; none where calls can be sent by it. */
export function checkWindows(windows: readonly BudgetWindow[]): string[] {
  if (windows.length === 0) return ['a budget needs at least one window, such as { calls: 50, per: 10s }'];
  const faults = windows.flatMap(faultsOfWindow);
  return faults.length > 0 ? faults : faultsBetween(windows);
}

function faultsOfWindow({ calls, perMs }: BudgetWindow): string[] {
  const faults: string[] = [];
  if (!Number.isInteger(calls) || calls < 1)
    faults.push(`calls: expected a whole number above 0, got ${calls}`);
  if (!Number.isFinite(perMs) || perMs <= 0) {
    faults.push(
      `per: expected a duration above 0, such as 10s or 1h, got ${perMs === 0 ? '0' : lengthOf(perMs)}`,
    );
  }
  return faults;
}

/** Compares each window with the next longer one: where two further apart do not fit, two neighbours do not either. */
function faultsBetween(windows: readonly BudgetWindow[]): string[] {
  const byLength = windows.toSorted((a, b) => a.perMs - b.perMs);
  return byLength.flatMap((longer, index) => {
    const shorter = byLength[index - 1];
    if (shorter === undefined) return [];
    if (shorter.perMs === longer.perMs) {
      return [
        `two windows of ${lengthOf(longer.perMs)}: ${shorter.calls} and ${longer.calls} calls; keep one of them`,
      ];
    }
    if (shorter.calls <= longer.calls) return [];
    return [
      `the window of ${textOf(longer)} allows fewer calls than the shorter one of ${textOf(shorter)}, ` +
        'which can therefore never be used up: lower the calls of the shorter window or leave it out',
    ];
  });
}

function textOf({ calls, perMs }: BudgetWindow): string {
  return `${calls} ${calls === 1 ? 'call' : 'calls'} per ${lengthOf(perMs)}`;
}

/** As the configuration file writes it: the largest unit of which it is a whole number. */
function lengthOf(perMs: number): string {
  const unit = units.find(([, unitMs]) => perMs !== 0 && perMs % unitMs === 0);
  return unit === undefined ? `${perMs / 1000}s` : `${perMs / unit[1]}${unit[0]}`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;
