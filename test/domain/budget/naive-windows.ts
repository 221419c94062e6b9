import fc from 'fast-check';
import type { BudgetWindow } from '#domain/budget/window';

/** By counting everything: whether some rolling interval (t − per, t] holds more than its window's calls. */
export function isOverfull(sent: readonly number[], windows: readonly BudgetWindow[]): boolean {
  return windows.some(({ calls, perMs }) =>
    sent.some((t) => sent.filter((instant) => instant + perMs > t && instant <= t).length > calls),
  );
}

/**
 * By trying every instant at which room may come: when the next call may be sent, not before `from` and not before
 * any that was sent. What was sent must keep to the windows.
 */
export function naiveNextAt(sent: readonly number[], windows: readonly BudgetWindow[], from: number): number {
  const start = Math.max(from, ...sent);
  const turns = windows.flatMap(({ perMs }) => sent.map((instant) => instant + perMs));
  const at = [start, ...turns.filter((turn) => turn > start).sort((a, b) => a - b)].find(
    (instant) => !isOverfull([...sent, instant], windows),
  );
  if (at === undefined) throw new Error('what was sent does not keep to the windows');
  return at;
}

/** One to three windows, in any order, small enough to be counted out. */
export const someWindows: fc.Arbitrary<BudgetWindow[]> = fc.array(
  fc.record({ calls: fc.integer({ min: 1, max: 6 }), perMs: fc.integer({ min: 1, max: 60 }) }),
  { minLength: 1, maxLength: 3 },
);
