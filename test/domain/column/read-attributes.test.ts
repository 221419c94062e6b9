import { expect, test } from 'vitest';
import { readAttributes } from '#domain/column/read-attributes';

test.each<[raw: unknown, asked: number, values: readonly unknown[] | undefined]>([
  [['BuddyZZ', 'UK'], 2, ['BuddyZZ', 'UK']],
  [['BuddyZZ', null], 2, ['BuddyZZ', null]],
  ['BuddyZZ;UK', 2, ['BuddyZZ', 'UK']],
  ['BuddyZZ,UK', 2, ['BuddyZZ', 'UK']],
  ['Zed, Buddy;UK', 2, ['Zed, Buddy', 'UK']],
  ['a;b,UK', 2, ['a', 'b,UK']],
  [';', 2, ['', '']],
  ['Super Brand, Mega Brand; Inc.', 1, ['Super Brand, Mega Brand; Inc.']],
  ['', 1, ['']],
  ['', 2, []],
  [[], 3, []],
  [['UK'], 2, undefined],
  [['a', 'b', 'c'], 2, undefined],
  ['a;b;c', 2, undefined],
  [7, 2, undefined],
])('%j, of %i asked for, is read as %j', (raw, asked, values) => {
  expect(readAttributes(raw, asked)).toEqual(values);
});
