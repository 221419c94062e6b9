import { hash } from 'node:crypto';
import type { CallHistory, Repeated } from '#domain/call/call-history';
import { digestWith } from '#optimove/reply';
import { aConnection } from '../helpers/an-optimove.ts';

/** What is asked. */
export type AskedFor =
  | 'data call'
  | 'data call of guessed keys'
  | 'list call of a day'
  | 'list call of the run'
  | 'GetLastDataUpdate'
  | 'sign-in';

/** What an answer is taken for. */
export type Meaning =
  | 'rows'
  | 'no rows'
  | 'no rows, with a warning'
  | 'a day'
  | 'signed in'
  | 'tried again'
  | 'throttled'
  | 'GetLastDataUpdate is asked'
  | 'refused'
  | 'credentials refused'
  | 'configuration error';

/** An answer and what it means: the tests send each through the HTTP client, and the documentation prints them. */
export interface AnswerCase {
  /** For people: the answer in words. */
  readonly answer: string;
  readonly to: readonly AskedFor[];
  /** For people: what the call has met before; left out where nothing. */
  readonly after?: string;
  readonly means: Meaning;
  readonly status: number;
  readonly body: string | Uint8Array;
  /** Content-Type; JSON where it is left out. */
  readonly type?: string;
  /** Content-Encoding. */
  readonly packing?: string;
  readonly history?: Partial<CallHistory>;
  /** The rows that are read, or the day. */
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
  /** What the message quotes, and what it must not show. */
  readonly says?: string;
  readonly hides?: string;
}

const lists = ['list call of a day', 'list call of the run'] as const;
const calls = ['data call', ...lists] as const;
const everything = [...calls, 'GetLastDataUpdate', 'sign-in'] as const;
const daily = ['data call', 'list call of a day'] as const;

const page =
  '<!DOCTYPE html>\n<html><head><title>Request unsuccessful</title></head><body>Incident 1-2-3</body></html>';
const html = 'text/html; charset=utf-8';
const aPageWith = (status: number) =>
  ({
    answer: `${status} with a page`,
    status,
    body: page,
    type: html,
    says: '"Request unsuccessful"',
  }) as const;
const plain = 'text/plain; charset=utf-8';
const word = 'API call limit exceeded';

const hour = 3_600_000;
/** Of a clock that stands at 10 hours. */
const met = (times: number, firstAt: number, othersAnswered: boolean): Repeated => ({
  times,
  firstAt,
  othersAnswered,
});
const answered = { isAnswered: true };
/** As a call has met it before. */
const bodyHash = digestWith(aConnection('https://api.example.com'))('be right back');
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const utf16le = (text: string) => Buffer.from(text, 'utf16le');
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
const named = '[{"Name":"Très actifs"}]';
const readName = [{ Name: 'Très actifs' }];

export const now = 10 * hour;

