import { CancellationScope } from '@temporalio/workflow';

/** Ends the way every cancelled wait ends, where this scope was cancelled. */
export async function throwIfCancelled(): Promise<void> {
  const scope = CancellationScope.current();
  if (scope.consideredCancelled) await scope.cancelRequested;
}
