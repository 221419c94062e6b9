import { expect, test } from 'vitest';
import { createSliceSlots } from '../../src/activities/slice-slots.ts';

test('a connection has so many slots at once, and no say over those of another', () => {
  const slots = createSliceSlots(2);
  const leave = slots.enter('main');
  slots.enter('main');
  expect(slots.enter('main')).toBeUndefined();
  expect(slots.isAwaited('main')).toBe(true);
  expect(slots.enter('other')).toBeTypeOf('function');
  expect(slots.isAwaited('other')).toBe(false);
  leave?.();
  expect(slots.enter('main')).toBeTypeOf('function');
  expect(slots.isAwaited('main')).toBe(false);
  expect(slots.enter('main')).toBeUndefined();
});
