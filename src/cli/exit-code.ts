import { ConfigurationError, OtherVersionError, PassingError } from '#domain/errors';

/** What the shell is told. */
export const exitCode = {
  done: 0,
  /** The run closed failed or cancelled once it was opened; or `check` was refused. */
  failed: 1,
  /** Configuration or usage, refused before anything was opened. */
  usage: 2,
  /** A service cannot be reached. */
  unreachable: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export function exitCodeOf(error: unknown): ExitCode {
  // Nothing that passes for who sits before it: it is this River that is to be updated.
  if (error instanceof ConfigurationError || error instanceof OtherVersionError) return exitCode.usage;
  if (error instanceof PassingError) return exitCode.unreachable;
  return exitCode.failed;
}
