/** A reply to one request, and how its text and its Retry-After are read. */
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Call } from '#domain/call/call';
import type { Connection } from '#domain/river/configuration';

/** What came back for one request, read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The request, as far as it decides what a reply means and what a message says of a failure. */
export interface RequestInfo {
  readonly connection: string;
  /** Its URL without the query. */
  readonly url: string;
  readonly kind: Call['kind'] | 'sign-in';
  /** The call's declaration, where it is a list call. */
  readonly list?: Call['list'];
  /** What is declared of its rows; left out where nothing is. */
  readonly answer?: Call['answer'];
  /** Endpoint and parameters, for people. */
  readonly description: string;
  /** What makes the answer smaller, where it is too large to be read. */
  readonly askForLess?: string;
  /** What the message says, as fields. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The connection's longest window of calls: no process is out of calls for longer. */
  readonly longestWindowMs: number;
  /** Nothing of its answer is quoted (`Call.isPrivate`). */
  readonly isPrivate?: boolean;
  /** Identifies an answer that is to be recognised when it comes again, such that nobody without the credentials can guess at it. */
  digest(content: string | Buffer): string;
  /** Replaces the secrets that were sent, in case the server repeats them. */
  hide(text: string): string;
}

/** A token is another with each sign-in, so the password is the key of a login. */
export const digestWith =
  ({ auth }: Pick<Connection, 'auth'>): RequestInfo['digest'] =>
  (content) =>
    createHmac('sha256', (auth.kind === 'apiKey' ? auth.apiKey : auth.password).reveal())
      .update(content)
      .digest('hex')
      .slice(0, 32);

/**
 * The body as text, every letter as it was sent and without a byte order mark: UTF-16 where its mark says so, else strict
 * UTF-8, else the charset that the answer declares. Undefined where none of them fits: a letter would be lost without a word.
 */
export function decodeBody({ body, headers }: Reply): string | undefined {
  const marked = utf16Marks.find(({ mark }) => body.subarray(0, 2).equals(mark));
  if (marked) return decodeAs(marked.charset, body);
  const utf8 = decodeAs('utf-8', body);
  // UTF-16 of plain letters is UTF-8 as well, with a NUL beside each letter. No text of the API holds one.
  if (utf8 !== undefined && !utf8.includes('\0')) return utf8;
  const declared = readCharset(headers['content-type']);
  return declared === undefined ? undefined : decodeAs(byteOrder(declared, body), body);
}

/** How many bytes of a large body become text at a time. */
const pieceBytes = 16 * 1024;

/** The same in pieces, which are not held together, of a body in UTF-8 alone. Throws TypeError, maybe after some pieces, where it is not. */
export function* decodePieces({ body }: Reply): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let at = 0; at < body.length; at += pieceBytes) {
    const piece = decoder.decode(body.subarray(at, at + pieceBytes), { stream: true });
    // What `decodeBody` may read in another charset.
    if (piece.includes('\0')) throw new TypeError('no plain UTF-8');
    yield piece;
  }
  yield decoder.decode();
}

/** UTF-16 without a mark may have either order. JSON begins with a letter of ASCII, so the NUL beside it tells; decoders take one of them. */
const byteOrder = (charset: string, body: Buffer): string =>
  /^utf-?16$/i.test(charset) && body[0] === 0 ? 'utf-16be' : charset;

/** The body as text, with replacement characters if need be: for words that are quoted or searched, never for rows. */
export function decodeLeniently(reply: Reply): string {
  return decodeBody(reply) ?? new TextDecoder().decode(reply.body);
}

const utf16Marks = [
  { charset: 'utf-16le', mark: Buffer.of(0xff, 0xfe) },
  { charset: 'utf-16be', mark: Buffer.of(0xfe, 0xff) },
];

function decodeAs(charset: string, body: Buffer): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    // Either the bytes are no text in that charset, or the charset is unknown.
    return undefined;
  }
}

/** Decoders read `ascii` as Windows-1252: bytes that are not ASCII would become letters that were not declared. */
const plainAscii = /^(?:us-)?ascii$/i;

function readCharset(contentType = ''): string | undefined {
  const charset = /;\s*charset\s*=\s*["']?([^"';\s]+)/i.exec(contentType)?.[1];
  return charset === undefined || plainAscii.test(charset) ? undefined : charset;
}

/** A date as HTTP prescribes it, and in its two older forms, which clients must read as well. The last one names no zone: it is GMT. */
const httpDates = [
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * How long Retry-After asks to wait; undefined where it is absent, zero, past or not understood. It is not bounded here.
 */
export function readRetryAfter(headers: IncomingHttpHeaders, now: number): number | undefined {
  const asked = headers['retry-after']?.trim() ?? '';
  // An instant is counted from the server's own clock where it tells it: it may differ from ours.
  const ms = /^\d+$/.test(asked)
    ? Math.min(Number(asked) * 1000, Number.MAX_SAFE_INTEGER)
    : parseHttpDate(asked) - (parseHttpDate(headers.date ?? '') || now);
  return ms > 0 ? ms : undefined;
}

/** NaN where it is no date in the form that HTTP prescribes: Date.parse alone reads a year out of almost anything. */
function parseHttpDate(text: string): number {
  if (!httpDates.some((form) => form.test(text))) return Number.NaN;
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
