import {
  type Check,
  checkFields,
  isObject,
  listOf,
  oneOf,
  rangeOf,
  share,
  show,
  text,
  texts,
  trueOrFalse,
  wholeNumber,
} from '../checks.ts';
import { emptyWays } from '../reply.ts';
import { bareWords, encodings, type Fault, spellings } from './fault.ts';

/** The list of faults is not one that the simulator can play; each complaint names its place and what is accepted. */
export class FaultsRefusedError extends Error {
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[]) {
    super(complaints.join('\n'));
    this.name = 'FaultsRefusedError';
    this.complaints = complaints;
  }
}

const occasion: Readonly<Record<string, Check>> = {
  match: (value) => (isObject(value) ? undefined : 'an object with endpoint, parameters or both'),
  probability: share,
  after: wholeNumber(0),
  times: wholeNumber(1),
  forMs: wholeNumber(1),
};

const spelledNames: Check = (value) =>
  isObject(value) && Object.values(value).every((one) => typeof one === 'string')
    ? undefined
    : 'an object from names to how they are spelled';

/** What a header can carry. */
const retryAfter: Check = (value) =>
  wholeNumber(0)(value) === undefined || (typeof value === 'string' && /^[ -~]*$/.test(value))
    ? undefined
    : 'a whole number of seconds from 0, or a text of one line';

const refusal: Check = (value) => (value === 401 || value === 403 ? undefined : '401 or 403');

interface Kind {
  readonly fields: Readonly<Record<string, Check>>;
  readonly required?: readonly string[];
}

const kinds: Readonly<Record<Fault['kind'], Kind>> = {
  throttle: { fields: { retryAfter } },
  outage: { fields: { as: oneOf(['reset', '503']), retryAfter } },
  cutBody: { fields: { at: share } },
  wrongJson: { fields: {} },
  html: { fields: { status: wholeNumber(200, 599) } },
  redirect: { fields: { to: text, status: wholeNumber(300, 399) } },
  expiredToken: { fields: { status: refusal } },
  status: { fields: { status: wholeNumber(200, 599), text }, required: ['status'] },
  jsonString: { fields: { text } },
  notFound: { fields: {} },
  limitWords: {
    fields: { status: wholeNumber(200, 599), as: oneOf(['text', 'string', 'object']), text },
  },
  reply: {
    fields: { status: wholeNumber(200, 599), body: text, encoding: oneOf(encodings), headers: texts },
  },
  fewerRows: { fields: { rows: wholeNumber(0) }, required: ['rows'] },
  largeBody: { fields: { megabytes: wholeNumber(1, 200) } },
  slow: { fields: { latencyMs: wholeNumber(0), dribbleMs: wholeNumber(1) } },
  pageCap: { fields: { rows: wholeNumber(1) }, required: ['rows'] },
  byteCap: { fields: { bytes: wholeNumber(1) }, required: ['bytes'] },
  randomCap: { fields: { rows: rangeOf(1) }, required: ['rows'] },
  ignoreSkip: { fields: {} },
  shuffle: { fields: {} },
  unordered: { fields: {} },
  cutAnswer: {
    fields: { rows: wholeNumber(1), skip: oneOf(['works', 'ignored', 'refused']) },
    required: ['rows'],
  },
  empty: { fields: { as: oneOf(emptyWays) }, required: ['as'] },
  retryAfter: { fields: { seconds: retryAfter }, required: ['seconds'] },
  names: { fields: { as: spelledNames }, required: ['as'] },
  encode: {
    fields: { as: oneOf(encodings), declared: text, mark: trueOrFalse },
    required: ['as'],
  },
  bareWord: { fields: { word: oneOf(bareWords), keys: listOf(text) }, required: ['keys'] },
  repeatKey: { fields: { key: text, first: text }, required: ['key'] },
  values: {
    fields: {
      set: objectOrTurns(() => undefined),
      raw: objectOrTurns(text),
      remove: listOf(text),
      rows: wholeNumber(1),
    },
  },
  drift: { fields: { spellings: listOf(oneOf(spellings)), keys: listOf(text) }, required: ['spellings'] },
};

/** An object, or a list of them that is taken in turns. */
function objectOrTurns(check: Check): Check {
  const isWanted = (value: unknown) => isObject(value) && !Object.values(value).some(check);
  const words = check(undefined) === undefined ? 'keys and values' : `keys, each with ${check(undefined)}`;
  return (value) =>
    isWanted(value) || (Array.isArray(value) && value.length > 0 && value.every(isWanted))
      ? undefined
      : `an object of ${words}, or a list of such objects`;
}

/** What may be set, for whoever set something else: each kind with its fields. */
export const acceptedFaults = {
  kinds: Object.fromEntries(Object.entries(kinds).map(([kind, { fields }]) => [kind, Object.keys(fields)])),
  everyKind: Object.keys(occasion),
};

/** Checks a list of faults, `[…]` or `{"faults": […]}`, and complains about everything at once. */
export function readFaults(value: unknown): readonly Fault[] {
  const list = isObject(value) ? value.faults : value;
  if (!Array.isArray(list)) {
    throw new FaultsRefusedError([`expected a list of faults, got ${show(value)}`]);
  }
  const complaints = list.flatMap((fault, at) => complaintsOf(fault, `faults[${at}]`));
  if (complaints.length > 0) throw new FaultsRefusedError(complaints);
  return list as Fault[];
}

function complaintsOf(fault: unknown, place: string): string[] {
  if (!isObject(fault)) return [`${place}: expected an object with a kind, got ${show(fault)}`];
  const { kind: name, ...given } = fault;
  const kind =
    typeof name === 'string' && Object.hasOwn(kinds, name) ? kinds[name as Fault['kind']] : undefined;
  if (!kind) {
    return [`${place}.kind: expected one of ${Object.keys(kinds).join(', ')}, got ${show(name)}`];
  }
  const match = isObject(given.match)
    ? checkFields(given.match, `${place}.match.`, { endpoint: text, parameters: parameterValues })
    : [];
  return [...checkFields(given, `${place}.`, { ...kind.fields, ...occasion }, kind.required), ...match];
}

const parameterValues: Check = (value) =>
  isObject(value) && Object.values(value).every((one) => typeof one === 'string' || typeof one === 'number')
    ? undefined
    : 'an object of parameters with the value each must have';
