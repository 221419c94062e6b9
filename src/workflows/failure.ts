import { ActivityFailure, ApplicationFailure, CancellationScope } from '@temporalio/workflow';

/** A failure as the manifest and the result write it: its kind and its message. */
export interface FailureText {
  readonly kind: string;
  readonly message: string;
}

/** What an activity failed with; undefined for any other error, such as a cancellation. */
export function readFailure(error: unknown): FailureText | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { kind: cause.type ?? 'Error', message: cause.message };
  if (cause instanceof Error && error instanceof ActivityFailure)
    return { kind: cause.name, message: cause.message };
  return undefined;
}

/** Failures that every other chunk would meet too: the run stops, and a person has to change a setting or to wait. */
const kindsThatStopTheRun = new Set([
  'ConfigurationError',
  'CredentialsRefusedError',
  'OutageError',
  'WarehouseGivenUpError',
]);

export const stopsTheRun = ({ kind }: FailureText): boolean => kindsThatStopTheRun.has(kind);

export const failureText = ({ kind, message }: FailureText): string => `${kind}: ${message}`;

/**
 * Whether an activity failed while it was being cancelled, and would have been retried otherwise: what it failed with (a warehouse
 * that was away for a moment, a worker that was killed) says nothing about the run.
 */
export const cancelledDuringRetry = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED';

/** Throws what a cancelled wait throws, if this scope was cancelled. */
export async function throwIfCancelled(): Promise<void> {
  const scope = CancellationScope.current();
  if (scope.consideredCancelled) await scope.cancelRequested;
}

/** Does `work` for all items at once. When one fails, the others are cancelled and awaited before its failure is thrown. */
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
