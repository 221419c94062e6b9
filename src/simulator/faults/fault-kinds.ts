import { z } from 'zod';
import {
  choice,
  expected,
  fields,
  list,
  range,
  share,
  text,
  texts,
  trueOrFalse,
  wholeNumber,
} from '../complaints.ts';
import { emptyWays } from '../http-messages.ts';

const someParameters = 'an object of parameters with the value each must have';

/** When a fault happens. Every kind takes these fields; one that is left out does not restrict it. */
export const occasion = {
  match: fields(
    {
      /** `customers/GetCustomersByAction`, `GetCustomersByAction`, or a group such as `customers/*`, in any case. */
      endpoint: text.optional(),
      /** Parameters that the call must have, with their values. */
      parameters: z
        .record(z.string(), z.union([z.string(), z.number()]), expected(someParameters))
        .optional(),
    },
    'an object with endpoint, parameters or both',
  ).optional(),
  /** The share of matching calls, 0 to 1. It follows from the seed and the call, not from the order of arrival. */
  probability: share.optional(),
  /** The first matching calls are spared: so many. */
  after: wholeNumber(0).optional(),
  /** It happens to so many calls, then no more. */
  times: wholeNumber(1).optional(),
  /** It happens for so many milliseconds after it was set, then no more. */
  forMs: wholeNumber(1).optional(),
};

/** Retry-After as it is sent: a number of seconds, or any text, such as a date, `0` or nonsense. */
const header = expected('a whole number of seconds from 0, or a text of one line');
const retryAfter = z.union([wholeNumber(0), z.string().regex(/^[ -~]*$/, header)], header);
export type RetryAfter = z.infer<typeof retryAfter>;

const encodings = ['utf-8', 'latin1', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof encodings)[number];

const spellings = [
  /** ChannelID is spelled ChannelId. */
  'channelId',
  /** TemplateID is spelled TemplateId. */
  'templateId',
  /** Whole numbers whose key ends in ID come as strings. */
  'idsAsText',
  /** Attributes come as `CustomerAttribute`, one string joined by the delimiter of the call, or `;`. */
  'attributesAsText',
  'booleansAsText',
  /** The whole numbers under `keys` are raised beyond 2^53. */
  'bigIntegers',
  /** Every row has an undocumented field. */
  'extraField',
  /** Report 5 writes the word NULL. */
  'nullWord',
  /** Report 5 spells InitialCustomerAttributes and FinalCustomerAttributes. */
  'changersPlural',
] as const;
export type Spelling = (typeof spellings)[number];

/** An object, or a list of objects that rows take in turn. */
const objectOrTurns = <T extends z.ZodType>(value: T, words: string) => {
  const object = z.record(z.string(), value);
  return z.union(
    [object, z.array(object).min(1)],
    expected(`an object of ${words}, or a list of such objects`),
  );
};

const status = wholeNumber(200, 599);

interface Kind<Accepts extends z.ZodRawShape> {
  /** What happens to a call, in a sentence. */
  readonly does: string;
  /** Its own fields. */
  readonly accepts: Accepts;
  /** A fault of this kind, without its `kind`. */
  readonly example: z.infer<z.ZodObject<Accepts & typeof occasion>>;
}

const kind = <Accepts extends z.ZodRawShape>(
  does: string,
  accepts: Accepts,
  example: Kind<Accepts>['example'],
): Kind<Accepts> => ({ does, accepts, example });

