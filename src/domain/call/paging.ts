import { reports } from '../catalogue/index.ts';
import { lists } from '../catalogue/lists.ts';
import { ReportRefusedError } from '../errors.ts';
import { type Call, type PageAsked, splitCallKey } from './call.ts';
import { isWithin, type KnownPages, type PageSize } from './seen-pages.ts';

/** A page with fewer rows was not cut: servers that cap their pages cap them higher. */
const leastCap = 100;
/** An answer without pages that was cut has a multiple of so many rows. */
const roundCut = 5_000;
/** After so many short pages of a report the next request is sent at once; pages that are no larger wait for its answer. */
const askedOnAtOnce = 4;
/** After one page in so many the next request is sent all the same: a server may cut pages only when it is slow. */
const pagesOnTrust = 100;
/** Between two requests few rows of a table change. */
const sameRowsShare = 0.9;
/** Rows asked for after a full answer of a call without pages: the maximum of the API's documentation. */
const usualTop = 10_000;

/** The part of an answer that is asked for next; undefined where a call without pages is sent without $top and $skip. */
export function pageAsked(
  { pages }: Pick<Call, 'pages'>,
  pageSize: number,
  received: number,
): PageAsked | undefined {
  if (pages) return { top: pageSize, skip: received };
  return received === 0 ? undefined : { top: usualTop, skip: received };
}

/** What is known once a page has come. */
export interface PageReceived {
  readonly call: Pick<Call, 'key' | 'pages'>;
  /** Undefined where the call was asked without $top and $skip. */
  readonly asked: PageAsked | undefined;
  readonly size: PageSize;
  readonly fingerprint: string;
  /** Fingerprints of the call's first page and of the one before; left out after the first. */
  readonly earlier?: { readonly first: string; readonly before: string } | undefined;
  /** How many rows the page before had, as far as it is known; how many of them differ; how many rows of this page are among them. */
  readonly known?:
    | { readonly before: number; readonly different: number; readonly repeated: number }
    | undefined;
}

/** What comes after a page. */
export type Next =
  /** Nothing: the call is finished. */
  | 'last'
  /** Nothing, as far as other pages of the report show. */
  | 'likely last'
  /** One more request, from the rows received on. */
  | 'ask'
  /** Another call just asks what follows a page that is no smaller: its answer decides here as well. */
  | 'wait';

/**
 * What comes after a page, by what the process knows of the report's pages. A full page is followed by another request. A shorter one is
 * the last where it has few rows, or where it is no larger than pages that an empty one has followed; else a server may
 * have cut it (by rows, bytes or time), which one more request shows.
 */
export function nextPage(
  { call, asked, size }: Pick<PageReceived, 'call' | 'asked' | 'size'>,
  { rowsFollow, ended, asking, takenForLast }: KnownPages,
): Next {
  const { rows } = size;
  if (rows === 0) return 'last';
  if (!call.pages && rows % roundCut === 0) return 'ask';
  if (!asked) return 'last';
  if (rows >= asked.top || rowsFollow) return 'ask';
  if (rows < leastCap) return 'last';
  const isTrusted = takenForLast <= (ended.pages + asking.pages) * pagesOnTrust;
  if (isWithin(size, ended)) return isTrusted ? 'likely last' : 'ask';
  return asking.pages >= askedOnAtOnce && isWithin(size, asking) ? 'wait' : 'ask';
}

/** Whether a call ended with a page that a server may have cut: an empty one is the proof that none did. */
export function mayHaveBeenCut(
  call: Pick<Call, 'pages'>,
  { finished, lastReceived }: { readonly finished: boolean; readonly lastReceived: number },
): boolean {
  return call.pages && finished && lastReceived >= leastCap;
}

/**
 * Whether a page has the same rows as the call's first or the one before, in whatever order: the next would have them
 * as well. Throws ReportRefusedError where the call pages. One without pages was asked again only to see whether it is
 * cut: there the rows do not count, and whether it is cut stays unknown.
 */
export function isRepeated(page: PageReceived): boolean {
  const { call, size, fingerprint, earlier } = page;
  if (size.rows === 0 || !earlier) return false;
  const isSame = fingerprint === earlier.first || fingerprint === earlier.before;
  if (!isSame && !hasAlmostSameRows(page)) return false;
  if (call.pages) throw repeated(page);
  return true;
}

/**
 * Whether almost all rows of a page stood on the page before: the same rows, of which some have changed meanwhile, or fewer of
 * them. Rows without an order of their own repeat as many only on a page that is smaller than the one before.
 */
function hasAlmostSameRows({ call, size, known }: PageReceived): boolean {
  // Rows that are all alike say nothing.
  if (!known || known.different < known.before * sameRowsShare) return false;
  if (known.repeated < size.rows * sameRowsShare) return false;
  return !call.pages || size.rows >= known.before;
}

function repeated({ call, asked, size: { rows }, fingerprint, earlier }: PageReceived): ReportRefusedError {
  const [skip, top] = [asked?.skip ?? 0, asked?.top ?? 0];
  const isFirst = fingerprint === earlier?.first && fingerprint !== earlier.before;
  const which = isFirst ? 'the first page' : 'the page before';
  const advice =
    rows < top
      ? 'Set overrides: { pages: false } on the river: then it is asked without $top and $skip.'
      : 'Set pageSize above the number of its rows, or overrides: { pages: false } on the river, which asks without $top and $skip.';
  return new ReportRefusedError(
    `Optimove answered ${call.key} with the same ${rows} rows from row ${skip} on as on ${which}: it does not page this call. ${advice}`,
    { facts: { call: call.key, skip, rows } },
  );
}

/** What asks for less at a time than this call, named by its key; undefined where nothing does. */
export function howToAskForLess(call: string, kind: Call['kind']): string | undefined {
  const { name } = splitCallKey(call);
  const declared: readonly { readonly endpoint: string; readonly askForLess?: string }[] =
    kind === 'list' ? lists : reports;
  return declared.find(({ endpoint }) => endpoint.endsWith(`/${name}`))?.askForLess;
}
