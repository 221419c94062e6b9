import type { Knex } from 'knex';
import type { WarehouseSetting } from '../domain/river/configuration.ts';
import type { Dialect, Tables } from './dialect.ts';
import {
  failureOfDatabase,
  isBusy,
  isConflictOfTransactions,
  isSignInRefused,
} from './failure-of-database.ts';
import { postgres } from './postgres/dialect.ts';
import { sqlite } from './sqlite/dialect.ts';
import { tablesOf } from './tables.ts';
import { tryAgain } from './try-again.ts';

/** A connected warehouse. What fails in it is told by `domain/errors.ts`; what only collided is tried again. */
export interface Database {
  readonly dialect: Dialect;
  /** For messages: `warehouse prod at db.example:5432/river`. */
  readonly place: string;
  /** Statements that need no transaction: reading, or one that stands alone. */
  read<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  /** All or nothing. May run `work` again from its beginning, so it must change nothing but the tables. */
  transact<T>(work: (tables: Tables) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const dialects = { pg: postgres, 'better-sqlite3': sqlite } as const;

export type SettingAgain = (setting: WarehouseSetting) => Promise<WarehouseSetting | undefined>;

export function connectDatabase(setting: WarehouseSetting, settingAgain?: SettingAgain): Database {
  const dialect = dialects[setting.client];
  const schema = setting.client === 'pg' ? setting.schema : undefined;
  const place = `warehouse ${setting.name} at ${dialect.addressOf(setting)}`;
  let current = setting;
  const knex = dialect.connect(() => current);

  /** Whether there is another password to try, where this one was refused. */
  const hasChanged = async (error: unknown): Promise<boolean> => {
    if (!settingAgain || !isSignInRefused(error)) return false;
    const [before, now] = [current, await settingAgain(current)];
    if (!now || now.client !== setting.client) return false;
    current = now;
    return now !== before;
  };

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await tryAgain(work, { isBusy, isConflict: isConflictOfTransactions });
    } catch (error) {
      if (await hasChanged(error)) return guarded(work);
      throw failureOfDatabase(error, place);
    }
  };
  return {
    dialect,
    place,
    read: (work) => guarded(() => work(tablesOf(knex, dialect, schema))),
    transact: (work) => guarded(() => inTransaction(knex, (trx) => work(tablesOf(trx, dialect, schema)))),
    async close() {
      await knex.destroy();
    },
  };
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
