import { BudgetSpentError } from '../domain/errors.ts';

/**
 * Works through `items`, `lanes` at a time, taken as lanes come free, while `work` says that there is time for more.
 * When one fails, the others finish what they have in hand (a call in flight is paid for) and begin nothing.
 * Tells whether the items were worked through to their end.
 */
export async function inLanes<T>(
  items: Iterable<T>,
  lanes: number,
  work: (item: T) => Promise<boolean>,
): Promise<boolean> {
  const iterator = items[Symbol.iterator]();
  let goOn = true;
  let finished = false;
  const lane = async () => {
    while (goOn) {
      const next = iterator.next();
      if (next.done) {
        finished = true;
        return;
      }
      try {
        goOn = (await work(next.value)) && goOn;
      } catch (error) {
        goOn = false;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failures = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  // Being out of budget ends no chunk: where another lane has met something worse, that is what happened.
  if (failures.length > 0)
    throw failures.find((failure) => !(failure instanceof BudgetSpentError)) ?? failures[0];
  return finished;
}
