/**
 * What waits for a table. A transaction that waits for a lock inside the database keeps its connection: of those that a process has for
 * one table only one waits there, the others here, or a table that somebody has locked would take all connections from the others.
 */

import { AsyncLocalStorage } from 'node:async_hooks';

const stops = new AsyncLocalStorage<AbortSignal | undefined>();

/** Does `work`, which waits for no table and no lock of others any more once `stop` is aborted. What has its locks goes on. */
export const waitingUntil = <T>(stop: AbortSignal | undefined, work: () => Promise<T>): Promise<T> =>
  stops.run(stop, work);

export const stopOfWaits = (): AbortSignal | undefined => stops.getStore();

const lines = new WeakMap<object, Map<string, Promise<void>>>();

/** Does `work` when all of this process that have come before for the same table of `database` are done. */
export async function inTurn<T>(database: object, table: string, work: () => Promise<T>): Promise<T> {
  const ofTables = lines.get(database) ?? new Map<string, Promise<void>>();
  lines.set(database, ofTables);
  const before = ofTables.get(table);
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const line = Promise.all([before, done]).then(() => {});
  ofTables.set(table, line);
  try {
    if (before) await untilStopped(before);
    return await work();
  } finally {
    resolve();
    void line.then(() => {
      if (ofTables.get(table) === line) ofTables.delete(table);
    });
  }
}

async function untilStopped(before: Promise<void>): Promise<void> {
  const stop = stopOfWaits();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const leave = () => reject(stop?.reason);
  if (stop?.aborted) leave();
  stop?.addEventListener('abort', leave, { once: true });
  try {
    await Promise.race([before, stopped]);
  } finally {
    stop?.removeEventListener('abort', leave);
  }
}
