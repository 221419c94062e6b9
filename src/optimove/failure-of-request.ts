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
import type { RequestInfo } from './reply.ts';

/** What is known of a request that failed before its reply was whole, and of earlier requests of its call. */
interface BrokenExchange {
  readonly status: number | null;
  /** Bytes of the body that could be decompressed. */
  readonly bytes: number;
  readonly timeoutMs: number;
  readonly history: CallHistory | undefined;
}

/** The messages of zlib, Brotli and Zstandard for a body that is not compressed as its Content-Encoding says. */
const badEncoding = /incorrect header check|decompression failed|unknown frame descriptor/i;
/** As for every other body that cannot be read. */
const unreadableAtMost = 3;

/** The failure of a request that brought no whole reply. */
export function failureOfRequest(
  error: unknown,
  info: RequestInfo,
  { status, bytes, timeoutMs, history = noHistory }: BrokenExchange,
): RiverError {
  const code = readErrorCode(error);
  const facts = { ...info.facts, status, code };
  if (code === 'ERR_INVALID_CHAR') {
    return new ConfigurationError(
      `The credentials of connection ${info.connection} hold a character that no header can carry, such as a line break. Correct its auth.`,
      { facts },
    );
  }
  const proxyError = proxyErrorIn(error);
  if (proxyError) return failureOfProxy(proxyError, info, facts);
  const cause = stripOptions(error, code, info);
  if (status !== null && bytes === 0 && error instanceof Error && badEncoding.test(error.message)) {
    const bodyHash = hash('sha1', error.message);
    const what = `Optimove answered ${info.description} with ${status} and a body that is not compressed as its Content-Encoding says`;
    return (history.unreadable[bodyHash] ?? 0) < unreadableAtMost - 1
      ? new OptimoveUnavailableError(`${what}. It is tried again on connection ${info.connection}.`, {
          facts: { ...facts, outcome: 'unreadable', bodyHash },
          cause,
        })
      : new ReportRefusedError(`${what}, ${unreadableAtMost} times.`, { facts, cause });
  }
  const how =
    error instanceof TimeoutError
      ? `did not finish within ${timeoutMs / 1000} s`
      : describeBreak(code, status);
  return new OptimoveUnavailableError(
    `Optimove, asked for ${info.description} on connection ${info.connection}, ${how} (${cause.message}). It is tried again.`,
    { facts, cause },
  );
}

/** got wraps what an agent fails with. */
function proxyErrorIn(error: unknown): ProxyError | undefined {
  if (error instanceof ProxyError) return error;
  return error instanceof Error && error.cause instanceof ProxyError ? error.cause : undefined;
}

function failureOfProxy(error: ProxyError, info: RequestInfo, facts: Facts): RiverError {
  const { status, proxy } = error;
  const host = new URL(info.url).host;
  const intro = `Connection ${info.connection} is called through the proxy ${proxy.place} (${proxy.variable})`;
  const orNoProxy = `or name ${host} in NO_PROXY if it is reached without a proxy`;
  if (status === 407) {
    return new ConfigurationError(
      `${intro}, which did not accept the credentials (407). Put a user name and a password that it accepts into ${proxy.variable} (http://user:password@host:port, percent-encoded), ${orNoProxy}.`,
      { facts },
    );
  }
  if (status !== undefined && status >= 400 && status < 500 && ![408, 425, 429].includes(status)) {
    return new ConfigurationError(
      `${intro}, which denies access to ${host} (${status}). Allow that host in the proxy, ${orNoProxy}.`,
      { facts },
    );
  }
  return new OptimoveUnavailableError(
    `${intro}, which did not connect to ${host} for ${info.description} (${error.message}). It is tried again; correct ${proxy.variable} if the proxy is another one, ${orNoProxy}.`,
    { facts, cause: new Error(`the proxy ${proxy.place} (${proxy.variable}): ${error.message}`) },
  );
}

function describeBreak(code: string, status: number | null): string {
  if (status !== null) return `answered ${status}, but its body was cut short or damaged`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'was not found: the DNS lookup failed';
  if (code === 'ECONNREFUSED') return 'refused the connection';
  if (/^(EPROTO|ERR_SSL_)/.test(code)) return 'could not be reached by TLS (https)';
  return 'closed the connection without an answer';
}

/** got's own errors carry the options of the request, and with them the credentials: only code and message are kept. */
function stripOptions(error: unknown, code: string, info: RequestInfo): Error {
  const message = error instanceof Error && error.message !== '' ? error.message : code;
  return Object.assign(new Error(info.hide(message.replace(openSsl, 'TLS: $1'))), { code });
}

/** OpenSSL puts what it says between numbers, a line of its source and a line break. */
const openSsl = /^.*:SSL routines:[^:]*:([^:]+):[\s\S]*$/;

function readErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