/** By what they are about. */
export const answerCases: Readonly<Record<string, readonly AnswerCase[]>> = {
  'Rows and no rows': [
    {
      answer: 'a list of objects',
      to: calls,
      means: 'rows',
      status: 200,
      body: '[{"a":1}]',
      rows: [{ a: 1 }],
    },
    {
      answer: 'a list labelled as HTML',
      to: calls,
      means: 'rows',
      status: 200,
      body: '[{"a":1}]',
      type: html,
      rows: [{ a: 1 }],
    },
    { answer: '[]', to: calls, means: 'no rows', status: 200, body: '[]' },
    { answer: 'an empty body', to: calls, means: 'no rows', status: 200, body: ' \r\n' },
    { answer: 'null', to: calls, means: 'no rows', status: 200, body: 'null' },
    { answer: '204', to: calls, means: 'no rows', status: 204, body: '' },
    ...[201, 202, 203, 226].map(
      (status): AnswerCase => ({
        answer: `${status} with a list of objects`,
        to: calls,
        means: 'rows',
        status,
        body: '[{"a":1}]',
        rows: [{ a: 1 }],
      }),
    ),
    { answer: '203 with []', to: calls, means: 'no rows', status: 203, body: '[]' },
    {
      answer: '203 with a day',
      to: ['GetLastDataUpdate'],
      means: 'a day',
      status: 203,
      body: '{"Date":"2026-01-04"}',
      rows: [{ Date: '2026-01-04' }],
    },
    ...['', '[]'].map(
      (body): AnswerCase => ({
        answer: `202 with ${body || 'an empty body'}`,
        to: calls,
        means: 'tried again',
        status: 202,
        body,
        says: 'no rows yet',
      }),
    ),
    {
      answer: '201 with an empty body',
      to: calls,
      means: 'refused',
      status: 201,
      body: '',
      says: 'and no list',
    },
    {
      answer: '203 with a list that breaks off',
      to: calls,
      means: 'tried again',
      status: 203,
      body: '[{"a":1},',
    },
    {
      answer: '206 with a list of objects',
      to: everything,
      means: 'tried again',
      status: 206,
      body: '[{"a":1}]',
      says: 'only a part of the answer',
    },
    {
      answer: '304',
      to: everything,
      means: 'tried again',
      status: 304,
      body: '',
      says: '304 (not modified)',
    },
    {
      answer: '404 in words',
      to: daily,
      means: 'no rows, with a warning',
      status: 404,
      body: 'Not Found',
      type: plain,
    },
    {
      answer: '404 in words, labelled as HTML',
      to: daily,
      means: 'no rows, with a warning',
      status: 404,
      body: 'Not Found',
      type: html,
    },
    { answer: '404 without a body', to: daily, means: 'no rows, with a warning', status: 404, body: '' },
    {
      answer: '404 with a JSON object',
      to: daily,
      means: 'no rows, with a warning',
      status: 404,
      body: '{"Message":"No HTTP resource was found"}',
    },
    {
      answer: '404 in words',
      to: ['list call of the run'],
      after: 'nothing in the run was answered 200',
      means: 'configuration error',
      status: 404,
      body: 'Not Found',
      says: 'Is the base URL of connection main right?',
    },
    {
      answer: '404 in words',
      to: ['list call of the run'],
      after: 'other calls were answered 200',
      means: 'refused',
      status: 404,
      body: 'Not Found',
      history: answered,
    },
  ],
  'HTML pages': [
    ...[200, 400, 401, 403, 405].map(
      (status): AnswerCase => ({
        ...aPageWith(status),
        to: everything,
        after: 'other calls were answered 200',
        means: 'tried again',
        history: answered,
      }),
    ),
    ...[500, 502, 503].map(
      (status): AnswerCase => ({ ...aPageWith(status), to: everything, means: 'tried again', history: {} }),
    ),
    ...[200, 401, 403].flatMap((status): AnswerCase[] => [
      {
        ...aPageWith(status),
        to: everything,
        after: 'an earlier run was answered 200 at this base URL',
        means: 'tried again',
        history: { isKnown: true },
      },
      {
        ...aPageWith(status),
        to: calls,
        after: 'nothing was ever answered 200 at this base URL',
        means: 'GetLastDataUpdate is asked',
        history: {},
      },
      {
        ...aPageWith(status),
        to: ['GetLastDataUpdate', 'sign-in'],
        after: 'nothing was ever answered 200 there, the first page is younger than 15 s',
        means: 'tried again',
        history: { pages: met(3, 10 * hour - 14_000, false) },
      },
      {
        ...aPageWith(status),
        to: ['GetLastDataUpdate', 'sign-in'],
        after: 'nothing was ever answered 200 there, the first page is 15 s old',
        means: 'GetLastDataUpdate is asked',
        history: { pages: met(3, 10 * hour - 15_000, false) },
      },
    ]),
    {
      answer: '503 with a page after blanks and a byte order mark, not labelled',
      to: calls,
      means: 'tried again',
      status: 503,
      body: `\uFEFF \n${page}`,
      type: plain,
    },
    {
      answer: '200 with text that is labelled as HTML',
      to: calls,
      after: 'other calls were answered 200',
      history: answered,
      means: 'tried again',
      status: 200,
      body: 'blocked',
      type: html,
    },
    {
      answer: '404 with a page',
      to: everything,
      after: 'nothing was ever answered 200 at this base URL',
      means: 'GetLastDataUpdate is asked',
      status: 404,
      body: page,
      type: html,
    },
    {
      answer: '404 with a page',
      to: everything,
      after: 'an earlier run was answered 200 at this base URL, the first page is younger than 15 s',
      means: 'tried again',
      status: 404,
      body: page,
      type: html,
      history: { isKnown: true, pages: met(3, 10 * hour - 14_000, false) },
    },
    {
      answer: '404 with a page',
      to: everything,
      after: 'an earlier run was answered 200 at this base URL, the first page is 15 s old',
      means: 'GetLastDataUpdate is asked',
      status: 404,
      body: page,
      type: html,
      history: { isKnown: true, pages: met(3, 10 * hour - 15_000, false) },
    },
    {
      answer: '404 with a page',
      to: calls,
      after: 'other calls were answered 200',
      means: 'tried again',
      status: 404,
      body: page,
      type: html,
      history: answered,
    },
    {
      answer: '404 with a page',
      to: calls,
      after: 'GetLastDataUpdate was there',
      means: 'tried again',
      status: 404,
      body: page,
      type: html,
      history: { isProven: true },
    },
    {
      answer: '404 with a page',
      to: calls,
      after: 'nine of them, while others were answered',
      means: 'refused',
      status: 404,
      body: page,
      type: html,
      history: { ...answered, missingPages: met(9, 9 * hour, true) },
    },
    {
      answer: '404 with a page',
      to: calls,
      after: 'thirty of them, while no call was answered',
      means: 'tried again',
      status: 404,
      body: page,
      type: html,
      history: { ...answered, missingPages: met(30, 9 * hour, false) },
    },
    {
      answer: '404 with a page that has words before it',
      to: calls,
      after: 'other calls were answered 200',
      means: 'tried again',
      status: 404,
      body: `Server Error\n${page}`,
      type: html,
      history: answered,
    },
    {
      answer: '200 with a page that speaks of too many requests',
      to: everything,
      after: 'other calls were answered 200',
      means: 'tried again',
      status: 200,
      body: '<html><body>Too many requests</body></html>',
      type: html,
      history: answered,
    },
    {
      answer: '503 with a page',
      to: calls,
      after: 'thirty of them',
      means: 'tried again',
      status: 503,
      body: page,
      type: html,
      history: { ...answered, missingPages: met(30, hour, true) },
    },
    {
      answer: '400 in words, labelled as HTML',
      to: calls,
      means: 'refused',
      status: 400,
      body: 'missing ActionID',
      type: html,
      says: '"missing ActionID"',
    },
    {
      answer: '400 in XML',
      to: calls,
      means: 'refused',
      status: 400,
      body: '<?xml version="1.0"?><Error><Message>No such group</Message></Error>',
      type: 'application/xml',
      says: '"No such group"',
    },
  ],
  'Bodies that are no list': [
    {
      answer: 'a JSON string',
      to: calls,
      means: 'refused',
      status: 200,
      body: '"No data for you"',
      says: '"No data for you"',
    },
    { answer: 'a number', to: calls, means: 'refused', status: 200, body: '42', says: 'and a number' },
    {
      answer: 'a number with digits that say nothing',
      to: calls,
      means: 'refused',
      status: 200,
      body: '7.50',
      says: 'and a number',
    },
    {
      answer: 'a list of numbers',
      to: calls,
      means: 'refused',
      status: 200,
      body: '[7.50,9007199254740993]',
      says: 'whose entry 1 is not an object',
    },
    {
      answer: 'an object',
      to: calls,
      means: 'refused',
      status: 200,
      body: '{"Name":"Anna","Id":7}',
      says: 'an object of Name Id, 22 characters',
      hides: 'Anna',
    },
    {
      answer: 'a list of texts',
      to: calls,
      means: 'refused',
      status: 200,
      body: '["Anna"]',
      says: 'a list of 1, 8 characters',
      hides: 'Anna',
    },
    {
      answer: 'plain text',
      to: calls,
      means: 'tried again',
      status: 200,
      body: 'be right back',
      type: plain,
    },
    {
      answer: 'a list that breaks off',
      to: calls,
      means: 'tried again',
      status: 200,
      body: '[{"Name":"Anna"',
      says: 'a list that breaks off, 15 characters',
      hides: 'Anna',
    },
    {
      answer: 'plain text',
      to: calls,
      after: 'the same text twice',
      means: 'refused',
      status: 200,
      body: 'be right back',
      type: plain,
      history: { unreadable: { [bodyHash]: 2 } },
    },
    {
      answer: 'plain text',
      to: calls,
      after: 'the same twice, but for its numbers',
      means: 'refused',
      status: 200,
      body: 'be right back at 10:42:07, request 3f9a-17',
      type: plain,
      history: {
        unreadable: {
          [digestWith(aConnection('https://api.example.com'))('be right back at #, request #')]: 2,
        },
      },
    },
    {
      answer: 'plain text',
      to: calls,
      after: 'another text twice',
      means: 'tried again',
      status: 200,
      body: 'be right back',
      type: plain,
      history: { unreadable: { other: 2 } },
    },
    ...(['gzip', 'br'] as const).flatMap((packing): AnswerCase[] => {
      const plainBody = {
        answer: `a list that is not compressed, labelled as ${packing}`,
        to: [...calls, 'GetLastDataUpdate'] as const,
        status: 200,
        body: '[{"Date":"2026-01-05"}]',
        packing,
        says: 'not compressed as its Content-Encoding says',
      };
      const met = hash('sha1', packing === 'gzip' ? 'incorrect header check' : 'Decompression failed');
      return [
        { ...plainBody, means: 'tried again', history: {} },
        { ...plainBody, after: 'the same twice', means: 'refused', history: { unreadable: { [met]: 2 } } },
      ];
    }),
    {
      answer: 'bare NaN and Infinity',
      to: calls,
      means: 'rows',
      status: 200,
      body: '[{"a":NaN,"b":[-Infinity],"c":"NaN"}]',
      rows: [{ a: null, b: [null], c: 'NaN' }],
    },
    { answer: 'NaN and nothing else', to: calls, means: 'tried again', status: 200, body: 'NaN' },
    {
      answer: 'an object that names a key twice',
      to: lists,
      means: 'refused',
      status: 200,
      body: '[{"ActionID":1,"ActionID":2}]',
      says: 'has the key "ActionID" twice',
    },
    {
      answer: 'an object that names a key twice, in other letters',
      to: lists,
      means: 'refused',
      status: 200,
      body: '[{"ActionID":1,"actionId":2}]',
      says: 'has the key "actionId" twice',
    },
    {
      answer: 'an object that names a key twice',
      to: ['data call'],
      means: 'rows',
      status: 200,
      body: '[{"a":1,"a":2}]',
      rows: [{ a: 2 }],
    },
  ],
  'Lists that are no rows': [
    ...[
      ['an error', '[{"error":"No Anna"}]', 'a list of 1, the first of error, 21 characters'],
      [
        'an error in .NET’s words',
        '[{"Message":"An error has occurred."}]',
        'the first of Message, 38 characters',
      ],
      ['an empty object', '[{}]', 'a list of 1, the first without keys, 4 characters'],
    ].map(
      ([answer, body, says]): AnswerCase => ({
        answer: `a list of ${answer}`,
        to: [...calls, 'data call of guessed keys'],
        means: 'refused',
        status: 200,
        body: `${body}`,
        says: `${says}`,
        hides: 'Anna',
      }),
    ),
    ...['[{"error":"Too many requests"}]', '[{"errors":[{"message":"API rate limit exceeded"}]}]'].map(
      (body): AnswerCase => ({
        answer: `a list of an error: ${body}`,
        to: [...calls, 'data call of guessed keys'],
        means: 'throttled',
        status: 200,
        body,
      }),
    ),
    {
      answer: 'a list of an error: [{"error":"Too many requests"}]',
      to: calls,
      after: 'twice the same, others answered in between',
      means: 'refused',
      status: 200,
      body: '[{"error":"Too many requests"}]',
      history: { limitedByWords: met(2, 9.5 * hour, true) },
    },
    {
      answer: 'an error that repeats what was asked',
      to: calls,
      means: 'refused',
      status: 200,
      body: '[{"Date":"2026-01-05","Message":"No Anna"}]',
      says: 'the first of Date Message',
      hides: 'Anna',
    },
    {
      answer: 'a list of objects, none with a field that is declared',
      to: calls,
      means: 'refused',
      status: 200,
      body: '[{"Nobody":"Anna","Knows":1},{"These":2}]',
      says: 'a list of 2, the first of Nobody Knows',
      hides: 'Anna',
    },
    {
      answer: 'a list of objects, none with a field that is declared',
      to: ['data call of guessed keys'],
      means: 'rows',
      status: 200,
      body: '[{"Nobody":"Anna","Knows":1},{"Message":2}]',
      rows: [{ Nobody: 'Anna', Knows: 1 }, { Message: 2 }],
    },
    {
      answer: 'a row with a declared field among others, whatever their words',
      to: calls,
      means: 'rows',
      status: 200,
      body: '[{"Message":"Too many requests"},{"NAME":null}]',
      rows: [{ Message: 'Too many requests' }, { NAME: null }],
    },
  ],
  'Words of a limit': [
    ...[400, 403, 500, 503].map(
      (status): AnswerCase => ({
        answer: `${status}: ${word}`,
        to: everything,
        means: 'throttled',
        status,
        body: word,
        type: plain,
      }),
    ),
    {
      answer: `200 with text: ${word}`,
      to: everything,
      means: 'throttled',
      status: 200,
      body: word,
      type: plain,
    },
    {
      answer: '200 with a string: Too many requests',
      to: calls,
      means: 'throttled',
      status: 200,
      body: '"Too many requests"',
    },
    {
      answer: '200 with an object: quota exceeded',
      to: [...calls, 'GetLastDataUpdate'],
      means: 'throttled',
      status: 200,
      body: '{"error":{"code":7,"message":"Quota exceeded"}}',
    },
    {
      answer: '200 with an object: rate_limit_exceeded',
      to: calls,
      means: 'throttled',
      status: 200,
      body: '{"errors":[{"type":"rate_limit_exceeded"}]}',
    },
    {
      answer: '200 with a list of texts: Too many requests',
      to: [...calls, 'GetLastDataUpdate'],
      means: 'throttled',
      status: 200,
      body: '["Too many requests"]',
    },
    {
      answer: `403: ${word}`,
      to: calls,
      after: 'other calls were answered',
      means: 'throttled',
      status: 403,
      body: word,
      history: answered,
    },
    {
      answer: `403: ${word}`,
      to: calls,
      after: 'twice the same, no call answered in between',
      means: 'throttled',
      status: 403,
      body: word,
      history: { limitedByWords: met(2, 9.5 * hour, false) },
    },
    {
      answer: `403: ${word}`,
      to: calls,
      after: 'twice the same, others answered in between',
      means: 'credentials refused',
      status: 403,
      body: word,
      history: { limitedByWords: met(2, 9.5 * hour, true) },
    },
    {
      answer: `400: ${word}`,
      to: calls,
      after: 'the first longer ago than the longest window',
      means: 'refused',
      status: 400,
      body: word,
      history: { limitedByWords: met(1, 8.9 * hour, false) },
    },
    {
      answer: `503: ${word}`,
      to: calls,
      after: 'twice the same, others answered in between',
      means: 'tried again',
      status: 503,
      body: word,
      history: { limitedByWords: met(2, 9.5 * hour, true) },
    },
    {
      answer: `200 with a string: ${word}`,
      to: calls,
      after: 'twice the same, others answered in between',
      means: 'refused',
      status: 200,
      body: `"${word}"`,
      history: { limitedByWords: met(2, 9.5 * hour, true) },
    },
    {
      answer: '400: a limit of 10 attributes',
      to: calls,
      means: 'refused',
      status: 400,
      body: 'There is a limit of 10 attributes in one call',
      says: '"There is a limit of *** attributes in one call"',
    },
    {
      answer: '400: CustomerAttributesDelimiter',
      to: calls,
      means: 'refused',
      status: 400,
      body: 'CustomerAttributesDelimiter is not known',
    },
    {
      answer: '404: words of a limit',
      to: daily,
      means: 'no rows, with a warning',
      status: 404,
      body: word,
      type: plain,
    },
    { answer: '429 with a page', to: everything, means: 'throttled', status: 429, body: page, type: html },
  ],
  Refusals: [
    {
      answer: '400',
      to: calls,
      means: 'refused',
      status: 400,
      body: 'no customer anna@example.com of \'Anna B\' and "Bob", id 231342',
      says: '"no customer *** of *** and ***, id ***"',
      hides: '231342',
    },
    {
      answer: '400 with rows',
      to: calls,
      means: 'refused',
      status: 400,
      body: '[{"Email":"anna@example.com"}]',
      says: 'a list of 1, the first of Email, 30 characters',
      hides: 'anna',
    },
    {
      answer: '400 with an object',
      to: calls,
      means: 'refused',
      status: 400,
      body: '{"Message":"The request is invalid.","Row":"Anna"}',
      says: '"The request is invalid."',
      hides: 'Anna',
    },
    {
      answer: '405',
      to: calls,
      means: 'refused',
      status: 405,
      body: '"Method Not Allowed"',
      says: '"Method Not Allowed"',
    },
    { answer: '410', to: calls, means: 'refused', status: 410, body: '' },
    {
      answer: '401',
      to: everything,
      means: 'credentials refused',
      status: 401,
      body: 'Unauthorized',
      type: html,
    },
    { answer: '403', to: calls, means: 'credentials refused', status: 403, body: 'Unauthorized User' },
    { answer: '302', to: everything, means: 'configuration error', status: 302, body: page, type: html },
    { answer: '408', to: calls, means: 'tried again', status: 408, body: '' },
    { answer: '500', to: calls, means: 'tried again', status: 500, body: '"Internal Server Error"' },
  ],
  'How letters are written': [
    { answer: 'UTF-8', to: calls, means: 'rows', status: 200, body: named, rows: readName },
    {
      answer: 'UTF-8 with a byte order mark',
      to: calls,
      means: 'rows',
      status: 200,
      body: `\uFEFF${named}`,
      rows: readName,
    },
    {
      answer: 'UTF-8 that is declared as Latin-1',
      to: calls,
      means: 'rows',
      status: 200,
      body: named,
      type: 'application/json; charset=iso-8859-1',
      rows: readName,
    },
    {
      answer: 'Latin-1, declared',
      to: calls,
      means: 'rows',
      status: 200,
      body: latin1(named),
      type: 'application/json; charset="ISO-8859-1"',
      rows: readName,
    },
    {
      answer: 'Windows-1252, declared',
      to: calls,
      means: 'rows',
      status: 200,
      body: Buffer.of(...latin1('[{"Name":"'), 0x80, ...latin1('"}]')),
      type: 'application/json;charset=windows-1252',
      rows: [{ Name: '€' }],
    },
    {
      answer: 'Latin-1, not declared',
      to: calls,
      means: 'refused',
      status: 200,
      body: latin1(named),
      says: 'neither UTF-8',
      hides: 'actifs',
    },
    {
      answer: 'Latin-1 that is declared as UTF-8',
      to: calls,
      means: 'refused',
      status: 200,
      body: latin1(named),
      type: 'application/json; charset=utf-8',
    },
    {
      answer: 'Latin-1 with an unknown charset',
      to: calls,
      means: 'refused',
      status: 200,
      body: latin1(named),
      type: 'application/json; charset=klingon',
    },
    {
      answer: 'UTF-16 with a byte order mark',
      to: calls,
      means: 'rows',
      status: 200,
      body: utf16le(`\uFEFF${named}`),
      rows: readName,
    },
    {
      answer: 'UTF-16 with the other byte order mark',
      to: calls,
      means: 'rows',
      status: 200,
      body: utf16be(`\uFEFF${named}`),
      rows: readName,
    },
    {
      answer: 'UTF-16, declared',
      to: calls,
      means: 'rows',
      status: 200,
      body: utf16le('[{"a":1}]'),
      type: 'application/json; charset=utf-16le',
      rows: [{ a: 1 }],
    },
    {
      answer: 'UTF-16 big endian, declared',
      to: calls,
      means: 'rows',
      status: 200,
      body: utf16be('[{"a":1}]'),
      type: 'application/json; charset=utf-16be',
      rows: [{ a: 1 }],
    },
    {
      answer: 'UTF-16 without its byte order, little or big endian',
      to: calls,
      means: 'rows',
      status: 200,
      body: utf16be(named),
      type: 'application/json; charset=UTF-16',
      rows: readName,
    },
    {
      answer: 'UTF-16, neither marked nor declared',
      to: calls,
      means: 'refused',
      status: 200,
      body: utf16le('[{"a":1}]'),
    },
    {
      answer: '400 in Latin-1, not declared',
      to: calls,
      means: 'refused',
      status: 400,
      body: latin1('Très mal'),
      says: '"Tr\uFFFDs mal"',
    },
    {
      answer: 'a token in UTF-16',
      to: ['sign-in'],
      means: 'signed in',
      status: 200,
      body: utf16le('\uFEFF"token-of-a-login"'),
    },
  ],
  'How far the data is complete': [
    ...[
      '{"Date":"2026-01-04"}',
      '{"date":"2026-01-04T00:00:00"}',
      '{"DATE":"2026-01-04 23:59:59.9999999+02:00"}',
      '{"Date":"2026-01-04T10:30:00Z","Zone":"UTC"}',
      '{"Date":"/Date(1767484800000)/"}',
      '{"Date":"\\/Date(1767477600000+0200)\\/"}',
      '{"LastUpdate":"2026-01-04"}',
      '[{"Date":"2026-01-04"}]',
      '"2026-01-04"',
      '2026-01-04',
    ].map(
      (body): AnswerCase => ({
        answer: body,
        to: ['GetLastDataUpdate'],
        means: 'a day',
        status: 200,
        body,
        rows: [{ Date: '2026-01-04' }],
      }),
    ),
    ...[['{"Date":"2099-12-31"}', '2099-12-31']].map(
      ([body, day]): AnswerCase => ({
        answer: `${body}`,
        to: ['GetLastDataUpdate'],
        means: 'a day',
        status: 200,
        body: `${body}`,
        rows: [{ Date: day }],
      }),
    ),
    ...(
      [
        ['{"Date":"soon, Anna\'s team says"}', '"soon, Anna\'s team says"'],
        ['{"Date":null}', '"null"'],
        ['{"Date":"0001-01-01T00:00:00"}', '"0001-01-01T00:00:00"'],
        ['{"Date":"0999-12-31"}', '"0999-12-31"'],
        ['{"Date":"9999-12-31T23:59:59.9999999"}', '"9999-12-31T23:59:59.9999999"'],
        ['{"Date":"2026-02-30"}', '"2026-02-30"'],
        ['{"Date":"customer 231342"}', '"customer ***"'],
        ['{"Date":""}', ''],
        ['{}', 'an object without keys'],
        ['[]', 'a list of 0'],
        ['null', '"null"'],
        ['', '"null"'],
        ['"not yet"', '"not yet"'],
        ['1767484800', '"1767484800"'],
        ['{"Date":20260104.0}', '"20260104.0"'],
        ['{"Date":"4 January 2026"}', '"4 January 2026"'],
        ['{"Date":"Anna 4"}', '"Anna ***"'],
        ['{"Date":"2026-01-04","Date":"2026-01-05"}', 'has the key "Date" twice'],
      ] as const
    ).map(
      ([body, says]): AnswerCase => ({
        answer: body || 'an empty body',
        to: ['GetLastDataUpdate'],
        means: 'refused',
        status: 200,
        body,
        says,
      }),
    ),
    { answer: '204', to: ['GetLastDataUpdate'], means: 'refused', status: 204, body: '' },
    { answer: '403', to: ['GetLastDataUpdate'], means: 'credentials refused', status: 403, body: 'no' },
    {
      answer: '404 in words',
      to: ['GetLastDataUpdate'],
      after: 'other calls were answered 200',
      means: 'configuration error',
      status: 404,
      body: 'Not Found',
      history: answered,
    },
  ],
};
