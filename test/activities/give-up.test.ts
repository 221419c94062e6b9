import { describe, expect, test } from 'vitest';
import { giveUpIfTooLong, type Patience } from '#activities/give-up';
import type { FailureReading } from '#activities/warehouse-ports';
import { createWriteGates } from '#activities/write-gates';
import {
  BudgetSpentError,
  OptimoveUnavailableError,
  OutageError,
  RefusedError,
  WarehouseUnavailableError,
} from '#domain/errors';
import type { FailedRequest, Outages } from '#domain/run/failing-time';
import { aCall } from '../helpers/an-optimove.ts';

const hour = 3_600_000;
const call = aCall();
const failed = new OptimoveUnavailableError('Answered 503.', { facts: { call: call.key } });
const notSignedIn = new OptimoveUnavailableError('Answered 503.', { facts: { call: 'general/login' } });
const spent = new BudgetSpentError('Later.', { waitMs: 60_000 });
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

/** Failures a minute apart, and so for two hours, where they are not of an outage. */
const forTwoHours = Array.from({ length: 120 }, (_, place) => ({
  at: ago((120 - place) * 60_000),
  milliseconds: 60_000,
}));

async function giveUp(
  error: OptimoveUnavailableError | BudgetSpentError,
  outages: Partial<Outages> = {},
  more: Partial<Patience> & { readonly failures?: readonly FailedRequest[] } = {},
) {
  const { failures = forTwoHours, ...patience } = more;
  const asked: (readonly string[])[] = [];
  const warehouse: FailureReading = {
    readFailures: async (_run: string, _chunk: string | null, calls: readonly string[]) => {
      asked.push(calls);
      return failures;
    },
    countFailedSince: async () => ({ times: 7, lastStatus: 503 }),
  };
  const waiting = {
    runId: 'run-1',
    chunk: '2026-01-01/2026-01-01',
    warehouse,
    patience: {
      giveUpAfterMs: hour,
      connection: 'main',
      workflowId: 'nightly',
      startedAt: ago(48 * hour),
      pauses: [],
      outages: () => ({ past: [], open: null, ...outages }),
      ...patience,
    },
  };
  return giveUpIfTooLong(waiting, call, error).then(
    ({ inMs, wait }) => ({ retryInMs: inMs, wait, thrown: undefined, asked }),
    (thrown: unknown) => ({ retryInMs: undefined, wait: undefined, thrown, asked }),
  );
}

const open = (ms: number) => ({ open: { from: Date.now() - ms, countedMs: ms } });

describe('while the connection answers others', () => {
  test('a call that has only failed for giveUpAfter is given up', async () => {
    const { thrown, asked } = await giveUp(failed);
    expect(thrown).toBeInstanceOf(RefusedError);
    expect(thrown).not.toBeInstanceOf(OutageError);
    expect(asked).toEqual([[call.key]]);
    expect(await giveUp(failed, {}, { giveUpAfterMs: 3 * hour })).toMatchObject({ retryInMs: 120_000 });
  });

  test('the sign-in that it needs is a failure of the call', async () => {
    const { thrown, asked } = await giveUp(notSignedIn);
    expect(thrown).toBeInstanceOf(RefusedError);
    expect(asked).toEqual([[call.key, 'general/login']]);
  });

  test('pauses and outages that are over do not count', async () => {
    const stopped = { from: Date.now() - 2 * hour, until: Date.now() - hour + 60_000 };
    const pause = {
      from: new Date(stopped.from).toISOString(),
      until: new Date(stopped.until).toISOString(),
    };
    expect((await giveUp(failed, { past: [stopped] })).thrown).toBeUndefined();
    expect((await giveUp(failed, {}, { pauses: [pause] })).thrown).toBeUndefined();
  });

  test('a wait for quota gives nothing up', async () => {
    expect(await giveUp(spent)).toMatchObject({ thrown: undefined, asked: [] });
  });

  test('a call is tried again by its own failures: after one of them at once, after more ever later', async () => {
    for (const [count, retryInMs] of [
      [0, 1_000],
      [1, 1_000],
      [2, 2_000],
      [6, 32_000],
      [9, 120_000],
    ] as const) {
      const failures = forTwoHours.slice(0, count);
      expect(await giveUp(failed, {}, { failures, giveUpAfterMs: 3 * hour })).toMatchObject({ retryInMs });
    }
  });

  test('nothing is given up that is not known to have failed', async () => {
    expect((await giveUp(failed, {}, { failures: [], giveUpAfterMs: 0 })).thrown).toBeUndefined();
  });
});

