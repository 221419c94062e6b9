import { expect, test } from 'vitest';
import { createOutageLog } from '#budget/outage-log';

function aLog() {
  let at = 0;
  const log = createOutageLog(() => at);
  const moveTo = (now: number) => {
    at = now;
    return log;
  };
  return { log, at: moveTo };
}

test('an outage is open from its beginning until the budget knows of none', () => {
  const { log, at } = aLog();
  at(10_000).update({ agoMs: 4_000, countedMs: 3_000 });
  expect(log.outages).toEqual({ past: [], open: { from: 6_000, countedMs: 3_000 } });
  at(12_000).update({ agoMs: 5_900, countedMs: 5_000 });
  expect(log.outages.open).toEqual({ from: 6_000, countedMs: 5_000 });
  at(13_000).update(undefined);
  at(14_000).update(undefined);
  expect(log.outages).toEqual({ past: [{ from: 6_000, until: 13_000 }], open: null });
});

test('an answer ends it, and a later one begins anew', () => {
  const { log, at } = aLog();
  at(10_000).update({ agoMs: 4_000, countedMs: 4_000 });
  at(11_000).end();
  at(60_000).update({ agoMs: 2_000, countedMs: 2_000 });
  at(90_000).update({ agoMs: 1_000, countedMs: 1_000 });
  expect(log.outages).toEqual({
    past: [
      { from: 6_000, until: 11_000 },
      { from: 58_000, until: 89_000 },
    ],
    open: { from: 89_000, countedMs: 1_000 },
  });
});

test('only so many are remembered', () => {
  const { log, at } = aLog();
  for (let k = 1; k <= 150; k += 1) {
    at(k * 10_000).update({ agoMs: 1_000, countedMs: 1_000 });
    log.end();
  }
  expect(log.outages.past).toHaveLength(100);
  expect(log.outages.past.at(-1)?.until).toBe(1_500_000);
});
