import { type CallHistory, noHistory } from '#domain/call/call-history';
import {
  BaseUrlInDoubtError,
  ConfigurationError,
  CredentialsRefusedError,
  OptimoveUnavailableError,
  ReportRefusedError,
  type RiverError,
  ThrottledError,
} from '#domain/errors';
import { originAndPath } from './call-url.ts';
import { excerptReply, readWords } from './error-excerpt.ts';
import { mentionsRateLimit } from './rate-limit-wording.ts';
import { decodeLeniently, type Reply, type RequestInfo, readRetryAfter } from './reply.ts';

/** When a reply is read, and what earlier requests of its call were answered. */
export interface ReplyContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly history?: CallHistory;
}

/** Its upper and lower case differ between documentation and server. */
const expiredToken = /authorization-token expired/i;
/** Pages that come for so long may come from a server that is not the API. */
const pagesInDoubtMs = 15_000;
/** A page with 404 is taken as final when one call got it this often while others were answered. */
const missingPagesAtMost = 10;
/** The wording of a rate limit is not believed when one call got it this often while others were answered. */
const limitsAtMost = 3;

/**
 * The failure that a reply with neither rows nor "no rows" means: every status but 2xx with a list, 204 and, where it says "no rows", 404.
 *
 * Checked in this order: 429 and 3xx, which are clear whatever their body is; then an HTML page, which comes from a server in
 * front of the API (it stands behind a web application firewall) and passes; then the wording of a rate limit. Plain text is no
 * page: it is how the API itself words 400, 401, 403 and 405.
 */
export function failureOfResponse(reply: Reply, info: RequestInfo, context: ReplyContext): RiverError {
  const { status } = reply;
  if (status === 429) return throttledError(reply, info, context);
  if (status === 206) return unavailableError(reply, info, 'and only a part of the answer');
  // No request is conditional: a cache in between confuses answers.
  if (status === 304)
    return unavailableError(reply, info, '(not modified), although the request was not conditional');
  if (status >= 300 && status < 400) return redirectError(reply, info);
  const text = decodeLeniently(reply);
  if (isHtmlPage(text, reply)) return failureOfHtmlPage(reply, info, context);
  if ((status === 400 || status === 403 || status >= 500) && reportsRateLimit(text, info, context)) {
    return throttledError(reply, info, context);
  }
  if (status === 404) return notFoundError(reply, info, context);
  if (status === 401 || status === 403) return credentialsRefusedError(reply, info);
  if (status === 408 || status === 425 || status >= 500) return unavailableError(reply, info);
  return info.kind === 'sign-in' ? credentialsRefusedError(reply, info) : refusedError(reply, info);
}

/** Whether a call may have failed only because its session has expired: signing in again may help. */
export function mayBeExpiredSession(error: unknown): boolean {
  if (!(error instanceof CredentialsRefusedError)) return false;
  return error.facts.status === 401 || error.facts.tokenExpired === true;
}

