import {
  type Check,
  checkFields,
  isObject,
  listOf,
  oneOf,
  share,
  show,
  text,
  wholeNumber,
} from '../checks.ts';
import { emptyWays } from '../reply.ts';
import { type Fault, spellings } from './fault.ts';

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

interface Kind {
  readonly fields: Readonly<Record<string, Check>>;
  readonly required?: readonly string[];
}

const kinds: Readonly<Record<Fault['kind'], Kind>> = {
  throttle: { fields: { retryAfter: wholeNumber(0) } },
  outage: { fields: { as: oneOf(['reset', '503']) } },
  cutBody: { fields: { at: share } },
  wrongJson: { fields: {} },
  html: { fields: { status: wholeNumber(200, 599) } },
  redirect: { fields: { to: text, status: wholeNumber(300, 399) } },
  expiredToken: { fields: {} },
  status: { fields: { status: wholeNumber(200, 599), text }, required: ['status'] },
  jsonString: { fields: { text } },
  notFound: { fields: {} },
  slow: { fields: { latencyMs: wholeNumber(0), dribbleMs: wholeNumber(1) } },
  pageCap: { fields: { rows: wholeNumber(1) }, required: ['rows'] },
  ignoreSkip: { fields: {} },
  empty: { fields: { as: oneOf(emptyWays) }, required: ['as'] },
  retryAfter: { fields: { seconds: wholeNumber(0) }, required: ['seconds'] },
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
