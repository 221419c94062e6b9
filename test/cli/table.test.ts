import { expect, test } from 'vitest';
import { table } from '#cli/table';

test('columns are as wide as they must be, numbers stand to the right, what is not known is a dash', () => {
  expect(
    table(
      ['river', 'rows'],
      [
        ['a', 1],
        ['longer', 1200],
        ['c', null],
      ],
    ),
  ).toBe(['river   rows', 'a          1', 'longer  1200', 'c          –'].join('\n'));
});
