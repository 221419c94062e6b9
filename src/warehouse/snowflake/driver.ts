/** What River asks of Snowflake, through Snowflake's own driver, which is installed where a warehouse needs it. */

import type { Binds, Connection, RowStatement, StatementOption } from 'snowflake-sdk';
import { ConfigurationError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import type { Answer } from '../cloud/knex-client.ts';
import type { ScriptDriver } from '../cloud/script-session.ts';
import { toPrimitive } from '../cloud/script-text.ts';
import type { Row } from '../dialect.ts';
import { hasLostSession, isConflict, sessionGone } from './failures.ts';
import { quoteName, toRows, toStored } from './values.ts';

/**
 * What a session needs, whatever account, user and warehouse say. A script that fails ends its transaction at once; a table that others
 * change is waited for as long as it takes them; texts are read in every form of a day.
 */
const sessionParameters = [
  "query_tag = 'river'",
  "timezone = 'UTC'",
  "date_input_format = 'AUTO'",
  "timestamp_input_format = 'AUTO'",
  'lock_timeout = 600',
  'statement_timeout_in_seconds = 172800',
  'transaction_abort_on_error = true',
  'autocommit = true',
].join(' ');

/** An activity that fails is tried again, and a person who checks a configuration does not wait for minutes. */
const signInsAtMost = 2;

/** One session of Snowflake's, which is opened again where Snowflake has ended it. */
export class SnowflakeDriver implements ScriptDriver {
  readonly isConflict = isConflict;
  readonly #setting: () => WarehouseSetting;
  #connected: Promise<Connection> | undefined;
  /** Tables that go with the session. */
  readonly #passing = new Set<string>();

  constructor(setting: () => WarehouseSetting) {
    this.#setting = setting;
  }

  async query(sqlText: string, bindings: readonly unknown[] = []): Promise<Answer> {
    const binds = bindings.map(toPrimitive).map((bind) => (typeof bind === 'bigint' ? String(bind) : bind));
    return this.#execute({ sqlText, ...(binds.length > 0 && { binds: binds as Binds }) });
  }

  /**
   * As one request: Snowflake ends an open transaction whose process is silent for five minutes while another waits for it, and what that
   * process sent then would be done outside of any.
   */
  async transact(statements: readonly string[]): Promise<void> {
    const all = ['begin transaction', ...statements, 'commit'];
    try {
      await this.#executeAll(all.join(';\n'), all.length);
    } catch (error) {
      await this.#undo();
      throw error;
    }
  }

  /** What it compares is no number where the count is another one. */
  writeEnsure(sql: string, count: number, word: string): string {
    return `select to_number(iff((${sql}) = ${count}, '1', ${word}))`;
  }

  /** A table that is seen by this session alone, and goes with it. */
  async createPassing(table: string, columns: string): Promise<void> {
    await this.query(`create temporary table ${table} (${columns})`);
    this.#passing.add(table);
  }

  /** Puts a file into the stage that belongs to a table, straight from memory. */
  async put(stage: string, name: string, data: Buffer): Promise<void> {
    const options = {
      sqlText: `put file://${name} ${stage} overwrite = true auto_compress = false source_compression = gzip`,
      // The driver's own way to stage what is bound to an insert.
      fileStream: data,
    };
    await this.#execute(options as StatementOption);
  }

  async dropTable(schema: string, table: string): Promise<void> {
    const name = `${quoteName(schema)}.${quoteName(table)}`;
    this.#passing.delete(name);
    // What a session had goes with it.
    if ((await this.#connected?.catch(() => undefined))?.isUp())
      await this.query(`drop table if exists ${name}`);
  }

  async open(): Promise<void> {
    await this.#connect();
  }

  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = undefined;
    const connection = await connected?.catch(() => undefined);
    if (connection?.isUp()) await new Promise<void>((resolve) => connection.destroy(() => resolve()));
  }

  /** A script that has failed leaves its transaction open. Where that cannot be said, the session goes, and the transaction with it. */
  async #undo(): Promise<void> {
    await this.query('rollback').catch(() => this.close());
  }

  async #execute(options: StatementOption): Promise<Answer> {
    const connection = await this.#connect();
    return new Promise((resolve, reject) => {
      const complete: StatementOption['complete'] = (error, statement, rows) => {
        if (error) {
          if (hasLostSession(error)) void this.close();
          reject(error);
        } else resolve(toAnswer(statement, rows));
      };
      connection.execute({ ...options, complete });
    });
  }

  /** Asks for the answer of each statement as well: what one of them has failed with, it says. */
  async #executeAll(sqlText: string, count: number): Promise<void> {
    const connection = await this.#connect();
    return new Promise((resolve, reject) => {
      const complete: StatementOption['complete'] = (error, statement) => {
        if (error) reject(error);
        else if ('hasNext' in statement && statement.hasNext()) statement.NextResult();
        else resolve();
      };
      connection.execute({ sqlText, parameters: { MULTI_STATEMENT_COUNT: count }, complete });
    });
  }

  async #connect(): Promise<Connection> {
    const before = await this.#connected?.catch(() => undefined);
    if (before?.isUp()) return before;
    const isLost = this.#passing.size > 0;
    this.#passing.clear();
    // What was brought is gone: the transaction begins again.
    if (isLost) throw new Error(sessionGone);
    this.#connected = this.#open();
    return this.#connected;
  }

  async #open(): Promise<Connection> {
    const snowflake = await loadDriver();
    // It would write a log of its own into the folder it is started in.
    snowflake.configure({ logLevel: 'OFF', additionalLogToConsole: false });
    const { schema } = this.#setting();
    const connection = snowflake.createConnection({
      sfRetryMaxLoginRetries: signInsAtMost,
      ...readConnection(this.#setting()),
      schema: toStored(String(schema)),
      fetchAsString: ['Number'],
      representNullAsStringNull: false,
    });
    await new Promise<void>((resolve, reject) => {
      // What it returns does not tell whether it has failed.
      void connection.connectAsync((error) => (error ? reject(error) : resolve())).catch(reject);
    });
    await new Promise<void>((resolve, reject) => {
      connection.execute({
        sqlText: `alter session set ${sessionParameters}`,
        complete: (error) => (error ? reject(error) : resolve()),
      });
    });
    return connection;
  }
}

/** A result without rows says how many the statement has changed. */
const toAnswer = (statement: RowStatement, rows: readonly unknown[] = []): Answer => ({
  rows: toRows(statement, rows as Row[]),
  rowCount: statement.getNumUpdatedRows() ?? Number.NaN,
});

export function readConnection(setting: WarehouseSetting): Record<string, unknown> {
  const given = setting.connection.reveal();
  return typeof given === 'object' && given !== null ? { ...given } : {};
}

async function loadDriver(): Promise<typeof import('snowflake-sdk')> {
  try {
    return (await import('snowflake-sdk')).default;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ConfigurationError(
      'A warehouse with `client: snowflake` needs the driver of Snowflake, which is not installed: run `npm install snowflake-sdk` where River is installed (with --global for a global River).',
    );
  }
}
