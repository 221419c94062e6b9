/**
 * A transaction in the cloud is one script: what it changes is collected while Knex builds it, and is sent when it commits; what it
 * reads and declares is asked at once. So a commit is one request, and no transaction waits for a process: one that was killed would
 * keep others from the table for minutes or hours, and one that is slow might go on after it was ended there. What was read is no
 * older than the lock in the books, which lets no other process of River change the table meanwhile; `ensure` makes sure of it for
 * what must not have changed since.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { SchemaConflictError } from '#domain/errors';
import type { Answer, Session } from './knex-client.ts';
import { quoteText, writeBindings } from './script-text.ts';

/** What a session sends its statements through. */
export interface ScriptDriver {
  /** Runs one statement to its end. */
  query(sql: string, bindings?: readonly unknown[]): Promise<Answer>;
  /** Runs these as one transaction, all or none. */
  transact(statements: readonly string[]): Promise<void>;
  dropTable(schema: string, table: string): Promise<void>;
  /** A select that fails, with this word, where `sql` counts another number. */
  writeEnsure(sql: string, count: number, word: string): string;
  /** Another transaction was let through in place of this one, of which nothing is done. */
  isConflict(error: unknown): boolean;
  open?(): Promise<void>;
  close?(): Promise<void>;
}

/** Neither BigQuery nor Snowflake takes a statement or a script that is longer. */
const scriptBytes = 1024 * 1024;

/** Where another transaction changes the same table one of them is cancelled: sent again so often, and each time later. */
const [sendsAtMost, firstPauseMs] = [8, 250];

/** What a transaction says that has to begin again. */
const changedMeanwhile = 'RIVER: rows have changed meanwhile';

export const saysChangedMeanwhile = (text: string): boolean => text.includes(changedMeanwhile);

const reading = /^\s*(?:select|with|show|describe)\b/i;
const declaring = /^\s*(?:create|alter|drop)\b/i;

export class ScriptSession<D extends ScriptDriver = ScriptDriver> implements Session {
  readonly driver: D;
  /** What the transaction changes; undefined outside of one. */
  #script: string[] | undefined;
  /** Tables that the script reads and nobody needs after it. */
  #tables: { readonly schema: string; readonly table: string }[] = [];

  constructor(driver: D) {
    this.driver = driver;
  }

  async run(sql: string, bindings: readonly unknown[]): Promise<Answer> {
    if (declaring.test(sql)) return this.driver.query(writeBindings(sql, bindings));
    if (!this.#script || reading.test(sql)) return this.driver.query(sql, bindings);
    this.#script.push(writeBindings(sql, bindings));
    return { rows: [], rowCount: Number.NaN };
  }

  /** The transaction fails, and begins again, where this count is another one when it is sent. */
  ensure(counted: string, bindings: readonly unknown[], count: number): void {
    const sql = writeBindings(counted, bindings);
    this.#script?.push(this.driver.writeEnsure(sql, count, quoteText(changedMeanwhile)));
  }

  dropAfterwards(schema: string, table: string): void {
    this.#tables.push({ schema, table });
  }

  async begin(): Promise<void> {
    this.#script = [];
  }

  async commit(): Promise<void> {
    const script = this.#script ?? [];
    this.#script = undefined;
    try {
      if (script.length > 0) await this.#send(script);
    } finally {
      await this.#dropTables();
    }
  }

  async rollback(): Promise<void> {
    this.#script = undefined;
    await this.#dropTables();
  }

  async open(): Promise<void> {
    await this.driver.open?.();
  }

  async close(): Promise<void> {
    await this.driver.close?.();
  }

  async #send(script: readonly string[]): Promise<void> {
    const bytes = script.reduce((sum, statement) => sum + Buffer.byteLength(statement) + 2, 0);
    if (bytes > scriptBytes - 100) throw tooLong(bytes);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.driver.transact(script);
        return;
      } catch (error) {
        if (!this.driver.isConflict(error) || attempt === sendsAtMost) throw error;
        await pause(firstPauseMs * 2 ** attempt * Math.random());
      }
    }
  }

  /** What is left behind goes by itself. */
  async #dropTables(): Promise<void> {
    const tables = this.#tables;
    this.#tables = [];
    for (const { schema, table } of tables) await this.driver.dropTable(schema, table).catch(() => {});
  }
}

const tooLong = (bytes: number): SchemaConflictError =>
  new SchemaConflictError(
    `A commit would be a script of ${bytes} bytes, and the warehouse takes ${scriptBytes} at most. Give the river smaller chunks.`,
    { facts: { bytes, scriptBytes } },
  );
