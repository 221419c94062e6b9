/**
 * How a target is changed exactly once, wherever its books lie. Its row in `river_targets` is locked for the whole of it. In one database
 * one transaction does all. With books apart the target's transaction writes into `river_loads` what it has done, and ends; then the
 * books mark it. Whoever locks the table next marks what a process has not marked that was killed in between, or to which the
 * answer was lost, before anything else.
 */

import type { Databases, Turn } from '../databases.ts';
import type { Both } from '../dialect.ts';
import { insertLoad, lockLoads } from '../manifest/loads.ts';
import { lockTarget, readLastLoad, saveLastLoad } from '../manifest/targets.ts';
import { queueForTable } from '../table-queue.ts';
import { type Change, isOfTarget, markChange, type Step } from './mark-change.ts';

const silent = () => {};

/**
 * Does `work` with the table locked. What it changes of the books it must be able to change twice; what has happened to the target it
 * says, and then the books mark it. Undefined where nothing has.
 */
export async function changeTarget<C extends Change>(
  databases: Databases,
  table: string,
  work: (both: Both) => Promise<C | undefined>,
  onStep: (step: Step) => void | Promise<void> = silent,
): Promise<C | undefined> {
  return transactOnTable(databases, table, async (turn) => {
    const { change, number } = await lockTable(turn, table, async (both, last) => {
      const change = await work(both);
      if (last === undefined || !change || !isOfTarget(change)) return { change, number: undefined };
      const number = last + 1;
      const { runId, chunk } = change;
      await insertLoad(both, table, { number, runId, chunk, change: JSON.stringify(change) });
      return { change, number };
    });
    if (change) await markChange(turn.books, change, onStep);
    if (number !== undefined) await saveLastLoad(turn.books, table, number);
    return change;
  });
}

/** A transaction that begins with locking the table. */
export const transactOnTable = <R>(
  databases: Databases,
  table: string,
  work: (turn: Turn) => Promise<R>,
): Promise<R> => queueForTable(databases.books, table, () => databases.transact(work));

/** Does `work` with the table locked and nothing left to be marked. `last` is the number of what was done last, where there are any. */
export async function lockTable<R>(
  turn: Turn,
  table: string,
  work: (both: Both, last: number | undefined) => Promise<R>,
): Promise<R> {
  await lockTarget(turn.books, table);
  return turn.inTarget(async (both) => work(both, await catchUp(both, table)));
}

/** Marks what was done in the target and is not marked yet. The number of the last; undefined where books are not apart. */
export async function catchUp(both: Both, table: string): Promise<number | undefined> {
  const { books } = both;
  if (books.keptFor === null) return undefined;
  const loads = await lockLoads(both, table);
  for (const { number, change } of loads) {
    await markChange(books, JSON.parse(change) as Change, silent, 'late');
    await saveLastLoad(books, table, number);
  }
  return loads.at(-1)?.number ?? readLastLoad(books, table);
}
