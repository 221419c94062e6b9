import {
  ConfigurationError,
  CredentialsRefusedError,
  OptimoveUnavailableError,
  ReportRefusedError,
  type RiverError,
  ThrottledError,
} from '../domain/errors.ts';
import { placeOf } from './call-url.ts';
import { type Asked, type Reply, textOf } from './reply.ts';
import { retryAfterMs } from './retry-after.ts';
import { whatWasSaid } from './what-was-said.ts';

/** How its letters are written differs between documentation and server. */
const expiredToken = /authorization-token expired/i;

/**
 * What a reply means that brings neither rows nor "no rows": every status but 200, 204 and, on a report's call, 404.
 *
 * The statuses are asked in this order: 429 and 3xx say what to do whatever page is drawn around them; then an HTML
 * page, which comes from something in front of the API (it stands behind a web application firewall) and passes. Plain
 * text is no such page here, though it is no JSON either: it is how the API itself words 400, 401, 403 and 405.
 */
export function failureOfResponse(reply: Reply, asked: Asked, now: number): RiverError {
  const { status } = reply;
  if (status === 429) return throttled(reply, asked, now);
  if (status >= 300 && status < 400) return redirected(reply, asked);
  if (status === 404) return notThere(reply, asked);
  const unauthorised = status === 401 || status === 403;
  if (isHtmlPage(reply)) return unavailable(reply, asked, 'and an HTML page');
  if (unauthorised) return credentialsRefused(reply, asked);
  if (status === 408 || status === 425 || status >= 500) return unavailable(reply, asked);
  return asked.kind === 'sign-in' ? credentialsRefused(reply, asked) : refused(reply, asked);
}

/** Whether a call may have failed for nothing but a session that has ended: signing in once more may help. */
export function isOfEndedSession(error: unknown): boolean {
  if (!(error instanceof CredentialsRefusedError)) return false;
  return error.facts.status === 401 || expiredToken.test(String(error.facts.said));
}

/** ASP.NET labels bare text as HTML unless it is told otherwise: where a refusal is in the status, only a page is one. */
export function isHtmlPage(reply: Reply): boolean {
  const text = textOf(reply).trimStart();
  const isRefusal = reply.status >= 400 && reply.status < 500;
  const isLabelled = !isRefusal && /\bhtml\b/i.test(reply.headers['content-type'] ?? '');
  return text !== '' && (text.startsWith('<') || isLabelled);
}

/** For good: the call is not sent again as it is. `what` says how the answer is wrong where its status is not. */
export function refused(reply: Reply, asked: Asked, what?: string): ReportRefusedError {
  return new ReportRefusedError(`Optimove ${answered(reply, asked, what)}.`, {
    facts: factsOf(reply, asked),
  });
}

/** For now. */
export function unavailable(reply: Reply, asked: Asked, what?: string): OptimoveUnavailableError {
  return new OptimoveUnavailableError(
    `Optimove ${answered(reply, asked, what)}. It is tried again on connection ${asked.connection}.`,
    {
      facts: factsOf(reply, asked),
    },
  );
}

function throttled(reply: Reply, asked: Asked, now: number): ThrottledError {
  return new ThrottledError(`Optimove ${answered(reply, asked)}. Connection ${asked.connection} waits.`, {
    retryAfterMs: retryAfterMs(reply.headers, now),
    facts: factsOf(reply, asked),
  });
}

function redirected(reply: Reply, asked: Asked): ConfigurationError {
  const { location } = reply.headers;
  const whole = location === undefined ? undefined : placeOf(location, asked.url);
  const place = asked.hide(whole ?? 'no place');
  return new ConfigurationError(
    `Optimove answered ${asked.description} with ${reply.status}, which points to ${place}. River follows ` +
      `no redirect, because it would carry the credentials there: set baseUrl of connection ${asked.connection} to where the API is.`,
    { facts: { ...factsOf(reply, asked), location: place } },
  );
}

function notThere(reply: Reply, asked: Asked): ConfigurationError {
  return new ConfigurationError(
    `Optimove ${answered(reply, asked)}. Is the base URL of connection ${asked.connection} right? Asked was ${placeOf(asked.url)}.`,
    { facts: factsOf(reply, asked) },
  );
}

function credentialsRefused(reply: Reply, asked: Asked): CredentialsRefusedError {
  const advice =
    reply.status === 403 && asked.kind !== 'sign-in'
      ? ', that the key may call this report, and that this address is allowed'
      : '';
  return new CredentialsRefusedError(
    `Optimove refused the credentials of connection ${asked.connection}: it ${answered(reply, asked)}. Check its auth${advice}.`,
    { facts: factsOf(reply, asked) },
  );
}

/** `answered groups/GetX (Date=2026-01-01) with 400: "No such group"`. */
function answered(reply: Reply, asked: Asked, what = ''): string {
  const said = whatWasSaid(reply, asked);
  const how = [String(reply.status), what].filter((part) => part !== '').join(' ');
  return `answered ${asked.description} with ${how}${said === '' ? '' : `: "${said}"`}`;
}

function factsOf(reply: Reply, asked: Asked): Record<string, unknown> {
  return { ...asked.facts, status: reply.status, said: whatWasSaid(reply, asked) };
}
