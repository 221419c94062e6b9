import { hash } from 'node:crypto';
import { TimeoutError } from 'got';
import { type CallHistory, noHistory } from '#domain/call/call-history';
import {
  ConfigurationError,
  type Facts,
  OptimoveUnavailableError,
  ReportRefusedError,
  type RiverError,
} from '#domain/errors';
import { ProxyError } from './agents.ts';
import type { Asked } from './reply.ts';

/** What is known of a request that broke, and of those before it. */
interface Met {
  readonly status: number | null;
  /** Bytes of the body that could be unpacked. */
  readonly bytes: number;
  readonly timeoutMs: number;
  readonly history: CallHistory | undefined;
}

/** Said of a body that is not packed as its Content-Encoding says, by zlib, Brotli and Zstandard. */
const notPacked = /incorrect header check|decompression failed|unknown frame descriptor/i;
/** As for any other body that cannot be read. */
const unreadableAtMost = 3;

/** What it means that a request brought no whole reply. */
export function failureOfRequest(
  error: unknown,
  asked: Asked,
  { status, bytes, timeoutMs, history = noHistory }: Met,
): RiverError {
  const code = codeOf(error);
  const facts = { ...asked.facts, status, code };
  if (code === 'ERR_INVALID_CHAR') {
    return new ConfigurationError(
      `The credentials of connection ${asked.connection} hold a character that no header can carry, such as a line break. Correct its auth.`,
      { facts },
    );
  }
  const ofProxy = proxyErrorIn(error);
  if (ofProxy) return failureOfProxy(ofProxy, asked, facts);
  const cause = plainCause(error, code, asked);
  if (status !== null && bytes === 0 && error instanceof Error && notPacked.test(error.message)) {
    const bodyHash = hash('sha1', error.message);
    const what = `Optimove answered ${asked.description} with ${status} and a body that is not packed as its Content-Encoding says`;
    return (history.unreadable[bodyHash] ?? 0) < unreadableAtMost - 1
      ? new OptimoveUnavailableError(`${what}. It is tried again on connection ${asked.connection}.`, {
          facts: { ...facts, outcome: 'unreadable', bodyHash },
          cause,
        })
      : new ReportRefusedError(`${what}, ${unreadableAtMost} times.`, { facts, cause });
  }
  const how =
    error instanceof TimeoutError ? `did not finish within ${timeoutMs / 1000} s` : brokenBy(code, status);
  return new OptimoveUnavailableError(
    `Optimove, asked for ${asked.description} on connection ${asked.connection}, ${how} (${cause.message}). It is tried again.`,
    { facts, cause },
  );
}

/** got wraps what an agent fails with. */
function proxyErrorIn(error: unknown): ProxyError | undefined {
  if (error instanceof ProxyError) return error;
  return error instanceof Error && error.cause instanceof ProxyError ? error.cause : undefined;
}

function failureOfProxy(error: ProxyError, asked: Asked, facts: Facts): RiverError {
  const { status, proxy } = error;
  const host = new URL(asked.url).host;
  const stands = `Connection ${asked.connection} is called through the proxy ${proxy.place} (${proxy.variable})`;
  const ways = `or name ${host} in NO_PROXY if it is reached without a proxy`;
  if (status === 407) {
    return new ConfigurationError(
      `${stands}, which wants other credentials (407). Put a user name and a password that it takes into ${proxy.variable} (http://user:password@host:port, percent-encoded), ${ways}.`,
      { facts },
    );
  }
  if (status !== undefined && status >= 400 && status < 500 && ![408, 425, 429].includes(status)) {
    return new ConfigurationError(
      `${stands}, which lets nobody through to ${host} (${status}). Have it allow that host, ${ways}.`,
      { facts },
    );
  }
  return new OptimoveUnavailableError(
    `${stands}, which did not open the way to ${host} for ${asked.description} (${error.message}). It is tried again; correct ${proxy.variable} if the proxy is another one, ${ways}.`,
    { facts, cause: new Error(`the proxy ${proxy.place} (${proxy.variable}): ${error.message}`) },
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