/** The kinds that answer something else. The first one that happens decides. */
const replacingKinds = {
  throttle: kind(
    'Answers 429; with Retry-After only if `retryAfter` (seconds) is given.',
    { retryAfter: retryAfter.optional() },
    { retryAfter: 30 },
  ),
  outage: kind(
    'Resets the connection, or answers 503 (`as`).',
    { as: choice(['reset', '503']).optional(), retryAfter: retryAfter.optional() },
    { as: '503', forMs: 60_000 },
  ),
  cutBody: kind(
    'Closes the connection after this share of the body (default 0.5).',
    { at: share.optional() },
    { at: 0.5, times: 2 },
  ),
  wrongJson: kind('Answers 200 with a body that is not JSON.', {}, { times: 2 }),
  html: kind(
    'Answers an HTML page, as a firewall in front of the API does (default status 200).',
    { status: status.optional() },
    { status: 503, times: 30 },
  ),
  redirect: kind(
    'Redirects to another URL.',
    { to: text.optional(), status: wholeNumber(300, 399).optional() },
    { to: 'https://example.com/', status: 302 },
  ),
  expiredToken: kind(
    'Expires all tokens, and answers the call with 403 and the words of Optimove, with a plain 401, or with 401 and an HTML page (`page`).',
    {
      status: z.union([z.literal(401), z.literal(403)], expected('401 or 403')).optional(),
      page: trueOrFalse.optional(),
    },
    { after: 5, times: 1 },
  ),
  status: kind(
    'Answers with a status and a text.',
    { status, text: text.optional() },
    { status: 400, text: 'no such day' },
  ),
  jsonString: kind(
    'Answers 200 with a JSON string instead of rows.',
    { text: text.optional() },
    { text: 'try later' },
  ),
  notFound: kind('Answers 404 in plain text, as a wrong base URL does.', {}, {}),
  limitWords: kind(
    'Reports too many calls in words, without 429: as a text, a JSON string or an object (default status 403).',
    {
      status: status.optional(),
      as: choice(['text', 'string', 'object']).optional(),
      text: text.optional(),
    },
    { status: 403, as: 'text', text: 'API call limit exceeded', times: 2 },
  ),
  reply: kind(
    'Answers exactly this: status, body, encoding of the body, headers (default: 200, `[]`, UTF-8, JSON).',
    {
      status: status.optional(),
      body: text.optional(),
      encoding: choice(encodings).optional(),
      headers: texts.optional(),
    },
    { status: 404, body: '<html></html>', headers: { 'content-type': 'text/html' }, times: 2 },
  ),
  largeBody: kind(
    'Answers an empty list that is so many megabytes long (default 33, which is more than River reads).',
    { megabytes: wholeNumber(1, 200).optional() },
    { megabytes: 33 },
  ),
};

