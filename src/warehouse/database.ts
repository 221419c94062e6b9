import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { WarehouseSetting } from '#domain/river/configuration';
import { bigQuery } from './bigquery/dialect.ts';
import { toRiverError } from './database-failure.ts';
import type { Dialect, Tables } from './dialect.ts';
import { openTables } from './identifiers.ts';
import { postgres } from './postgres/dialect.ts';
import { snowflake } from './snowflake/dialect.ts';
import { sqlite } from './sqlite/dialect.ts';
import { stopOfWaits } from './table-queue.ts';

/** What has failed in the other database of a warehouse, on its way there. */
export class OfAnother extends Error {
  constructor(cause: unknown) {
    super('the other database failed', { cause });
  }
}

/** A connected warehouse. What fails in it is told by `domain/errors.ts`; what only collided is tried again. */
export interface Database {
  readonly dialect: Dialect;
  /** For messages: `warehouse prod at db.example:5432/river`. */
  readonly place: string;
  /** Reading, or a statement that stands alone: whether in a transaction, the database decides. May run `work` again. */
  read<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /**
   * All or nothing. May run `work` again from its beginning, so it must change nothing but the tables. `busyAtMostMs`: how long
   * it is tried again while another process is writing.
   */
  transact<T>(work: (tables: Tables) => Promise<T>, busyAtMostMs?: number): Promise<T>;
  close(): Promise<void>;
}

const firstPauseMs = 5;
const longestPauseMs = 250;
/** As long as work waits for its connection: a page was paid for with a call. */
const patienceMs = 600_000;
const conflictsAtMost = 5;

const dialects = { pg: postgres, 'better-sqlite3': sqlite, bigquery: bigQuery, snowflake } as const;

export const dialectOf = (client: WarehouseSetting['client']): Dialect => dialects[client];

export type SettingAgain = (setting: WarehouseSetting) => Promise<WarehouseSetting | undefined>;

export interface DatabaseOptions {
  /**
   * Whether nothing is to be made by it: what is not there yet is read as an empty warehouse, until it is there. A person waits for
   * it, so what another session has locked is waited for briefly.
   */
  readonly onlyReads?: boolean;
  /** How long what others keep from writing is tried again. Default: ten minutes. */
  readonly busyAtMostMs?: number | undefined;
  /** For a sign-in that is refused: the setting as it is now, should its password have been changed where it is kept. */
  readonly settingAgain?: SettingAgain | undefined;
}

export function connectDatabase(
  setting: WarehouseSetting,
  { busyAtMostMs, settingAgain, onlyReads = false }: DatabaseOptions = {},
): Database {
  const dialect = dialects[setting.client];
  const { failures } = dialect;
  const schema = setting.client === 'better-sqlite3' ? undefined : setting.schema;
  const place = `warehouse ${setting.name} at ${dialect.describeAddress(setting)}`;
  let current = setting;
  const knex = dialect.connect(() => current, onlyReads);

  /** Whether there is another password to try, where this one was refused. */
  const hasChanged = async (error: unknown): Promise<boolean> => {
    if (!settingAgain || !failures.isSignInRefused(error)) return false;
    const [before, now] = [current, await settingAgain(current)];
    if (!now || now.client !== setting.client) return false;
    current = now;
    return now !== before;
  };

  const guarded = async <T>(work: () => Promise<T>, busyMs = busyAtMostMs): Promise<T> => {
    try {
      return await tryAgain(work, failures, busyMs);
    } catch (error) {
      if (error instanceof OfAnother) throw error;
      if (await hasChanged(error)) return guarded(work, busyMs);
      throw toRiverError(error, failures, place, setting.name);
    }
  };
  const transact: Database['transact'] = (work, busyMs) =>
    guarded(
      () =>
        inTransaction(knex, (trx) =>
          endingLockWaits(openTables(knex, dialect, schema), trx, () =>
            work(openTables(trx, dialect, schema)),
          ),
        ),
      busyMs,
    );
  return {
    dialect,
    place,
    read: (work) =>
      dialect.readsInTransaction ? transact(work) : guarded(() => work(openTables(knex, dialect, schema))),
    transact,
    async close() {
      await knex.destroy();
    },
  };
}

const endWaitsEveryMs = 1_000;

async function endingLockWaits<T>(tables: Tables, trx: Knex, work: () => Promise<T>): Promise<T> {
  const stop = stopOfWaits();
  const { endLockWait } = tables.dialect;
  if (!stop || !endLockWait) return work();
  let isEnded = false;
  let looking: NodeJS.Timeout | undefined;
  const look = async () => {
    // Where the database does not answer, neither does the transaction.
    if (await endLockWait(tables, trx).catch(() => false)) isEnded = true;
  };
  const begin = () => {
    looking = setInterval(() => void look(), endWaitsEveryMs);
  };
  if (stop.aborted) begin();
  else stop.addEventListener('abort', begin, { once: true });
  try {
    return await work();
  } catch (error) {
    throw isEnded ? stop.reason : error;
  } finally {
    clearInterval(looking);
    stop.removeEventListener('abort', begin);
  }
}

/** What failed first is thrown, not what the rollback then said on a connection that was gone. */
async function inTransaction<T>(knex: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  let failure: { readonly error: unknown } | undefined;
  try {
    return await knex.transaction(async (trx) => {
      try {
        return await work(trx);
      } catch (error) {
        failure = { error };
        throw error;
      }
    });
  } catch (error) {
    throw failure ? failure.error : error;
  }
}

/** Which failures another attempt may cure. */
export interface Curable {
  /** Another process is writing: tried again for ten minutes from when that was first said. */
  isBusy(error: unknown): boolean;
  /** The database has chosen one of two transactions that stood in each other's way: tried again a few times. */
  isConflict(error: unknown): boolean;
}

/** Runs `work` until it succeeds or fails for good. Waits on the event loop, each time longer, never in step with others. */
export async function tryAgain<T>(
  work: () => Promise<T>,
  { isBusy, isConflict }: Curable,
  busyAtMostMs = patienceMs,
): Promise<T> {
  let busyUntil: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isBusyNow = isBusy(error);
      if (isBusyNow) busyUntil ??= performance.now() + busyAtMostMs;
      const again = isBusyNow
        ? performance.now() < Number(busyUntil)
        : isConflict(error) && attempt <= conflictsAtMost;
      if (!again) throw error;
      await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt, 10)) * Math.random());
    }
  }
}
