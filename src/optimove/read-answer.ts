import { hash } from 'node:crypto';
import type { Answer, AnswerRow } from '#domain/call/call';
import { fingerprintRows } from '#domain/call/fingerprint';
import type { Column } from '#domain/column/column';
import { attributesPlace, createLayout } from '#domain/column/column-layout';
import { isLongNumber } from '#domain/column/read-number';
import type { RiverError } from '#domain/errors';
import type { Day } from '#domain/period/date-range';
import { namedDay } from '#domain/period/read-moment';
import { decodeBody, decodeLeniently } from './decode-body.ts';
import {
  failureOfResponse,
  isLabelledHtml,
  isPage,
  type Moment,
  pageInstead,
  refused,
  saysLimit,
  throttled,
  unavailable,
} from './failure-of-response.ts';
import { parseJson } from './parse-json.ts';
import { repeatedKey } from './repeated-key.ts';
import type { Asked, Reply } from './reply.ts';
import { isBareError, tellValue, wordsOfErrors } from './what-was-said.ts';

/** The same unreadable body is no passing one any more when it has come to one call this often. */
const unreadableAtMost = 3;

/**
 * What a reply to a call means: its rows, no rows, or the failure that is thrown. What the call has met before decides where
 * a passing failure would never end. Any 2xx with a whole list is rows, and 200 to whoever reads on. A 404 that is "no rows" keeps its status, so that the caller can warn.
 */
export function readAnswer(reply: Reply, asked: Asked, moment: Moment): Answer {
  const nothing = reply.status === 204 || isMissing(reply, asked);
  if (!nothing && !mayHaveRows(reply)) throw failureOfResponse(reply, asked, moment);
  const rows = asked.list?.answersDay
    ? [{ Date: dayIn(reply, asked, moment) }]
    : nothing
      ? []
      : rowsIn(reply, asked, moment);
  if (reply.status === 202 && rows.length === 0) throw unavailable(reply, asked, 'and no rows yet');
  return { status: nothing ? reply.status : 200, rows, fingerprint: fingerprintOf(rows, reply, asked) };
}

/** Walking through the rows to their deepest value shows that whatever walks through them later can. */
function fingerprintOf(rows: readonly AnswerRow[], reply: Reply, asked: Asked): Answer['fingerprint'] {
  try {
    return fingerprintRows(rows);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refused(reply, asked, 'and a value whose lists or objects are nested too deeply');
  }
}

/** A proxy that changes an answer makes 203 of 200; a part of an answer (206) is none. */
const mayHaveRows = ({ status }: Reply): boolean =>
  status >= 200 && status < 300 && status !== 205 && status !== 206;

/** 404 in words is how some servers say "no rows" of a day; a page with 404 says nothing. */
function isMissing(reply: Reply, { kind, list }: Asked): boolean {
  if (reply.status !== 404 || (kind !== 'data' && list?.per !== 'day')) return false;
  return !isPage(decodeLeniently(reply), reply);
}

function rowsIn(reply: Reply, asked: Asked, moment: Moment): readonly AnswerRow[] {
  const text = textIn(reply, asked, moment);
  const value = text.trim() === '' ? null : parsed(text);
  if (value === undefined) throw noJson(text, reply, asked, moment);
  if (value === null) {
    if (reply.status === 200 || reply.status === 202) return [];
    throw refused(reply, asked, 'and no list');
  }
  if (!Array.isArray(value)) {
    const isNumber = typeof value === 'number' || isLongNumber(value);
    if (!isNumber && saysLimit(text, asked, moment)) throw throttled(reply, asked, moment);
    throw refused(
      reply,
      asked,
      `and ${isRow(value) ? 'an object' : `a ${isNumber ? 'number' : typeof value}`} where a list was expected`,
    );
  }
  const stray = value.findIndex((row) => !isRow(row));
  if (stray !== -1) throw refused(reply, asked, `and a list whose entry ${stray + 1} is no object`);
  if (!areRows(value, asked)) {
    if (saysLimit(text, asked, moment, wordsOfErrors(value))) throw throttled(reply, asked, moment);
    throw refused(reply, asked, 'and a list without any field that its rows have');
  }
  if (asked.kind === 'list') refuseRepeatedKey(text, reply, asked);
  return value;
}

/** An error that comes as a list has none of the fields that are declared; loaded as rows, it would replace good ones. */
function areRows(list: readonly AnswerRow[], { answer }: Asked): boolean {
  if (list.length === 0 || !answer || hasDeclaredField(list, answer.columns)) return true;
  return answer.isGuessed && !list.every(isBareError);
}

/** One object in the documentation; a list of one, a string or a bare day are read as well. */
function dayIn(reply: Reply, asked: Asked, moment: Moment): Day {
  const text = textIn(reply, asked, moment);
  const json = text.trim() === '' ? null : parsed(text);
  const value = json === undefined ? text : json;
  const found = dayValue(value);
  const day = namedDay(found);
  if (day === undefined && saysLimit(text, asked, moment)) throw throttled(reply, asked, moment);
  if (day === undefined && value === text) throw noJson(text, reply, asked, moment);
  if (day === undefined) throw refused(reply, asked, 'and no day', tellValue(found, asked));
  if (value !== text) refuseRepeatedKey(text, reply, asked);
  return day;
}

function dayValue(value: unknown): unknown {
  if (Array.isArray(value) && value.length === 1) return dayValue(value[0]);
  if (!isRow(value)) return value;
  const fields = Object.entries(value);
  const [field] = fields.length === 1 ? fields : fields.filter(([key]) => key.toLowerCase() === 'date');
  return field ? field[1] : value;
}

function textIn(reply: Reply, asked: Asked, moment: Moment): string {
  const text = decodeBody(reply);
  if (text !== undefined) return text;
  if (isPage(decodeLeniently(reply), reply)) throw pageInstead(reply, asked, moment);
  throw refused(reply, asked, 'and a body that is neither UTF-8 nor in the charset that it declares');
}

/** Undefined where the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function noJson(text: string, reply: Reply, asked: Asked, moment: Moment): RiverError {
  if (isPage(text, reply)) return pageInstead(reply, asked, moment);
  if (saysLimit(text, asked, moment)) return throttled(reply, asked, moment);
  if (isLabelledHtml(reply)) return pageInstead(reply, asked, moment);
  const bodyHash = hash('sha1', reply.body);
  if ((moment.history?.unreadable[bodyHash] ?? 0) < unreadableAtMost - 1) {
    return unavailable(reply, asked, 'and a body that is no JSON', { outcome: 'unreadable', bodyHash });
  }
  return refused(
    reply,
    asked,
    `and a body that is no JSON, the same ${unreadableAtMost} times`,
    asked.list?.answersDay ? tellValue(text, asked) : undefined,
  );
}

function refuseRepeatedKey(text: string, reply: Reply, asked: Asked): void {
  const key = repeatedKey(text);
  if (key === undefined) return;
  throw refused(reply, asked, `and an object that names the key ${tellValue(key, asked)} twice`);
}

function isRow(value: unknown): value is AnswerRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLongNumber(value);
}

/** Whether any of these rows has a field that is declared for them, however it is spelled: no others are taken for rows. */
function hasDeclaredField(rows: readonly AnswerRow[], columns: readonly Column[]): boolean {
  const places = createLayout(columns, { stamps: {} });
  const isDeclared = (key: string): boolean => {
    const place = places.placeOf(key);
    // What is stamped is known without the answer: an error may repeat it.
    return place === attributesPlace || columns[place]?.from === 'answer';
  };
  return rows.some((row) => Object.keys(row).some(isDeclared));
}
