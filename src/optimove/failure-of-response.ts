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
import { speaksOfCallLimit } from './call-limit-words.ts';
import { placeOf } from './call-url.ts';
import { decodeLeniently } from './decode-body.ts';
import type { Asked, Reply } from './reply.ts';
import { retryAfterMs } from './retry-after.ts';
import { whatWasSaid, wordsIn } from './what-was-said.ts';

/** When a reply is read, and what its call has met before. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly history?: CallHistory;
}

/** How its letters are written differs between documentation and server. */
const expiredToken = /authorization-token expired/i;
/** Where the base URL has never answered, and brings pages for so long to GetLastDataUpdate or a sign-in, the API is not there. */
const pagesInDoubtMs = 15_000;
/** A page with 404 is no passing one any more when one call has met it this often while others were answered. */
const missingPagesAtMost = 10;
/** Words of a limit are none when one call has met them this often while others were answered. */
const limitsAtMost = 3;

/**
 * What a reply means that brings neither rows nor "no rows": every status but 2xx with a list, 204 and, where it says "no rows", 404.
 *
 * The statuses are asked in this order: 429 and 3xx say what to do whatever page is drawn around them; then an HTML
 * page, which comes from something in front of the API (it stands behind a web application firewall) and passes; then words
 * of a limit of calls. Plain text is no page: it is how the API itself words 400, 401, 403 and 405.
 */
export function failureOfResponse(reply: Reply, asked: Asked, moment: Moment): RiverError {
  const { status } = reply;
  if (status === 429) return throttled(reply, asked, moment);
  if (status === 206) return unavailable(reply, asked, 'and only a part of the answer');
  // Nothing was asked that could be unchanged: a cache in between mixes answers up.
  if (status === 304)
    return unavailable(reply, asked, 'though nothing was asked that 304 (not modified) could answer');
  if (status >= 300 && status < 400) return redirected(reply, asked);
  const text = decodeLeniently(reply);
  if (isPage(text, reply)) return pageInstead(reply, asked, moment);
  if ((status === 400 || status === 403 || status >= 500) && saysLimit(text, asked, moment)) {
    return throttled(reply, asked, moment);
  }
  if (status === 404) return notThere(reply, asked, moment);
  if (status === 401 || status === 403) return credentialsRefused(reply, asked);
  if (status === 408 || status === 425 || status >= 500) return unavailable(reply, asked);
  return asked.kind === 'sign-in' ? credentialsRefused(reply, asked) : refused(reply, asked);
}

/** Whether a call may have failed for nothing but a session that has ended: signing in once more may help. */
export function isOfEndedSession(error: unknown): boolean {
  if (!(error instanceof CredentialsRefusedError)) return false;
  return error.facts.status === 401 || error.facts.tokenExpired === true;
}

/** Whether a text is HTML. Other markup, such as the XML of an error, is an answer like any other. */
export function isPage(text: string, { headers }: Reply): boolean {
  if (!/^[\s\uFEFF]*</.test(text)) return false;
  const isXml = /^[\s\uFEFF]*<\?xml/.test(text) || /[/+]xml\b/i.test(headers['content-type'] ?? '');
  return !isXml || /<(?:!doctype\s+)?html\b/i.test(text.slice(0, 2_000));
}

/** ASP.NET labels bare text so as well: it counts only where an answer was to come. */
export const isLabelledHtml = ({ headers }: Reply): boolean =>
  /\bhtml\b/i.test(headers['content-type'] ?? '');

/** Whether these words are to be taken for a full window of calls. Taken so for ever, they would never end. */
export function saysLimit(
  text: string,
  { longestWindowMs }: Asked,
  { now, history = noHistory }: Moment,
  words = wordsIn(text),
): boolean {
  const { times, firstAt, othersAnswered } = history.limitedByWords;
  if (times >= limitsAtMost - 1 && othersAnswered) return false;
  if (firstAt !== null && now - firstAt > longestWindowMs) return false;
  return speaksOfCallLimit(words);
}

/** For good: the call is not sent again as it is. `what` says how the answer is wrong where its status is not. */
export function refused(
  reply: Reply,
  asked: Asked,
  what?: string,
  said = whatWasSaid(reply, asked),
): ReportRefusedError {
  return new ReportRefusedError(`Optimove ${answered(reply, asked, what, said)}.`, {
    facts: { ...factsOf(reply, asked), said },
  });
}

