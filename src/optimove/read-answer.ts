import type { Answer, AnswerRow } from '#domain/call/call';
import { createFingerprint, fingerprintRows } from '#domain/call/fingerprint';
import type { Column } from '#domain/column/column';
import { attributesPlace, createLayout } from '#domain/column/column-layout';
import { isLongNumber } from '#domain/column/read-number';
import type { RiverError } from '#domain/errors';
import type { Day } from '#domain/period/date-range';
import { namedDay } from '#domain/period/read-moment';
import { excerptValue, isErrorObject, readErrorWords } from './error-excerpt.ts';
import {
  failureOfHtmlPage,
  failureOfResponse,
  isHtmlContentType,
  isHtmlPage,
  type ReplyContext,
  refusedError,
  reportsRateLimit,
  throttledError,
  unavailableError,
} from './failure-of-response.ts';
import { atOnce } from './in-turns.ts';
import { findRepeatedKey, parseJson } from './parse-json.ts';
import { parseList } from './parse-list.ts';
import { decodeBody, decodeLeniently, decodePieces, type Reply, type RequestInfo } from './reply.ts';

/** Days that stand for none: calendars begin and end there, and .NET writes the last one for "never". */
const [noBeginning, noEnd]: readonly [Day, Day] = ['1000-01-01', '9999-12-31'];
/** The same unreadable body is taken as final when one call got it this often. */
const unreadableAtMost = 3;

/**
 * What a reply to a call means: its rows, no rows, or the failure that is thrown. Earlier replies to the same call decide where
 * a passing failure would never end. Any 2xx with a whole list is rows, and is told as 200. A 404 that is "no rows" keeps its
 * status, so that the caller can warn.
 */
export const readAnswer = (reply: Reply, info: RequestInfo, context: ReplyContext): Answer =>
  atOnce(readInSteps(reply, info, context));

/** Begins to take an answer's rows, some at a time. What was taken before, of the same answer, no longer counts. */
export type TakeRows = () => (rows: readonly AnswerRow[]) => void;

/** The rows of a smaller body are read at once. */
const takenFromBytes = 64 * 1024;

/** The same in steps; with `take` the rows of a large answer are not held, but handed over as they are read. */
export function* readInSteps(
  reply: Reply,
  info: RequestInfo,
  context: ReplyContext,
  take?: TakeRows,
): Generator<void, Answer> {
  const nothing = reply.status === 204 || isMissing(reply, info);
  if (!nothing && !mayHaveRows(reply)) throw failureOfResponse(reply, info, context);
  if (take && !nothing && info.kind === 'data' && reply.body.length >= takenFromBytes) {
    const taken = yield* takeRows(reply, info, take);
    if (taken) return taken;
    take();
  }
  const rows = info.list?.answersDay
    ? [{ Date: readDay(reply, info, context) }]
    : nothing
      ? []
      : readRows(reply, info, context);
  if (reply.status === 202 && rows.length === 0) throw unavailableError(reply, info, 'and no rows yet');
  return { status: nothing ? reply.status : 200, rows, fingerprint: fingerprintOrRefuse(rows, reply, info) };
}

/** Undefined where something is the matter with them: read at once, they tell what. */
function* takeRows(reply: Reply, info: RequestInfo, take: TakeRows): Generator<void, Answer | undefined> {
  const onRows = take();
  const fingerprint = createFingerprint();
  let taken = 0;
  let areDeclared = info.answer === undefined;
  try {
    for (const rows of parseList(decodePieces(reply))) {
      if (!rows.every(isRow)) return undefined;
      areDeclared ||= info.answer !== undefined && hasDeclaredField(rows, info.answer.columns);
      fingerprint.add(rows);
      taken += rows.length;
      onRows(rows);
      yield;
    }
  } catch {
    return undefined;
  }
  if (taken === 0 || !areDeclared) return undefined;
  const print = fingerprint.toText();
  return { status: 200, rows: [], taken, fingerprint: info.isPrivate ? info.digest(print) : print };
}

/** The fingerprint visits every value of the rows: where it can, so can all that reads them later. */
function fingerprintOrRefuse(
  rows: readonly AnswerRow[],
  reply: Reply,
  info: RequestInfo,
): Answer['fingerprint'] {
  try {
    const fingerprint = fingerprintRows(rows);
    return info.isPrivate ? info.digest(fingerprint) : fingerprint;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refusedError(reply, info, 'and a value whose lists or objects are nested too deeply');
  }
}

/** A proxy that changes an answer turns 200 into 203; a part of an answer (206) is no answer. */
const mayHaveRows = ({ status }: Reply): boolean =>
  status >= 200 && status < 300 && status !== 205 && status !== 206;

/** Some servers say "no rows" of a day with 404 and plain text; an HTML page with 404 says nothing. */
function isMissing(reply: Reply, { kind, list }: RequestInfo): boolean {
  if (reply.status !== 404 || (kind !== 'data' && list?.per !== 'day')) return false;
  return !isHtmlPage(decodeLeniently(reply), reply);
}

