import { z } from 'zod';
import {
  choice,
  expected,
  fields,
  list,
  range,
  readComplaints,
  share,
  text,
  texts,
  trueOrFalse,
  wholeNumber,
} from './complaints.ts';
import type { SignInOptions } from './create-sign-in.ts';
import type { Fault } from './faults/fault-kinds.ts';
import { faultList } from './faults/read-faults.ts';
import { type EmptyAs, emptyWays } from './http-messages.ts';
import type { LimitWindow } from './rolling-limit.ts';
import { toDayNumber, type UnfinishedDays } from './world/calendar.ts';
import type { WorldSize } from './world/definitions.ts';
import { defaultAttributes } from './world/population.ts';

/** How this tenant spells a call, by its documented path. */
export interface Renaming {
  /** The path that replaces it. */
  readonly endpoint?: string;
  /** Documented parameter → the name that replaces it. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Documented key of the answer → the name that replaces it. */
  readonly keys?: Readonly<Record<string, string>>;
}

export interface SimulatorOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1; another address opens it to the network. */
  readonly host?: string;
  /** The same seed makes the same rows. Default 1. */
  readonly seed?: string | number;
  readonly size?: Partial<WorldSize>;
  /** RealFieldNames of the customer attributes. */
  readonly attributes?: readonly string[];
  /** There are no rows before this day. Default 2015-01-01. */
  readonly firstDay?: string;
  /** What GetLastDataUpdate answers. Default: the day before today, in UTC. */
  readonly lastDataUpdate?: string;
  /** How much of the days after the last data update is visible: `whole` (default), `partial` or `empty`. */
  readonly unfinishedDays?: UnfinishedDays;
  /** Default: the key `river-simulator`. */
  readonly auth?: SignInOptions;
  /** Default: 2000 calls in an hour and 50 in 10 seconds; an empty list means no limit. */
  readonly limits?: readonly LimitWindow[];
  /** Rows in a page at most, whatever $top asks for. Default 10000. */
  readonly pageCap?: number;
  /** The wait before each answer: milliseconds, or from–to. Default 0. */
  readonly latencyMs?: number | readonly [number, number];
  /** How an answer without rows is written. Default `array`. */
  readonly emptyAs?: EmptyAs;
  /** RecipientGroupIDs that the API refuses with 400. Default none. */
  readonly refuseRecipientGroups?: readonly number[];
  /** Report 13: a row for each product (default), or one row with a list. */
  readonly productsAs?: 'rows' | 'list';
  readonly renamed?: Readonly<Record<string, Renaming>>;
  /** Faults to start with. */
  readonly faults?: readonly Fault[];
}

export type Settings = Required<SimulatorOptions>;

/** An option is wrong, or the port cannot be used; the message says what is accepted. */
export class SimulatorOptionsError extends Error {
  constructor(complaints: readonly string[], cause?: unknown) {
    super(complaints.join('\n'), cause === undefined ? undefined : { cause });
    this.name = 'SimulatorOptionsError';
  }
}

/** Checks the options, all complaints at once, and fills in defaults. */
export function settleOptions(options: SimulatorOptions): Settings {
  const { error } = schema.safeParse(options);
  if (error) throw new SimulatorOptionsError(readComplaints(error));
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

const day = z
  .string(expected('a day as 2026-01-31'))
  .refine((written) => toDayNumber(written) !== undefined, expected('a day as 2026-01-31'));
const attribute = z.string(expected('a text without ;')).regex(/^[^;]+$/, expected('a text without ;'));
const latency = 'a number of milliseconds, or a pair [least, most]';
const recipientGroups = (least: number) => list(wholeNumber(0, 9), least);
/** A secret is not quoted. */
const secret = z.string({ error: 'expected a text' });

const size = {
  actions: wholeNumber(1),
  targetGroups: wholeNumber(1),
  channels: wholeNumber(1),
  stages: wholeNumber(1),
  customers: wholeNumber(1, 10_000_000),
  rowsPerCall: range(0, 1_000_000),
  campaignsPerDay: range(0, 999),
  busyShare: share,
  recipientGroups: recipientGroups(1),
} satisfies Record<keyof WorldSize, z.ZodType>;

const auth = {
  apiKey: secret.optional(),
  username: secret.optional(),
  password: secret.optional(),
  tokenLifeMs: wholeNumber(1).optional(),
  severalTokens: trueOrFalse.optional(),
} satisfies Record<keyof SignInOptions, z.ZodType>;

const options = {
  port: wholeNumber(0, 65_535),
  host: text,
  seed: z.union([z.string(), z.number()], expected('a text or a number')),
  size: fields(size).partial(),
  attributes: list(attribute, 0),
  firstDay: day,
  lastDataUpdate: day,
  unfinishedDays: choice(['whole', 'partial', 'empty']),
  auth: fields(auth).refine(
    ({ apiKey, username, password }) =>
      apiKey !== undefined || (username !== undefined && password !== undefined),
    { error: 'expected apiKey, or username with password, or all three' },
  ),
  limits: list(fields({ calls: wholeNumber(1), perMs: wholeNumber(1) }), 0),
  pageCap: wholeNumber(1),
  latencyMs: z.union([wholeNumber(0), range(0, undefined, latency)], expected(latency)),
  emptyAs: choice(emptyWays),
  refuseRecipientGroups: recipientGroups(0),
  productsAs: choice(['rows', 'list']),
  renamed: z.record(
    z.string(),
    fields({ endpoint: text.optional(), parameters: texts.optional(), keys: texts.optional() }),
    expected('an object'),
  ),
  faults: faultList,
} satisfies Record<keyof SimulatorOptions, z.ZodType>;

const schema = fields(options).partial();
