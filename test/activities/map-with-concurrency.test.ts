import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { mapWithConcurrency } from '#activities/map-with-concurrency';
import { BudgetSpentError, ReportRefusedError } from '#domain/errors';
import { failureOf } from '../helpers/an-optimove.ts';

const spent = (waitMs: number) => new BudgetSpentError(`in ${waitMs} ms`, { waitMs });

describe('lanes', () => {
  test('work through all items, as many at a time as there are lanes, and in order', async () => {
    const begun: number[] = [];
    let [atOnce, most] = [0, 0];
    const finished = await mapWithConcurrency([0, 1, 2, 3, 4, 5, 6], 3, async (item) => {
      begun.push(item);
      most = Math.max(most, ++atOnce);
      await sleep(item % 3);
      atOnce -= 1;
      return true;
    });
    expect({ finished, begun, most }).toEqual({ finished: true, begun: [0, 1, 2, 3, 4, 5, 6], most: 3 });
  });

  test('begin nothing more once there is no time for more', async () => {
    const begun: number[] = [];
    const finished = await mapWithConcurrency([0, 1, 2, 3], 1, async (item) => begun.push(item) < 2);
    expect({ finished, begun }).toEqual({ finished: false, begun: [0, 1] });
  });

  test('finish what they have in hand where one fails, and begin nothing more', async () => {
    const ended: number[] = [];
    const failure = await failureOf(
      mapWithConcurrency([0, 1, 2, 3], 2, async (item) => {
        if (item === 0) throw new ReportRefusedError('no');
        await sleep(20);
        return ended.push(item) > 0;
      }),
    );
    expect(failure).toEqual(new ReportRefusedError('no'));
    expect(ended).toEqual([1]);
  });

  test('wait for each other also where the items themselves end with a failure', async () => {
    const ended: number[] = [];
    const items = function* () {
      yield 0;
      throw new ReportRefusedError('no more');
    };
    const failure = await failureOf(
      mapWithConcurrency(items(), 2, async (item) => {
        await sleep(20);
        return ended.push(item) > 0;
      }),
    );
    expect(failure).toEqual(new ReportRefusedError('no more'));
    expect(ended).toEqual([0]);
  });

  test('that are out of budget wait for what comes first, counted from when the last of them ended', async () => {
    const failure = await failureOf(
      mapWithConcurrency([900, 400, 0], 3, async (waitMs) => {
        if (waitMs > 0) throw spent(waitMs);
        await sleep(150);
        return true;
      }),
    );
    expect(failure).toBeInstanceOf(BudgetSpentError);
    const { waitMs, message } = failure as BudgetSpentError;
    expect(message).toBe('in 400 ms');
    expect(waitMs).toBeLessThanOrEqual(252);
    expect(waitMs).toBeGreaterThanOrEqual(0);
  });

  test('throw what is worse than being out of budget', async () => {
    const failure = await failureOf(
      mapWithConcurrency([1, 2], 2, async (item) => {
        throw item === 1 ? spent(100) : new ReportRefusedError('no');
      }),
    );
    expect(failure).toEqual(new ReportRefusedError('no'));
  });
});