function readRows(reply: Reply, info: RequestInfo, context: ReplyContext): readonly AnswerRow[] {
  const text = readText(reply, info, context);
  const value = text.trim() === '' ? null : tryParse(text);
  if (value === undefined) throw notJsonError(text, reply, info, context);
  if (value === null) {
    if (reply.status === 200 || reply.status === 202) return [];
    throw refusedError(reply, info, 'and no list');
  }
  if (!Array.isArray(value)) {
    const isNumber = typeof value === 'number' || isLongNumber(value);
    if (!isNumber && reportsRateLimit(text, info, context)) throw throttledError(reply, info, context);
    throw refusedError(
      reply,
      info,
      `and ${isRow(value) ? 'an object' : `a ${isNumber ? 'number' : typeof value}`} where a list was expected`,
    );
  }
  const stray = value.findIndex((row) => !isRow(row));
  if (stray !== -1) {
    if (reportsRateLimit(text, info, context)) throw throttledError(reply, info, context);
    throw refusedError(reply, info, `and a list whose entry ${stray + 1} is not an object`);
  }
  if (!areRows(value, info)) {
    if (reportsRateLimit(text, info, context, readErrorWords(value)))
      throw throttledError(reply, info, context);
    throw refusedError(reply, info, 'and a list without any field that its rows have');
  }
  if (info.kind === 'list') refuseRepeatedKey(text, reply, info);
  return value;
}

/** An error that comes as a list has no declared field; loaded as rows, it would replace good ones. */
function areRows(list: readonly AnswerRow[], { answer }: RequestInfo): boolean {
  if (list.length === 0 || !answer || hasDeclaredField(list, answer.columns)) return true;
  return answer.isGuessed && !list.every(isErrorObject);
}

/** An object in the documentation; a list of one object, a string or a plain day are read as well. */
function readDay(reply: Reply, info: RequestInfo, context: ReplyContext): Day {
  const text = readText(reply, info, context);
  const json = text.trim() === '' ? null : tryParse(text);
  const value = json === undefined ? text : json;
  const found = findDayValue(value);
  const named = namedDay(found);
  const day = named !== undefined && named > noBeginning && named < noEnd ? named : undefined;
  if (day === undefined && value === text) throw notJsonError(text, reply, info, context);
  if (day === undefined && reportsRateLimit(text, info, context)) throw throttledError(reply, info, context);
  if (day === undefined) throw refusedError(reply, info, 'and no day', excerptValue(found, info));
  if (value !== text) refuseRepeatedKey(text, reply, info);
  return day;
}

function findDayValue(value: unknown): unknown {
  if (Array.isArray(value) && value.length === 1) return findDayValue(value[0]);
  if (!isRow(value)) return value;
  const fields = Object.entries(value);
  const [field] = fields.length === 1 ? fields : fields.filter(([key]) => key.toLowerCase() === 'date');
  return field ? field[1] : value;
}

function readText(reply: Reply, info: RequestInfo, context: ReplyContext): string {
  const text = decodeBody(reply);
  if (text !== undefined) return text;
  if (isHtmlPage(decodeLeniently(reply), reply)) throw failureOfHtmlPage(reply, info, context);
  throw refusedError(reply, info, 'and a body that is neither UTF-8 nor in the charset that it declares');
}

/** Undefined where the text is not JSON. */
function tryParse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function notJsonError(text: string, reply: Reply, info: RequestInfo, context: ReplyContext): RiverError {
  if (isHtmlPage(text, reply)) return failureOfHtmlPage(reply, info, context);
  if (reportsRateLimit(text, info, context)) return throttledError(reply, info, context);
  if (isHtmlContentType(reply)) return failureOfHtmlPage(reply, info, context);
  const bodyHash = info.digest(withoutNumbers(text));
  if ((context.history?.unreadable[bodyHash] ?? 0) < unreadableAtMost - 1) {
    return unavailableError(reply, info, 'and a body that is not JSON', { outcome: 'unreadable', bodyHash });
  }
  return refusedError(
    reply,
    info,
    `and a body that is not JSON, the same ${unreadableAtMost} times`,
    info.list?.answersDay ? excerptValue(text, info) : undefined,
  );
}

/** The same words are the same body, whatever time or number of a request they name. What breaks off is compared as it is. */
const withoutNumbers = (text: string): string =>
  /^[\s\uFEFF]*["[{]/.test(text) ? text : text.replaceAll(/[^\s"'<>=,;()]*\d[^\s"'<>=,;()]*/g, '#');

function refuseRepeatedKey(text: string, reply: Reply, info: RequestInfo): void {
  const key = findRepeatedKey(text);
  if (key === undefined) return;
  throw refusedError(reply, info, `and an object that has the key ${excerptValue(key, info)} twice`);
}

function isRow(value: unknown): value is AnswerRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLongNumber(value);
}

/** Whether any of these rows has a declared field, however it is spelled: no others are taken for rows. */
function hasDeclaredField(rows: readonly AnswerRow[], columns: readonly Column[]): boolean {
  const places = createLayout(columns, { stamps: {} });
  const isDeclared = (key: string): boolean => {
    const place = places.placeOf(key);
    // A stamp is known without the answer: an error may repeat it.
    return place === attributesPlace || columns[place]?.from === 'answer';
  };
  return rows.some((row) => Object.keys(row).some(isDeclared));
}
