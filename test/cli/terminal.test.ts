import { expect, test } from 'vitest';
import { createTerminal, cutToWidth, table, wrapToWidth } from '#cli/terminal';

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

test('a wide character takes two columns, a combined one takes one', () => {
  const rows = [
    ['東京', 1],
    ['Zoe\u0301', 20],
  ] as const;
  expect(table(['city', 'rows'], rows)).toBe(['city  rows', '東京     1', 'Zoe\u0301     20'].join('\n'));
});

test('a line is cut at the width of the terminal, never inside a character', () => {
  expect(cutToWidth('12345', 5)).toBe('12345');
  expect(cutToWidth('123456', 5)).toBe('12345');
  expect(cutToWidth('東京都', 5)).toBe('東京');
  expect(cutToWidth('e\u0301👨‍👩‍👧x', 3)).toBe('e\u0301👨‍👩‍👧');
});

test('a text is broken between words, and inside one that is longer than a line', () => {
  expect(wrapToWidth('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapToWidth('東京都 x', 5)).toEqual(['東京', '都 x']);
  expect(wrapToWidth('', 5)).toEqual(['']);
});

test.each([
  ['xterm', 'normal', { isLive: true, canAsk: true }],
  ['dumb', 'normal', { isLive: false, canAsk: true }],
  ['xterm', 'quiet', { isLive: false, canAsk: false }],
] as const)('TERM=%s, %s: what is drawn and asked on a terminal', (term, verbosity, expected) => {
  const streams = [process.stdin, process.stderr];
  const before = streams.map((stream) => stream.isTTY);
  const { TERM: termBefore = '' } = process.env;
  try {
    for (const stream of streams) stream.isTTY = true;
    process.env.TERM = term;
    expect(createTerminal(false, verbosity)).toMatchObject(expected);
  } finally {
    for (const [at, stream] of streams.entries()) stream.isTTY = before[at] ?? false;
    process.env.TERM = termBefore;
  }
});
