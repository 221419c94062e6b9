import { BudgetSpentError } from '#domain/errors';

/**
 * Works through `items`, `lanes` at a time, each as a lane comes free, while `work` says that there is time for more.
 * When one fails, the others finish what they have in hand (a call in flight is paid for) and begin nothing.
 * Tells whether the items were worked through to their end. Where lanes are out of budget, the wait that it throws is
 * that of the first which may go on, counted from now: the others may have gone on for seconds since it was told.
 */
export async function mapWithConcurrency<T>(
  items: Iterable<T>,
  lanes: number,
  work: (item: T) => Promise<boolean>,
): Promise<boolean> {
  const iterator = items[Symbol.iterator]();
  let goOn = true;
  let finished = false;
  const failures: { readonly error: unknown; readonly at: number }[] = [];
  const lane = async () => {
    while (goOn) {
      try {
        const next = iterator.next();
        if (next.done) {
          finished = true;
          return;
        }
        goOn = (await work(next.value)) && goOn;
      } catch (error) {
        goOn = false;
        failures.push({ error, at: performance.now() });
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const [first] = failures;
  if (!first) return finished;
  // Being out of budget ends no chunk: where another lane has met something worse, that is what happened.
  const worse = failures.find(({ error }) => !(error instanceof BudgetSpentError));
  if (worse) throw worse.error;
  throw soonest(failures.map(({ error, at }) => ({ error: error as BudgetSpentError, at })));
}

function soonest(
  spent: readonly { readonly error: BudgetSpentError; readonly at: number }[],
): BudgetSpentError {
  const now = performance.now();
  const waits = spent.map(({ error, at }) => ({ error, waitMs: Math.max(0, at + error.waitMs - now) }));
  const { error, waitMs } = waits.reduce((one, other) => (other.waitMs < one.waitMs ? other : one));
  return new BudgetSpentError(error.message, {
    waitMs: Math.ceil(waitMs),
    wait: error.wait,
    facts: { ...error.facts, waitMs },
  });
}
