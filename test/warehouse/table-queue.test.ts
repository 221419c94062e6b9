import { expect, it } from 'vitest';
import { queueForTable, waitingUntil } from '#warehouse/table-queue';

it('one waits for a table at a time, in the order in which they came; another table does not wait, and a stop leaves the queue', async () => {
  const database = {};
  const said: string[] = [];
  const first = Promise.withResolvers<void>();
  const turn = (name: string, table = 'one', work = async () => {}) =>
    queueForTable(database, table, async () => {
      said.push(name);
      await work();
    });
  const stop = new AbortController();
  const held = turn('held', 'one', () => first.promise);
  const stopped = waitingUntil(stop.signal, () => turn('stopped'));
  const next = turn('next');
  await turn('other', 'two');
  stop.abort(new Error('cancelled'));
  await expect(stopped).rejects.toThrow('cancelled');
  expect(said).toEqual(['held', 'other']);
  first.reject(new Error('refused'));
  await expect(held).rejects.toThrow('refused');
  await next;
  await turn('last');
  expect(said).toEqual(['held', 'other', 'next', 'last']);
});
