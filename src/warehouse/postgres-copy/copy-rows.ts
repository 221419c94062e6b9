/**
 * Rows in COPY's binary format, sent past Knex on the connection of its transaction. The server takes them as fast as it can write, and
 * is given no more than it takes: memory does not grow with the rows.
 */

import type { Connection, Submittable } from 'pg';
import type { Tables } from '../dialect.ts';

/** `statement` is a whole `copy … from stdin (format binary)`. Says how many rows the server has taken. */
export async function copyRows(tables: Tables, statement: string, chunks: Iterable<Buffer>): Promise<number> {
  const client = tables.query.client as { acquireConnection(): Promise<{ query(query: Submittable): void }> };
  const connection = await client.acquireConnection();
  return new Promise((resolve, reject) => {
    connection.query(new CopyQuery(statement, chunks, resolve, reject));
  });
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