/** Whether a text is HTML, also after words that a server has written before it. Other markup, such as the XML of an error, is an answer like any other. */
export function isHtmlPage(text: string, reply: Reply): boolean {
  const { headers } = reply;
  if (!/^[\s\uFEFF]*</.test(text)) {
    return (
      isHtmlContentType(reply) &&
      !/^\s*["[{]/.test(text) &&
      /<(?:!doctype\s+html|html|head|body)\b/i.test(text)
    );
  }
  const isXml = /^[\s\uFEFF]*<\?xml/.test(text) || /[/+]xml\b/i.test(headers['content-type'] ?? '');
  return !isXml || /<(?:!doctype\s+)?html\b/i.test(text.slice(0, 2_000));
}

/** ASP.NET labels plain text so as well: it counts only where an answer was expected. */
export const isHtmlContentType = ({ headers }: Reply): boolean =>
  /\bhtml\b/i.test(headers['content-type'] ?? '');

/** Whether these words are taken for a rate limit. A call that gets them again and again is not, or it would be tried for ever. */
export function reportsRateLimit(
  text: string,
  { longestWindowMs }: RequestInfo,
  { now, history = noHistory }: ReplyContext,
  words = readWords(text),
): boolean {
  const { times, firstAt, othersAnswered } = history.limitedByWords;
  if (times >= limitsAtMost - 1 && othersAnswered) return false;
  if (firstAt !== null && now - firstAt > longestWindowMs) return false;
  return mentionsRateLimit(words);
}

/** The call is not sent again as it is. `what` says what is wrong with the answer where its status does not. */
export function refusedError(
  reply: Reply,
  info: RequestInfo,
  what?: string,
  said = excerptReply(reply, info),
): ReportRefusedError {
  return new ReportRefusedError(`Optimove ${describeAnswer(reply, info, what, said)}.`, {
    facts: { ...collectFacts(reply, info), said },
  });
}

/** The call is tried again. `more` is recorded with the request, for the next reply to the same call. */
export function unavailableError(
  reply: Reply,
  info: RequestInfo,
  what?: string,
  more: { readonly outcome?: 'page' | 'unreadable'; readonly bodyHash?: string } = {},
): OptimoveUnavailableError {
  return new OptimoveUnavailableError(
    `Optimove ${describeAnswer(reply, info, what)}. It is tried again on connection ${info.connection}.`,
    { facts: { ...collectFacts(reply, info), ...more } },
  );
}

/**
 * A server in front of the API has answered with a page: that passes, unless the API is not there at all. A web server that is
 * not the API answers 404, or every path with a page, a login for example; where it fails itself (5xx) nothing is known.
 */
export function failureOfHtmlPage(
  reply: Reply,
  info: RequestInfo,
  context: ReplyContext,
): OptimoveUnavailableError | ReportRefusedError {
  const { status } = reply;
  const page = 'and an HTML page';
  const { missingPages } = context.history ?? noHistory;
  if (isBaseUrlInDoubt(status, info, context)) {
    return new BaseUrlInDoubtError(
      `Optimove ${describeAnswer(reply, info, page)}. ${askForBaseUrl(info)}${askForAllowList(status)}`,
      {
        facts: { ...collectFacts(reply, info), outcome: 'page' },
      },
    );
  }
  if (status !== 404) return unavailableError(reply, info, page, { outcome: 'page' });
  if (missingPages.times >= missingPagesAtMost - 1 && missingPages.othersAnswered) {
    return refusedError(reply, info, `${page}, ${missingPagesAtMost} times, while other calls were answered`);
  }
  return unavailableError(reply, info, page, { outcome: 'page' });
}

/**
 * Whether a page may come from a server that is not the API. Without a history, the call is not made again to find out. Where
 * earlier runs were answered, only 404 for some time says that the API is not there any more.
 */
function isBaseUrlInDoubt(
  status: number,
  { kind, list }: RequestInfo,
  { now, history }: ReplyContext,
): boolean {
  if (history?.isAnswered || history?.isProven) return false;
  if (status >= 500 || status === 408 || status === 425) return false;
  const isMissing = status === 404;
  if (history?.isKnown && !isMissing) return false;
  const mayPass = history?.isKnown || (!isMissing && (list?.answersDay || kind === 'sign-in'));
  if (!history || !mayPass) return true;
  const { firstAt } = history.pages;
  return firstAt !== null && now - firstAt >= pagesInDoubtMs;
}

export function throttledError(reply: Reply, info: RequestInfo, { now }: ReplyContext): ThrottledError {
  return new ThrottledError(`Optimove ${describeAnswer(reply, info)}. Connection ${info.connection} waits.`, {
    retryAfterMs: readRetryAfter(reply.headers, now),
    facts: collectFacts(reply, info),
  });
}

function redirectError(reply: Reply, info: RequestInfo): ConfigurationError {
  const { location } = reply.headers;
  const whole = location === undefined ? undefined : originAndPath(location, info.url);
  const place = info.hide(whole ?? 'no address');
  return new ConfigurationError(
    `Optimove answered ${info.description} with ${reply.status}, which points to ${place}. River follows ` +
      `no redirect, because it would carry the credentials there: set baseUrl of connection ${info.connection} to where the API is.`,
    { facts: { ...collectFacts(reply, info), location: place } },
  );
}

/** The lists of a tenant exist wherever the API does. GetLastDataUpdate is not on every server, which its callers expect. */
function notFoundError(reply: Reply, info: RequestInfo, { history = noHistory }: ReplyContext): RiverError {
  if (info.list && !info.list.answersDay && history.isAnswered) return refusedError(reply, info);
  return new ConfigurationError(`Optimove ${describeAnswer(reply, info)}. ${askForBaseUrl(info)}`, {
    facts: collectFacts(reply, info),
  });
}

const askForBaseUrl = ({ connection, url }: RequestInfo): string =>
  `Is the base URL of connection ${connection} right? The request went to ${originAndPath(url)}.`;

/** A firewall in front of the API may deny access to this address. */
const askForAllowList = (status: number): string =>
  status === 401 || status === 403 ? ' If it is, is this address allowed to call it?' : '';

function credentialsRefusedError(reply: Reply, info: RequestInfo): CredentialsRefusedError {
  const advice =
    reply.status === 403 && info.kind !== 'sign-in'
      ? ', that the key may call this report, and that this address is allowed'
      : '';
  const tokenExpired = expiredToken.test(decodeLeniently(reply));
  return new CredentialsRefusedError(
    `Optimove refused the credentials of connection ${info.connection}: it ${describeAnswer(reply, info)}. Check its auth${advice}.`,
    { facts: { ...collectFacts(reply, info), tokenExpired } },
  );
}

/** `answered groups/GetX (Date=2026-01-01) with 400: "No such group"`. */
function describeAnswer(
  reply: Reply,
  info: RequestInfo,
  what = '',
  said = excerptReply(reply, info),
): string {
  const how = [String(reply.status), what].filter((part) => part !== '').join(' ');
  return `answered ${info.description} with ${how}${said === '' ? '' : `: ${said}`}`;
}

function collectFacts(reply: Reply, info: RequestInfo): Record<string, unknown> {
  return { ...info.facts, status: reply.status, said: excerptReply(reply, info) };
}
