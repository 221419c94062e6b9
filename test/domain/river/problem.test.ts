import { expect, test } from 'vitest';
import { pathText, removable, valueAt, without } from '#domain/river/problem';

test.each([
  [[], ''],
  [['connections', 'main', 'budget', 0, 'calls'], 'connections.main.budget[0].calls'],
  [['rivers', 'my river', 'report'], 'rivers["my river"].report'],
  [['rivers', 'a.b'], 'rivers["a.b"]'],
])('%j reads %s', (path, text) => {
  expect(pathText(path)).toBe(text);
});

const root = { a: { b: [1, { c: 2 }] }, d: null };

test('a value is found by its path, and nothing by a path that leads nowhere', () => {
  expect(valueAt(root, ['a', 'b', 1, 'c'])).toBe(2);
  expect(valueAt(root, ['a', 'x', 'y'])).toBeUndefined();
  expect(valueAt(root, ['d', 'x'])).toBeUndefined();
  expect(valueAt(root, ['toString'])).toBeUndefined();
});

test('what can be taken out is the value, the whole list around it, or what misses it', () => {
  expect(removable(root, ['a', 'b'])).toEqual(['a', 'b']);
  expect(removable(root, ['a', 'b', 1, 'c'])).toEqual(['a', 'b']);
  expect(removable(root, ['a', 'x'])).toEqual(['a']);
});

test('taking something out leaves the rest, and the original as it was', () => {
  expect(without(root, ['a', 'b'])).toEqual({ a: {}, d: null });
  expect(without(root, ['x', 'y'])).toEqual(root);
  expect(without(root, [])).toBeUndefined();
  expect(root).toEqual({ a: { b: [1, { c: 2 }] }, d: null });
});
