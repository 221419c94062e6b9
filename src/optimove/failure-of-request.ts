import { TimeoutError } from 'got';
import { ConfigurationError, OptimoveUnavailableError, type RiverError } from '../domain/errors.ts';
import type { Asked } from './reply.ts';

/** What it means that a request brought no whole reply. */
export function failureOfRequest(
  error: unknown,
  asked: Asked,
  { status, timeoutMs }: { status: number | null; timeoutMs: number },
): RiverError {
  const code = codeOf(error);
  const facts = { ...asked.facts, status, code };
  if (code === 'ERR_INVALID_CHAR') {
    return new ConfigurationError(
      `The credentials of connection ${asked.connection} hold a character that no header can carry, such as a line break. Correct its auth.`,
      { facts },
    );
  }
  const how =
    error instanceof TimeoutError ? `did not finish within ${timeoutMs / 1000} s` : brokenBy(code, status);
  const cause = plainCause(error, code, asked);
  return new OptimoveUnavailableError(
    `Optimove, asked for ${asked.description} on connection ${asked.connection}, ${how} (${cause.message}). It is tried again.`,
    { facts, cause },
  );
}

function brokenBy(code: string, status: number | null): string {
  if (status !== null) return `answered ${status}, but its body was cut short or damaged`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'was not found by its name';
  if (code === 'ECONNREFUSED') return 'let nobody connect';
  return 'broke off without an answer';
}

/** got's own errors carry the options of the request, and with them the credentials: only code and message are kept. */
function plainCause(error: unknown, code: string, asked: Asked): Error {
  const message = error instanceof Error && error.message !== '' ? error.message : code;
  return Object.assign(new Error(asked.hide(message)), { code });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
