import { RiverError } from '#domain/errors';

/** A failure that River knows is its sentence; one it does not know is a mistake of ours and shows as it is. */
export function showError(error: unknown): string {
  if (error instanceof RiverError) return error.message;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
