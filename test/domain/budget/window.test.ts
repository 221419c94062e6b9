import { expect, test } from 'vitest';
import { type BudgetWindow, checkWindows, defaultBudget } from '#domain/budget/window';

const [second, minute, hour] = [1000, 60_000, 3_600_000];

test.each<[string, readonly BudgetWindow[]]>([
  ['the default', defaultBudget],
  ['one window', [{ calls: 1, perMs: 1 }]],
  [
    'as many calls in the longer window',
    [
      { calls: 50, perMs: hour },
      { calls: 50, perMs: 10 * second },
    ],
  ],
  [
    'three windows in any order',
    [
      { calls: 9, perMs: minute },
      { calls: 1, perMs: second },
      { calls: 99, perMs: hour },
    ],
  ],
])('%s can be kept', (_title, windows) => {
  expect(checkWindows(windows)).toEqual([]);
});

test.each<[string, readonly BudgetWindow[], string[]]>([
  ['no window', [], ['a budget needs at least one window, such as { calls: 50, per: 10s }']],
  ['0 calls', [{ calls: 0, perMs: hour }], ['calls: expected a whole number above 0, got 0']],
  ['−5 calls', [{ calls: -5, perMs: hour }], ['calls: expected a whole number above 0, got -5']],
  ['half a call', [{ calls: 1.5, perMs: hour }], ['calls: expected a whole number above 0, got 1.5']],
  ['per 0', [{ calls: 5, perMs: 0 }], ['per: expected a duration above 0, such as 10s or 1h, got 0']],
  ['per −1', [{ calls: 5, perMs: -1000 }], ['per: expected a duration above 0, such as 10s or 1h, got -1s']],
  [
    'several at once',
    [
      { calls: 0, perMs: 0 },
      { calls: 0.5, perMs: hour },
    ],
    [
      'calls: expected a whole number above 0, got 0',
      'per: expected a duration above 0, such as 10s or 1h, got 0',
      'calls: expected a whole number above 0, got 0.5',
    ],
  ],
  [
    'the same length twice',
    [
      { calls: 50, perMs: 90 * second },
      { calls: 20, perMs: 90 * second },
    ],
    ['two windows of 90s: 50 and 20 calls; keep one of them'],
  ],
  [
    'fewer calls in a longer window',
    [
      { calls: 1, perMs: hour },
      { calls: 50, perMs: 10 * second },
    ],
    [
      'the window of 1 call per 1h allows fewer calls than the shorter one of 50 calls per 10s, ' +
        'which can therefore never be used up: lower the calls of the shorter window or leave it out',
    ],
  ],
  [
    'fewer calls in the longest of three',
    [
      { calls: 40, perMs: hour },
      { calls: 50, perMs: 10 * second },
      { calls: 60, perMs: minute },
    ],
    [
      'the window of 40 calls per 1h allows fewer calls than the shorter one of 60 calls per 1m, ' +
        'which can therefore never be used up: lower the calls of the shorter window or leave it out',
    ],
  ],
])('%s is a fault', (_title, windows, faults) => {
  expect(checkWindows(windows)).toEqual(faults);
});
