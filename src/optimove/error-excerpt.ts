import { isLongNumber } from '#domain/column/read-number';
import { excerpt, mask, shorten } from '#domain/excerpt';
import type { Secret } from '#domain/secret';
import { parseJson } from './parse-json.ts';
import { decodeLeniently, type Reply, type RequestInfo } from './reply.ts';

const errorsAtMost = 10;
/** A page's title stands at its beginning. */
const titleWithin = 4_000;

/**
 * What a reply says, for a message: on one line, with at most 100 characters, in which e-mail addresses, quoted strings
 * and words with digits are masked. Rows are never quoted: a body that is a list or an object is described by its keys and its
 * length, unless it is the message of an error. Empty where the body is.
 */
export function excerptReply(reply: Reply, { hide, isPrivate }: RequestInfo): string {
  if (isPrivate) return describePrivate(decodeLeniently(reply));
  return describeText(decodeLeniently(reply), { hide, isFailure: reply.status >= 400 });
}

/** Any word may be a value that the river leaves out or hashes. */
function describePrivate(text: string): string {
  const { length } = text.trim();
  return length === 0
    ? ''
    : `${length} characters, not quoted because the river leaves out or hashes columns`;
}

/** A value in place of GetLastDataUpdate's day: there is no row in it, and what looks like a day may be shown. */
export function excerptValue(value: unknown, { hide }: Pick<RequestInfo, 'hide'>): string {
  if (isLongNumber(value)) return excerptValue(value.rawJSON, { hide });
  if (typeof value === 'number') return excerptValue(String(value), { hide });
  if (typeof value !== 'string')
    return describeText(JSON.stringify(value) ?? 'nothing', { hide, isFailure: false });
  const rest = value.trim().replaceAll(dayWords, '');
  return value.length <= dayAtMost && /^[\d\s.,:/+()-]*$/.test(rest)
    ? `"${value.trim()}"`
    : quote(value, hide);
}

/** A time with its zone in words is no longer. */
const dayAtMost = 40;
const dayWords =
  /\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t|tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|am|pm|utc|gmt|date)\b|(?<=\d)[tz](?=[\d:+-]|$)/gi;

interface Description {
  readonly hide: RequestInfo['hide'];
  readonly isFailure: boolean;
}

function describeText(text: string, options: Description): string {
  const { hide, isFailure } = options;
  const trimmed = text.trim();
  if (trimmed.startsWith('<')) return quote(readTitle(trimmed), hide);
  const value = /^["[{]/.test(trimmed) ? tryParse(trimmed) : undefined;
  // A string may hold a whole document once more.
  if (typeof value === 'string') return describeText(value, options);
  if (!/^[[{]/.test(trimmed)) return quote(trimmed, hide);
  const message = isObject(value) ? findMessage(value, isFailure) : undefined;
  if (message !== undefined) return describeText(message, { hide, isFailure: false });
  const length = `${trimmed.length} characters`;
  if (isObject(value)) return `an object ${describeKeys(value, hide)}, ${length}`;
  if (!Array.isArray(value))
    return `${trimmed.startsWith('[') ? 'a list' : 'an object'} that breaks off, ${length}`;
  const first: unknown = value.find(isObject);
  const keys = isObject(first) ? `, the first ${describeKeys(first, hide)}` : '';
  return `a list of ${value.length}${keys}, ${length}`;
}

/** The words of an answer: the whole of a text, or the texts of an object that may be an error; nothing of rows. */
export function readWords(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('<')) return trimmed.slice(0, titleWithin).replaceAll(/<[^<>]*>/g, ' ');
  const value = /^["[{]/.test(trimmed) ? tryParse(trimmed) : undefined;
  if (value === undefined) return /^[[{]/.test(trimmed) ? '' : trimmed;
  return collectTexts(value, 4).join('. ');
}

/** A page is named by its title: the rest is the same for all. */
function readTitle(page: string): string {
  return /<(?:title|message)\b[^<>]*>([^<]*)</i.exec(page.slice(0, titleWithin))?.[1] ?? '';
}

/** The words of a list of errors. Only for a list that is known to have no rows. */
export function readErrorWords(list: readonly object[]): string {
  return list
    .slice(0, errorsAtMost)
    .flatMap((error) => collectTexts(error, 4))
    .join('. ');
}

/** Whether an object is nothing but the message of an error, or nothing at all. */
export function isErrorObject(value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(value).length === 0 || findMessage(value, false) !== undefined;
}

/** Keys that only errors have, so that no row is taken for an error. */
const errorKeys = new Set(
  `code detail details error errorcode errordescription errormessage errors exceptionmessage exceptiontype fault instance
  message messagedetail path reason requestid retryafter stacktrace status statuscode success timestamp title traceid type`.split(
    /\s+/,
  ),
);
/** The most telling keys stand first. */
const messageKeys =
  'message errormessage error errors detail title errordescription reason fault exceptionmessage'.split(' ');

const plainKey = (key: string): string => key.toLowerCase().replaceAll(/[^a-z]/g, '');

function findMessage(value: Readonly<Record<string, unknown>>, isFailure: boolean): string | undefined {
  const keys = Object.keys(value);
  if (!isFailure && !keys.every((key) => errorKeys.has(plainKey(key)))) return undefined;
  for (const name of messageKeys) {
    const key = keys.find((each) => plainKey(each) === name);
    const found = key === undefined ? undefined : value[key];
    const first: unknown = Array.isArray(found) ? found[0] : found;
    const message = isObject(first) ? findMessage(first, true) : first;
    if (typeof message === 'string' && message.trim() !== '') return message;
  }
  return undefined;
}

/** Characters of a key that are looked at. */
const keyAtMost = 200;

function describeKeys(value: object, hide: RequestInfo['hide']): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return 'without keys';
  return `of ${shorten(
    keys
      .slice(0, 20)
      // No more of it is shown, and masking takes its time over a long one.
      .map((key) => mask(hide(key.slice(0, keyAtMost))))
      .join(' '),
  )}`;
}

/** Lists of objects are rows, unless they are the errors. */
function collectTexts(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (depth === 0) return [];
  if (Array.isArray(value))
    return value.some(isObject) ? [] : value.flatMap((each) => collectTexts(each, depth - 1));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    (plainKey(key) === 'errors' && Array.isArray(part) ? part : [part]).flatMap((each) =>
      collectTexts(each, depth - 1),
    ),
  );
}

function quote(text: string, hide: RequestInfo['hide']): string {
  const quoted = excerpt(text, hide);
  return quoted === '' ? '' : `"${quoted}"`;
}

function tryParse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLongNumber(value);
}

/** Replaces these secrets in a text, also where they were escaped for JSON or for a URL. */
export function hideSecrets(secrets: readonly Secret[]): (text: string) => string {
  return (text) =>
    secrets.flatMap(spellings).reduce((rest, spelling) => rest.replaceAll(spelling, '[secret]'), text);
}

function spellings(secret: Secret): string[] {
  const value = secret.reveal().toWellFormed();
  if (value === '') return [];
  return [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
}
