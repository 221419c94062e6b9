import type { Granted, RunAsks } from '#domain/budget/reservation';
import type { BudgetSpentError } from '#domain/errors';
import { budgetSpent } from './budget-spent.ts';

/**
 * Who is to wait for longer than `maxWaitMs` and is therefore sent away, by the place in the line of its run, once the
 * budget has answered what was asked for. `heldFor` is how many permits a run has here.
 */
export function lateCallers(
  { permits, nextInMs, heldBy }: Pick<Granted, 'permits' | 'nextInMs' | 'heldBy'>,
  asks: readonly RunAsks[],
  { maxWaitMs, heldFor }: { readonly maxWaitMs: number; readonly heldFor: (run: string) => number },
): (run: string, place: number) => BudgetSpentError | undefined {
  const next = new Map(nextInMs.map(({ run, inMs }) => [run, inMs]));
  const farthestMs = Math.max(0, ...nextInMs.flatMap(({ inMs }) => inMs));
  const unmet = new Map(asks.map(({ run, calls }) => [run, calls]));
  for (const { run } of permits) unmet.set(run, (unmet.get(run) ?? 0) - 1);
  return (run, place) => {
    const behind = place - heldFor(run);
    // Who has a permit stays, and who has come since: nobody has asked for him, and a small run may go at once.
    if (behind < 0 || behind >= (unmet.get(run) ?? 0)) return undefined;
    const waitMs = next.get(run)?.[behind] ?? farthestMs;
    return waitMs > maxWaitMs ? budgetSpent(waitMs, heldBy) : undefined;
  };
}