/** The kinds that change the answer. All that happen add up. */
const bendingKinds = {
  slow: kind(
    'Waits before the answer, or sends its body in pieces over `dribbleMs`.',
    { latencyMs: wholeNumber(0).optional(), dribbleMs: wholeNumber(1).optional() },
    { latencyMs: 500, dribbleMs: 2_000 },
  ),
  hold: kind('Keeps the answer back until the faults are replaced.', {}, { times: 1 }),
  pageCap: kind(
    'Sends at most so many rows in a page, whatever $top asks for.',
    { rows: wholeNumber(1) },
    { rows: 500 },
  ),
  byteCap: kind(
    'Sends at most so many bytes in a page, but always one row.',
    { bytes: wholeNumber(1) },
    { bytes: 20_000 },
  ),
  randomCap: kind(
    'Cuts each page at a different number of rows, like a server with a time limit; it follows from the seed, the call and $skip.',
    { rows: range(1) },
    { rows: [100, 900] },
  ),
  fewerRows: kind(
    'Leaves the call at most so many rows in total; 0 leaves none.',
    { rows: wholeNumber(0) },
    { rows: 0 },
  ),
  ignoreSkip: kind('Ignores $skip: every page is the first one.', {}, {}),
  shuffle: kind('Sends the rows of each page in another order.', {}, {}),
  unordered: kind(
    'Cuts each page from a different order of all rows: some rows come on two pages, others on none.',
    {},
    {},
  ),
  cutAnswer: kind(
    'Cuts a call without pages at so many rows; then $skip works, is ignored (default), is ignored while $top is obeyed, or is refused with 400 (`skip`).',
    { rows: wholeNumber(1), skip: choice(['works', 'ignored', 'topOnly', 'refused']).optional() },
    { rows: 10_000, skip: 'works' },
  ),
  live: kind(
    'Changes the value under `key` in the first rows (`rows`, default 1) from answer to answer, like a table that others write to.',
    { key: text, rows: wholeNumber(1).optional() },
    { key: 'PromoCode', rows: 1 },
  ),
  empty: kind('Writes an answer without rows in another way.', { as: choice(emptyWays) }, { as: '404' }),
  retryAfter: kind(
    "Adds Retry-After (seconds) to every 429 and 503, the simulator's own included.",
    { seconds: retryAfter },
    { seconds: 10 },
  ),
  encode: kind(
    'Encodes the body differently; Content-Type names a charset only if `declared` does, and `mark` adds a byte order mark.',
    { as: choice(encodings), declared: text.optional(), mark: trueOrFalse.optional() },
    { as: 'latin1', declared: 'iso-8859-1' },
  ),
  bareWord: kind(
    'Writes the values under `keys` as a bare NaN or Infinity, which is not JSON.',
    { word: choice(['NaN', 'Infinity', '-Infinity']).optional(), keys: list(text) },
    { word: 'NaN', keys: ['FutureValue'] },
  ),
  repeatKey: kind(
    'Writes a key of every object twice, the second time with the true value; `first` is its first spelling.',
    { key: text, first: text.optional() },
    { key: 'ActionID', match: { endpoint: 'GetAllActions' } },
  ),
  values: kind(
    'Sets values of rows (`set`, or `raw` JSON text), also of undocumented fields, and removes keys (`remove`); a list is used row by row in turn, and `rows` limits it to the first rows.',
    {
      set: objectOrTurns(z.unknown(), 'keys and values').optional(),
      raw: objectOrTurns(text, 'keys, each with a text').optional(),
      remove: list(text).optional(),
      rows: wholeNumber(1).optional(),
    },
    { set: { Duration: '', Surprise: 7 }, raw: { ActionID: '9007199254740993' }, rows: 2 },
  ),
  names: kind(
    'Spells names (the values of keys that end in Name) differently, in lists and reports.',
    { as: z.record(z.string(), text, expected('an object from names to how they are spelled')) },
    { as: { Email: ' E\u00A0mail ' } },
  ),
  drift: kind(
    'Spells keys and values as some tenants do; `keys` are those that bigIntegers raises (default TemplateID).',
    { spellings: list(choice(spellings)), keys: list(text).optional() },
    { spellings: ['channelId', 'idsAsText'] },
  ),
};

/** Every kind of fault: its sentence, its fields, an example. Types, checks, help and docs/simulator.md follow from this list. */
export const faultKinds = { ...replacingKinds, ...bendingKinds };

type Kinds = typeof faultKinds;
type DeepReadonly<T> = unknown extends T ? T : { readonly [K in keyof T]: DeepReadonly<T[K]> };
type FaultOf<K extends keyof Kinds> = {
  [Each in K]: Kinds[Each] extends Kind<infer Accepts>
    ? DeepReadonly<z.infer<z.ZodObject<Accepts & { kind: z.ZodLiteral<Each> }>>>
    : never;
}[K];

/** When a fault happens. */
export type Occasion = DeepReadonly<z.infer<z.ZodObject<typeof occasion>>>;
export type Fault = FaultOf<keyof Kinds> & Occasion;
export type ReplacingFault = FaultOf<keyof typeof replacingKinds>;
export type BodyFault = FaultOf<'encode' | 'bareWord' | 'repeatKey'>;
export type ValuesFault = FaultOf<'values'>;
export type CutAnswer = FaultOf<'cutAnswer'>;

export const isReplacing = (fault: Fault): boolean => Object.hasOwn(replacingKinds, fault.kind);

/** Every kind with its sentence and an example that can be posted. `river simulator --help` and docs/simulator.md print them. */
export const faultGuides = Object.entries(faultKinds).map(([kind, { does, example }]) => ({
  kind: kind as Fault['kind'],
  does,
  example: { kind, ...example } as Fault,
}));
