import { expect, test } from 'vitest';
import { createSeenPages } from '#domain/call/seen-pages';

const never = new AbortController().signal;
const size = (rows: number) => ({ rows, bytes: rows * 10 });

test('the largest page that an empty one followed is remembered, for its report alone', () => {
  const seen = createSeenPages();
  for (const rows of [300, 500, 200]) seen.askOn('a', size(rows))('nothing');
  expect(seen.known('a').ended).toEqual({ pages: 3, rows: 500, bytes: 5_000 });
  expect(seen.known('b').ended).toEqual({ pages: 0, rows: 0, bytes: 0 });
});

test('what is being asked is known until it is answered, or given up', () => {
  const seen = createSeenPages();
  const [one, other] = [seen.askOn('a', size(300)), seen.askOn('a', size(300))];
  expect(seen.known('a').asking).toEqual({ pages: 2, rows: 300, bytes: 3_000 });
  one('unknown');
  one('nothing');
  other('unknown');
  expect(seen.known('a')).toMatchObject({ ended: { pages: 0 }, asking: { pages: 0 } });
});

test('rows after a short page are known of every report of the connection', () => {
  const seen = createSeenPages();
  seen.askOn('a', size(300))('rows');
  expect([seen.known('a').rowsFollow, seen.known('b').rowsFollow]).toEqual([true, true]);
});

test('calls that were left in doubt are told of once, when rows have followed a short page', () => {
  const seen = createSeenPages();
  seen.leaveInDoubt(1);
  seen.leaveInDoubt(1);
  expect(seen.doubts()).toBe(0);
  seen.askOn('a', size(300))('rows');
  expect([seen.doubts(), seen.doubts()]).toEqual([2, 0]);
  seen.doubtsUntold();
  expect([seen.doubts(), seen.doubts()]).toEqual([2, 0]);
});

test('who waits is woken by the next answer to a page of the report, and by nothing else', async () => {
  const seen = createSeenPages();
  const [mine, others] = [seen.askOn('a', size(300)), seen.askOn('b', size(300))];
  let woken = 0;
  const waiting = seen.settled('a', never).then(() => {
    woken += 1;
  });
  others('nothing');
  await Promise.resolve();
  expect(woken).toBe(0);
  mine('unknown');
  await waiting;
  expect(woken).toBe(1);
});

test('who waits is stopped with the reason of the signal', async () => {
  const seen = createSeenPages();
  const stop = new AbortController();
  const waiting = seen.settled('a', stop.signal);
  stop.abort(new Error('the worker drains'));
  await expect(waiting).rejects.toThrow('the worker drains');
  await expect(seen.settled('a', stop.signal)).rejects.toThrow('the worker drains');
});
