import { expect, test } from 'vitest';
import { createSliceSlots, createStepSlots, stepIn } from '#activities/slots';
import { WarehouseUnavailableError } from '#domain/errors';

const never = new AbortController().signal;
const asking = (run: string, changes: { connection?: string; warehouse?: string } = {}) => ({
  connection: 'main',
  warehouse: 'prod',
  run,
  wanted: 4,
  ...changes,
});

/** Enters as often as it may, and says how often that was. */
async function fill(slots: ReturnType<typeof createSliceSlots>, slice: ReturnType<typeof asking>) {
  let entered = 0;
  while (await slots.enter(slice, never)) entered += 1;
  return entered;
}

test('a connection has as many slices as it wants, and each further run two', async () => {
  const slots = createSliceSlots({ waitMs: 0 });
  expect(await fill(slots, asking('large'))).toBe(4);
  expect(slots.isAwaited(asking('large'))).toBe(true);
  for (const run of ['small', 'smaller']) expect(await fill(slots, asking(run))).toBe(2);
});

test('another connection, and another warehouse, have a say of their own', async () => {
  const slots = createSliceSlots({ waitMs: 0 });
  await fill(slots, asking('one'));
  for (const elsewhere of [{ connection: 'other' }, { warehouse: 'lake' }]) {
    expect(slots.isAwaited(asking('two', elsewhere))).toBe(false);
    expect(await fill(slots, asking('two', elsewhere))).toBeGreaterThanOrEqual(2);
  }
});

test('however many there are, half of what is left stays free for one that comes', async () => {
  const slots = createSliceSlots({ atMost: 16, waitMs: 0 });
  const entered: number[] = [];
  for (const connection of ['a', 'b', 'c', 'd', 'e']) {
    const all = Array.from({ length: 20 }, (_, at) =>
      fill(slots, asking(`${connection}${at}`, { connection })),
    );
    entered.push((await Promise.all(all)).reduce((sum, each) => sum + each, 0));
  }
  expect(entered).toEqual([8, 4, 2, 1, 1]);
});

test('who finds no slot waits in line for a moment; the run with the fewest at work is next', async () => {
  const slots = createSliceSlots({ waitMs: 5_000 });
  const leaves = await Promise.all(Array.from({ length: 4 }, () => slots.enter(asking('large'), never)));
  const small = [await slots.enter(asking('small'), never), await slots.enter(asking('small'), never)];
  const order: string[] = [];
  const large = slots.enter(asking('large'), never).then((leave) => order.push(leave ? 'large' : 'none'));
  const third = slots.enter(asking('small'), never).then((leave) => order.push(leave ? 'small' : 'none'));
  for (const leave of [...leaves, ...small]) leave?.();
  await Promise.all([large, third]);
  expect(order.sort()).toEqual(['large', 'small']);
});

test('a stop ends the wait', async () => {
  const slots = createSliceSlots({ waitMs: 60_000 });
  await Promise.all(Array.from({ length: 4 }, () => slots.enter(asking('large'), never)));
  const stop = new AbortController();
  const waiting = slots.enter(asking('large'), stop.signal);
  stop.abort();
  expect(await waiting).toBeUndefined();
});

test('a warehouse has so many steps under way, and no say over those of another', async () => {
  const slots = createStepSlots();
  const hanging = Promise.withResolvers<void>();
  const steps = Array.from({ length: 50 }, () => stepIn(slots, 'hangs', () => hanging.promise));
  await expect(stepIn(slots, 'hangs', async () => 1)).rejects.toThrow(WarehouseUnavailableError);
  expect(await stepIn(slots, 'answers', async () => 1)).toBe(1);
  hanging.resolve();
  await Promise.all(steps);
  expect(await stepIn(slots, 'hangs', async () => 1)).toBe(1);
});
