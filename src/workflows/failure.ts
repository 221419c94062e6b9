import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** A failure in the words the manifest and the result use: the kind, then the sentence. */
export interface FailureText {
  readonly kind: string;
  readonly message: string;
}

/** What an activity failed with, or undefined where it is nothing an activity says. */
export function failureOf(error: unknown): FailureText | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { kind: cause.type ?? 'Error', message: cause.message };
  if (cause instanceof Error && error instanceof ActivityFailure)
    return { kind: cause.name, message: cause.message };
  return undefined;
}

/** Failures that no other chunk will be spared: the run stops, and a person has to change something or to wait. */
const kindsThatStopTheRun = new Set([
  'ConfigurationError',
  'CredentialsRefusedError',
  'OutageError',
  'WarehouseGivenUpError',
]);

export const stopsTheRun = ({ kind }: FailureText): boolean => kindsThatStopTheRun.has(kind);

export const textOf = ({ kind, message }: FailureText): string => `${kind}: ${message}`;
