import { ApplicationFailure, activityInfo, CancelledFailure } from '@temporalio/activity';
import {
  BudgetSpentError,
  ConfigurationError,
  OptimoveUnavailableError,
  PassingError,
  RefusedError,
  RiverError,
  ThrottledError,
} from '../domain/errors.ts';

/** How often something that River does not know is tried before it is shown as it is. */
const attemptsAtTheUnknown = 5;

/**
 * The one seam between River's failures and Temporal's: `type` is the class name, and what will not help
 * itself is not retried.
 */
export function toApplicationFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof PassingError || error instanceof ThrottledError || error instanceof BudgetSpentError) {
    const { name: type, message } = error;
    // Temporal counts the attempts of a slice, which many calls share: by those, a few that failed would stop all for minutes.
    const nextRetryDelay = error instanceof OptimoveUnavailableError ? error.retryInMs : undefined;
    return ApplicationFailure.create({ type, message, nonRetryable: false, nextRetryDelay });
  }
  if (error instanceof ConfigurationError || error instanceof RefusedError || error instanceof RiverError) {
    return ApplicationFailure.create({ type: error.name, message: error.message, nonRetryable: true });
  }
  const unknown = error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({
    type: unknown.name,
    message: unknown.message,
    nonRetryable: activityInfo().attempt >= attemptsAtTheUnknown,
    cause: unknown,
  });
}

/** Wraps every activity, so that none of them translates for itself. */
export function translated<A extends object>(activities: A): A {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    (...args: unknown[]) =>
      Promise.resolve(activity(...args)).catch((error: unknown) => {
        throw toApplicationFailure(error);
      }),
  ]);
  return Object.fromEntries(wrapped) as A;
}