/** For now. `more` is kept with the request, for the next reply to the same call. */
export function unavailable(
  reply: Reply,
  asked: Asked,
  what?: string,
  more: { readonly outcome?: 'page' | 'unreadable'; readonly bodyHash?: string } = {},
): OptimoveUnavailableError {
  return new OptimoveUnavailableError(
    `Optimove ${answered(reply, asked, what)}. It is tried again on connection ${asked.connection}.`,
    { facts: { ...factsOf(reply, asked), ...more } },
  );
}

/**
 * Something in front of the API has answered: it passes, unless the API is not there at all. A web server that is not the API
 * says so by 404, or answers whatever it is asked with a page, a login say; where it has trouble itself (5xx) nothing is known.
 */
export function pageInstead(
  reply: Reply,
  asked: Asked,
  moment: Moment,
): OptimoveUnavailableError | ReportRefusedError {
  const { status } = reply;
  const page = 'and an HTML page';
  const { missingPages } = moment.history ?? noHistory;
  if (isBaseUrlInDoubt(status, asked, moment)) {
    return new BaseUrlInDoubtError(
      `Optimove ${answered(reply, asked, page)}. ${isItRight(asked)}${isAllowed(status)}`,
      {
        facts: { ...factsOf(reply, asked), outcome: 'page' },
      },
    );
  }
  if (status !== 404) return unavailable(reply, asked, page, { outcome: 'page' });
  if (missingPages.times >= missingPagesAtMost - 1 && missingPages.othersAnswered) {
    return refused(reply, asked, `${page}, ${missingPagesAtMost} times, while other calls were answered`);
  }
  return unavailable(reply, asked, page, { outcome: 'page' });
}

/** Whether a page may come from a server that is not the API. Where there is no history, there is nobody to ask once more. */
function isBaseUrlInDoubt(status: number, { kind, list }: Asked, { now, history }: Moment): boolean {
  if (history?.isAnswered || history?.isProven) return false;
  if (status === 404) return true;
  if (history?.isKnown || status >= 500 || status === 408 || status === 425) return false;
  if (!history || !(list?.answersDay || kind === 'sign-in')) return true;
  const { firstAt } = history.pages;
  return firstAt !== null && now - firstAt >= pagesInDoubtMs;
}

export function throttled(reply: Reply, asked: Asked, { now }: Moment): ThrottledError {
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

/** The lists of a tenant are there wherever the API is. GetLastDataUpdate is not on every server, and whoever asks it knows that. */
function notThere(reply: Reply, asked: Asked, { history = noHistory }: Moment): RiverError {
  if (asked.list && !asked.list.answersDay && history.isAnswered) return refused(reply, asked);
  return new ConfigurationError(`Optimove ${answered(reply, asked)}. ${isItRight(asked)}`, {
    facts: factsOf(reply, asked),
  });
}

const isItRight = ({ connection, url }: Asked): string =>
  `Is the base URL of connection ${connection} right? Asked was ${placeOf(url)}.`;

/** A firewall in front of the API may refuse who calls. */
const isAllowed = (status: number): string =>
  status === 401 || status === 403 ? ' If it is, is this address allowed to call it?' : '';

function credentialsRefused(reply: Reply, asked: Asked): CredentialsRefusedError {
  const advice =
    reply.status === 403 && asked.kind !== 'sign-in'
      ? ', that the key may call this report, and that this address is allowed'
      : '';
  const tokenExpired = expiredToken.test(decodeLeniently(reply));
  return new CredentialsRefusedError(
    `Optimove refused the credentials of connection ${asked.connection}: it ${answered(reply, asked)}. Check its auth${advice}.`,
    { facts: { ...factsOf(reply, asked), tokenExpired } },
  );
}

/** `answered groups/GetX (Date=2026-01-01) with 400: "No such group"`. */
function answered(reply: Reply, asked: Asked, what = '', said = whatWasSaid(reply, asked)): string {
  const how = [String(reply.status), what].filter((part) => part !== '').join(' ');
  return `answered ${asked.description} with ${how}${said === '' ? '' : `: ${said}`}`;
}

function factsOf(reply: Reply, asked: Asked): Record<string, unknown> {
  return { ...asked.facts, status: reply.status, said: whatWasSaid(reply, asked) };
}
