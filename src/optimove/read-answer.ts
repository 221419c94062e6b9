import type { Answer } from '../domain/call/answer.ts';
import type { AnswerRow } from '../domain/call/call.ts';
import { fingerprintRows } from '../domain/call/fingerprint.ts';
import { failureOfResponse, isHtmlPage, refused, unavailable } from './failure-of-response.ts';
import { parseJson } from './parse-json.ts';
import { type Asked, type Reply, textOf } from './reply.ts';

/** Calls that answer one object where all others answer an array of them. */
const singleValued = new Set(['general/getlastdataupdate']);

/**
 * What a reply to a call means: its rows, no rows, or the failure that is thrown.
 * A 404 on a report's call is "no rows" and keeps its status, so that the caller can warn.
 */
export function readAnswer(reply: Reply, asked: Asked, now: number): Answer {
  const nothing = reply.status === 204 || (reply.status === 404 && asked.kind === 'data');
  if (!nothing && reply.status !== 200) throw failureOfResponse(reply, asked, now);
  const rows = nothing ? [] : rowsOf(reply, asked);
  return { status: reply.status, rows, fingerprint: fingerprintRows(rows) };
}

function rowsOf(reply: Reply, asked: Asked): readonly AnswerRow[] {
  const value = valueIn(reply, asked);
  if (value === null) return [];
  if (Array.isArray(value)) {
    const stray = value.findIndex((row) => !isRow(row));
    if (stray === -1) return value;
    throw refused(reply, asked, `and a list whose entry ${stray + 1} is no object`);
  }
  if (isRow(value)) {
    if (singleValued.has(asked.endpoint.toLowerCase())) return [value];
    throw refused(reply, asked, 'and an object where a list was expected');
  }
  throw refused(reply, asked, `and a ${typeof value} where a list was expected`);
}

function valueIn(reply: Reply, asked: Asked): unknown {
  const text = textOf(reply);
  if (text.trim() === '') return null;
  try {
    return parseJson(text);
  } catch {
    throw unavailable(reply, asked, isHtmlPage(reply) ? 'and an HTML page' : 'and a body that is no JSON');
  }
}

function isRow(value: unknown): value is AnswerRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
