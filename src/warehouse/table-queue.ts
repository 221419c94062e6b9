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

const queues = new WeakMap<object, Map<string, Promise<void>>>();

/** Does `work` when all of this process that have come before for the same table of `database` are done. */
export async function queueForTable<T>(database: object, table: string, work: () => Promise<T>): Promise<T> {
  const ofTables = queues.get(database) ?? new Map<string, Promise<void>>();
  queues.set(database, ofTables);
  const before = ofTables.get(table);
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const last = Promise.all([before, done]).then(() => {});
  ofTables.set(table, last);
  try {
    if (before) await untilDoneOrStopped(before);
    return await work();
  } finally {
    resolve();
    void last.then(() => {
      if (ofTables.get(table) === last) ofTables.delete(table);
    });
  }
}

async function untilDoneOrStopped(before: Promise<void>): Promise<void> {
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
