import { expect, test } from 'vitest';
import {
  chargeRun,
  countSent,
  createFairShare,
  forgetIdleRuns,
  isSmallRun,
  raiseLevel,
  readPosition,
  refundRun,
} from '#domain/budget/fair-share';

function served(calls: Readonly<Record<string, number>>) {
  const accounts = createFairShare();
  for (const [run, count] of Object.entries(calls)) {
    for (let k = 0; k < count; k += 1) chargeRun(accounts, run, k);
  }
  return accounts;
}

test('a run that has been served less stands before one that has been served more', () => {
  const accounts = served({ large: 7, small: 2 });
  expect([readPosition(accounts, 'small'), readPosition(accounts, 'large')]).toEqual([2, 7]);
});

test('a run that comes later stands where the least served of those stands that wait', () => {
  const accounts = served({ some: 40, other: 60 });
  raiseLevel(accounts, ['some', 'other']);
  expect(readPosition(accounts, 'new')).toBe(40);
  chargeRun(accounts, 'new', 99);
  expect([readPosition(accounts, 'new'), countSent(accounts, 'new')]).toEqual([41, 1]);
});

test('a run that did not wait for a while is not behind for that', () => {
  const accounts = served({ pausing: 3, going: 100 });
  raiseLevel(accounts, ['going']);
  raiseLevel(accounts, ['going', 'pausing']);
  expect(readPosition(accounts, 'pausing')).toBe(100);
});

test('where nobody waits the level stays', () => {
  const accounts = served({ one: 5 });
  raiseLevel(accounts, ['one']);
  raiseLevel(accounts, []);
  expect(accounts.level).toBe(5);
});

test('a call that was given back was not sent', () => {
  const accounts = served({ one: 5 });
  refundRun(accounts, 'one');
  expect([readPosition(accounts, 'one'), countSent(accounts, 'one')]).toEqual([4, 4]);
});

test('nobody has an account for giving back what was forgotten', () => {
  const accounts = createFairShare();
  refundRun(accounts, 'forgotten');
  expect(accounts.runs).toEqual({});
});

test('a run is forgotten that was given nothing since', () => {
  const accounts = served({ long: 1, short: 9 });
  forgetIdleRuns(accounts, 5);
  expect(Object.keys(accounts.runs)).toEqual(['short']);
});

test('ten calls are no longer little', () => {
  expect([0, 9, 10].map(isSmallRun)).toEqual([true, true, false]);
});
