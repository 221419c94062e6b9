import {
  type Check,
  checkFields,
  isObject,
  listOf,
  oneOf,
  rangeOf,
  share,
  text,
  wholeNumber,
} from './checks.ts';
import { FaultsRefusedError, readFaults } from './faults/read-faults.ts';
import { type Settings, type SimulatorOptions, SimulatorOptionsError } from './options.ts';
import { emptyWays } from './reply.ts';
import { defaultAttributes } from './world/attributes.ts';
import { numberOfDay } from './world/day.ts';

/** Fills in what was left out and complains about everything that cannot be, at once. */
export function settleOptions(options: SimulatorOptions): Settings {
  const complaints = complaintsOf({ ...options });
  if (complaints.length > 0) throw new SimulatorOptionsError(complaints);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...defaults(), ...given };
}

function defaults(): Settings {
  return {
    port: 0,
    host: '127.0.0.1',
    seed: 1,
    size: {},
    attributes: defaultAttributes,
    firstDay: '2015-01-01',
    lastDataUpdate: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10),
    unfinishedDays: 'whole',
    auth: { apiKey: 'river-simulator' },
    limits: [
      { calls: 2000, perMs: 3_600_000 },
      { calls: 50, perMs: 10_000 },
    ],
    pageCap: 10_000,
    latencyMs: 0,
    emptyAs: 'array',
    refuseRecipientGroups: [],
    productsAs: 'rows',
    renamed: {},
    faults: [],
  };
}

const day: Check = (value) =>
  typeof value === 'string' && numberOfDay(value) !== undefined ? undefined : 'a day as 2026-01-31';
const object: Check = (value) => (isObject(value) ? undefined : 'an object');
const recipientGroups = (least: number) => listOf(wholeNumber(0, 9), least);
const seed: Check = (value) =>
  typeof value === 'string' || Number.isFinite(value) ? undefined : 'a text or a number';
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const latency: Check = (value) =>
  wholeNumber(0)(value) === undefined || rangeOf(0)(value) === undefined
    ? undefined
    : 'a number of milliseconds, or a pair [least, most]';

const optionChecks: Readonly<Record<keyof SimulatorOptions, Check>> = {
  port: wholeNumber(0, 65_535),
  host: text,
  seed,
  size: object,
  attributes: listOf(
    (value) =>
      typeof value === 'string' && value !== '' && !value.includes(';') ? undefined : 'a text without ;',
    0,
  ),
  firstDay: day,
  lastDataUpdate: day,
  unfinishedDays: oneOf(['whole', 'partial', 'empty']),
  auth: object,
  limits: listOf(object, 0),
  pageCap: wholeNumber(1),
  latencyMs: latency,
  emptyAs: oneOf(emptyWays),
  refuseRecipientGroups: recipientGroups(0),
  productsAs: oneOf(['rows', 'list']),
  renamed: object,
  faults: listOf(object, 0),
};

const sizeChecks: Readonly<Record<string, Check>> = {
  actions: wholeNumber(1),
  targetGroups: wholeNumber(1),
  channels: wholeNumber(1),
  stages: wholeNumber(1),
  customers: wholeNumber(1, 10_000_000),
  rowsPerCall: rangeOf(0, 1_000_000),
  campaignsPerDay: rangeOf(0, 999),
  busyShare: share,
  recipientGroups: recipientGroups(1),
};

const authChecks: Readonly<Record<string, Check>> = {
  apiKey: text,
  username: text,
  password: text,
  tokenLifeMs: wholeNumber(1),
  severalTokens: flag,
};

function complaintsOf(options: Readonly<Record<string, unknown>>): string[] {
  const { size, auth, limits, renamed, faults } = options;
  return [
    ...checkFields(options, '', optionChecks),
    ...(isObject(size) ? checkFields(size, 'size.', sizeChecks) : []),
    ...(isObject(auth) ? authComplaints(auth) : []),
    ...each(limits, (window, at) =>
      checkFields(window, `limits[${at}].`, { calls: wholeNumber(1), perMs: wholeNumber(1) }, [
        'calls',
        'perMs',
      ]),
    ),
    ...Object.entries(isObject(renamed) ? renamed : {}).flatMap(([endpoint, renaming]) =>
      checkFields(isObject(renaming) ? renaming : {}, `renamed.${endpoint}.`, {
        endpoint: text,
        parameters: object,
        keys: object,
      }),
    ),
    ...faultComplaints(faults),
  ];
}

/** A secret's value is not repeated. */
function authComplaints(auth: Readonly<Record<string, unknown>>): string[] {
  const known = Object.keys(authChecks).join(', ');
  const wrong = Object.entries(auth).flatMap(([field, value]) => {
    const check = Object.hasOwn(authChecks, field) ? authChecks[field] : undefined;
    if (!check) return [`auth.${field}: is not known here; known are ${known}`];
    const expected = value === undefined ? undefined : check(value);
    return expected === undefined ? [] : [`auth.${field}: expected ${expected}`];
  });
  const byKey = auth.apiKey !== undefined;
  const byLogin = auth.username !== undefined && auth.password !== undefined;
  return byKey || byLogin
    ? wrong
    : [...wrong, 'auth: expected apiKey, or username with password, or all three'];
}

function faultComplaints(faults: unknown): readonly string[] {
  if (faults === undefined) return [];
  try {
    readFaults(faults);
    return [];
  } catch (error) {
    if (error instanceof FaultsRefusedError) return error.complaints;
    throw error;
  }
}

function each(
  list: unknown,
  complain: (item: Readonly<Record<string, unknown>>, at: number) => string[],
): string[] {
  return Array.isArray(list) ? list.flatMap((item, at) => (isObject(item) ? complain(item, at) : [])) : [];
}
