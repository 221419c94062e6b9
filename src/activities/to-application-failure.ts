import { ApplicationFailure, activityInfo, CancelledFailure } from '@temporalio/activity';
import {
  BudgetSpentError,
  ConfigurationError,
  DatabaseError,
  OptimoveUnavailableError,
  OtherVersionError,
  PassingError,
  RefusedError,
  RiverError,
  ThrottledError,
} from '#domain/errors';
import { excerpt } from '#domain/excerpt';

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
    const nextRetryDelay =
      error instanceof OtherVersionError
        ? handedOverInMs(activityInfo().attempt)
        : error instanceof OptimoveUnavailableError
          ? error.retryInMs
          : undefined;
    return ApplicationFailure.create({ type, message, nonRetryable: false, nextRetryDelay });
  }
  if (error instanceof DatabaseError) return unknownFailure(error.name, error.message);
  if (error instanceof ConfigurationError || error instanceof RefusedError || error instanceof RiverError) {
    return ApplicationFailure.create({ type: error.name, message: error.message, nonRetryable: true });
  }
  const name = error instanceof Error && /^\w{1,50}$/.test(error.name) ? error.name : 'Error';
  const failure = unknownFailure(name, excerpt(error instanceof Error ? error.message : String(error)));
  // Without the cause, whose message may hold anything: a history keeps where it happened.
  failure.stack = [`${name}: ${failure.message}`, ...listFrames(error)].join('\n');
  return failure;
}

/**
 * Another worker takes the task at once, where there is one of the version; chance may give it to this one several times.
 * Where there is none, it is not asked for without a pause.
 */
const handedOverInMs = (attempt: number): number => Math.min(15_000, 100 * 2 ** Math.min(attempt, 10));

const unknownFailure = (type: string, message: string): ApplicationFailure =>
  ApplicationFailure.create({
    type,
    message,
    nonRetryable: activityInfo().attempt >= attemptsAtTheUnknown,
  });

function listFrames(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { message, stack = '' } = error;
  const at = stack.indexOf(message);
  return stack
    .slice(at === -1 ? 0 : at + message.length)
    .split('\n')
    .filter((line) =>
      /^ {4}at (?:[\w.<># ]+ (?:\[as \w+\] )?\()?(?:file:|node:|\/)[^\s"']+:\d+:\d+\)?$/.test(line),
    );
}

/** Wraps every activity, so that none of them translates for itself. */
export function withFailureMapping<A extends object>(activities: A): A {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    (...args: unknown[]) =>
      Promise.resolve(activity(...args)).catch((error: unknown) => {
        throw toApplicationFailure(error);
      }),
  ]);
  return Object.fromEntries(wrapped) as A;
}