describe('in an outage', () => {
  test('no call is given up, however long it has failed', async () => {
    expect(await giveUp(failed, open(hour / 2))).toMatchObject({ thrown: undefined, asked: [] });
  });

  test.each([
    ['that fails', failed],
    ['that waits', spent],
  ])('of giveUpAfter a call %s stops the run', async (_name, error) => {
    const { thrown } = await giveUp(error, open(hour));
    expect(thrown).toBeInstanceOf(OutageError);
    expect((thrown as Error).message).toMatch(
      /^Connection main has not answered any call since 20.*giveUpAfter \(1h\)\. .*`river retry nightly` loads what is missing\.( The last failure: Answered 503\.)?$/,
    );
  });

  test('a run counts from its own start', async () => {
    const { thrown } = await giveUp(failed, open(5 * hour), { startedAt: ago(hour / 2) });
    expect(thrown).toBeUndefined();
  });
});

test('a wait that the budget asks for is looked at again when the patience ends, if that is sooner', async () => {
  const long = new BudgetSpentError('Later.', { waitMs: 50 * 60_000 });
  expect((await giveUp(long)).retryInMs).toBe(long.waitMs);
  expect((await giveUp(long, open(5 * 60_000))).retryInMs).toBe(long.waitMs);
  const { retryInMs = Number.NaN } = await giveUp(long, open(30 * 60_000));
  expect(retryInMs).toBeGreaterThan(29 * 60_000);
  expect(retryInMs).toBeLessThanOrEqual(30 * 60_000);
});

describe('what a run is told that waits', () => {
  const reset = new OptimoveUnavailableError('It broke off.', {
    facts: { call: call.key, status: null, code: 'ECONNRESET' },
  });

  test('of an outage: since when, how often the run has tried, what came of it, and when it is tried again', async () => {
    const outage = open(10 * 60_000);
    const since = new Date(outage.open.from).toISOString();
    const wait = { on: 'connection', since, tries: 7, nextAt: expect.any(String), isOutage: true };
    expect((await giveUp(reset, outage)).wait).toEqual({ ...wait, reason: 'connection reset' });
    // Who was held back has not called itself: it tells what others met, or what its run has written down.
    expect((await giveUp(spent, outage)).wait).toEqual({ ...wait, reason: 'answered 503' });
    const heard = { lastFailure: () => 'connection refused' };
    expect((await giveUp(spent, outage, heard)).wait).toEqual({ ...wait, reason: 'connection refused' });
  });

  test('of one call that only fails: since its first failure', async () => {
    const failures = forTwoHours.slice(-3);
    expect((await giveUp(failed, {}, { failures })).wait).toMatchObject({
      on: 'connection',
      since: failures[0]?.at,
      tries: 3,
    });
    expect((await giveUp(failed, {}, { failures })).wait).not.toHaveProperty('isOutage');
  });

  test('of quota: only that', async () => {
    expect((await giveUp(spent)).wait).toEqual({ on: 'quota' });
  });
});

test('what a run waits for, and gives up in the end, is the database that fails: the books of its warehouse may be another', () => {
  const gate = createWriteGates()('lake');
  const facts = { warehouse: 'books', reason: 'disk full' };
  expect(gate.heard(new WarehouseUnavailableError('database or disk is full', { facts }))).toMatchObject(
    facts,
  );
  expect(gate.held()?.message).toBe(
    'The warehouse books cannot be written to (disk full): nothing is called until it can.',
  );
});
