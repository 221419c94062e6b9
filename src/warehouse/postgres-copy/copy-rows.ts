/**
 * Rows in COPY's binary format, past Knex on the connection of its transaction. The server takes them as fast as it can write, and
 * is given no more than it takes: memory does not grow with the rows. What is staged is read so as well: as the result of a query the
 * driver would receive its bytes as hexadecimal digits.
 */

import type { Knex } from 'knex';
import type { Connection, Submittable } from 'pg';
import type { Tables } from '../dialect.ts';
import { readValues } from './copy-format.ts';

/** `statement` is a whole `copy … from stdin (format binary)`. Says how many rows the server has taken. */
export async function copyRows(tables: Tables, statement: string, chunks: Iterable<Buffer>): Promise<number> {
  const connection = await acquireConnection(tables);
  return new Promise((resolve, reject) => {
    connection.query(new CopyQuery(statement, chunks, resolve, reject));
  });
}

/** The values of the one column, of bytes, that a query selects. All are held at once. */
export async function readBytes(tables: Tables, select: Knex.QueryBuilder): Promise<Buffer[]> {
  const connection = await acquireConnection(tables);
  const copied = await new Promise<Buffer[]>((resolve, reject) => {
    connection.query(new ReadQuery(`copy (${select.toQuery()}) to stdout (format binary)`, resolve, reject));
  });
  return readValues(Buffer.concat(copied));
}

const acquireConnection = (tables: Tables): Promise<{ query(query: Submittable): void }> =>
  (
    tables.query.client as { acquireConnection(): Promise<{ query(query: Submittable): void }> }
  ).acquireConnection();

class ReadQuery implements Submittable {
  readonly statement: string;
  readonly resolve: (copied: Buffer[]) => void;
  readonly reject: (error: unknown) => void;
  readonly copied: Buffer[] = [];

  constructor(statement: string, resolve: (copied: Buffer[]) => void, reject: (error: unknown) => void) {
    this.statement = statement;
    this.resolve = resolve;
    this.reject = reject;
  }

  submit(connection: Connection): void {
    connection.query(this.statement);
  }

  /** The driver uses the memory of its messages again. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.copied.push(Buffer.from(chunk));
  }

  handleCommandComplete(): void {}

  handleError(error: unknown): void {
    this.reject(error);
  }

  handleReadyForQuery(): void {
    this.resolve(this.copied);
  }
}

/** Each message of data begins with its letter and its length, for which `chunks` leave room. */
export const roomForHeader = 5;
const dataMessage = 'd'.charCodeAt(0);

/** What the driver calls while a COPY is under way. */
class CopyQuery implements Submittable {
  readonly statement: string;
  readonly chunks: Iterable<Buffer>;
  readonly resolve: (rows: number) => void;
  readonly reject: (error: unknown) => void;
  /** Nothing more is sent once the server has said that it failed. */
  failure: { readonly error: unknown } | undefined;
  rows = 0;

  constructor(
    statement: string,
    chunks: Iterable<Buffer>,
    resolve: (rows: number) => void,
    reject: (error: unknown) => void,
  ) {
    this.statement = statement;
    this.chunks = chunks;
    this.resolve = resolve;
    this.reject = reject;
  }

  submit(connection: Connection): void {
    connection.query(this.statement);
  }

  handleCopyInResponse(connection: DriverConnection): void {
    this.send(connection).catch((error: unknown) => {
      this.failure ??= { error };
      connection.sendCopyFail('the rows could not be sent');
    });
  }

  private async send(connection: DriverConnection): Promise<void> {
    const { stream } = connection;
    for (const chunk of this.chunks) {
      if (this.failure) return;
      chunk[0] = dataMessage;
      chunk.writeInt32BE(chunk.length - 1, 1);
      if (!stream.write(chunk)) await untilDrained(stream);
    }
    if (!this.failure) connection.endCopyFrom();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.rows = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
  }

  handleError(error: unknown): void {
    this.failure ??= { error: withoutPlace(error) };
    this.reject(this.failure.error);
  }

  handleReadyForQuery(): void {
    this.resolve(this.rows);
  }
}

const untilDrained = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      stream.off('drain', end).off('close', end);
      resolve();
    };
    stream.once('drain', end).once('close', end);
  });

/** What the driver's types leave out. */
interface DriverConnection {
  readonly stream: NodeJS.WritableStream & { readonly writable: boolean };
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** The server says in which line of a COPY it failed. Where it says more, a function or a trigger did. */
function withoutPlace(error: unknown): unknown {
  const { where } = error as { where?: unknown };
  if (error instanceof Error && typeof where === 'string' && /^COPY [^\n]*$/.test(where))
    (error as { where?: unknown }).where = undefined;
  return error;
}
