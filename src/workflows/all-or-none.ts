import { CancellationScope } from '@temporalio/workflow';

/** Does it to all at once; when one fails the others are stopped, and waited for, before its failure is passed on. */
export async function allOrNone<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const scope = new CancellationScope();
  return scope.run(async () => {
    const works = items.map(work);
    try {
      return await Promise.all(works);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(works);
      throw error;
    }
  });
}
