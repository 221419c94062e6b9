import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { tryAgain } from '#warehouse/database';

const busy = new Error('busy');
const conflict = new Error('conflict');
const curable = {
  isBusy: (error: unknown) => error === busy,
  isConflict: (error: unknown) => error === conflict,
};

/** Fails with each of these in turn, then succeeds. */
function failing(...errors: Error[]) {
  let calls = 0;
  return {
    work: async () => {
      const error = errors[calls];
      calls += 1;
      if (error) throw error;
      return calls;
    },
  };
}

test('what is busy is tried again from when that was first said, however long the work waited before', async () => {
  const { work } = failing(busy, busy);
  let isFirst = true;
  const queued = async () => {
    if (isFirst) await pause(80);
    isFirst = false;
    return work();
  };
  expect(await tryAgain(queued, curable, 60)).toBe(3);
});

test('what stays busy fails in the end, with what the database said', async () => {
  await expect(tryAgain(() => Promise.reject(busy), curable, 30)).rejects.toBe(busy);
});

test('a conflict is tried again a few times, whatever else at once fails', async () => {
  expect(await tryAgain(failing(conflict, conflict).work, curable)).toBe(3);
  const other = new Error('other');
  await expect(tryAgain(failing(conflict, other).work, curable)).rejects.toBe(other);
  await expect(tryAgain(() => Promise.reject(conflict), curable)).rejects.toBe(conflict);
});
