import { isMisconfigured, PassingError, RiverError, SchemaConflictError } from '#domain/errors';

/** The exit codes of `river`. */
export const exitCode = {
  done: 0,
  /** A run that was opened has failed or was cancelled; or `check` found a fault. */
  failed: 1,
  /** Wrong configuration or usage, before anything was opened. */
  usage: 2,
  /** A service cannot be reached. */
  unreachable: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export function codeForError(error: unknown): ExitCode {
  // A command's own refusal of a table; a run that meets one has been opened, and has failed.
  if (isMisconfigured(error) || error instanceof SchemaConflictError) return exitCode.usage;
  if (error instanceof PassingError) return exitCode.unreachable;
  return exitCode.failed;
}

/** Where a part of the answer is missing, for these reasons: a fault of the configuration comes first, for it does not pass by itself. */
export function codeForMissing(why: readonly unknown[]): ExitCode {
  if (why.length === 0) return exitCode.done;
  return why.some(isMisconfigured) ? exitCode.usage : exitCode.unreachable;
}

/** The message of a known failure; an unknown one is a bug in River and is shown with its stack. `--verbose` adds the causes. */
export function showError(error: unknown, verbose = false): string {
  if (!(error instanceof Error)) return String(error);
  const shown = error instanceof RiverError ? error.message : (error.stack ?? error.message);
  if (!verbose || error.cause === undefined) return shown;
  return `${shown}\n  caused by ${showError(error.cause, true).replaceAll('\n', '\n  ')}`;
}
