import { describe, expect, test } from 'vitest';
import { closeRun } from '#activities/close-run';
import type { RunEnding } from '#activities/warehouse-ports';
import type { RunStatus } from '#domain/run/run-result';
import { aStoredRun } from '../helpers/a-stored-run.ts';

const run = {
  runId: 'run-1',
  workflowId: 'w',
  river: 'r',
  report: 'promo-codes',
  connection: 'main',
  warehouse: 'w',
};
const finishedAt = '2026-01-10T07:00:00.000Z';

/** A warehouse that has one run with these chunks, and how its end was written. */
function aWarehouse(chunks: { total: number; loaded: number; failed: number; skipped: number }) {
  const written: { status?: RunStatus; unloaded?: string } = {};
  const warehouse: RunEnding = {
    markAllFailed: async (_run, error) => void Object.assign(written, { unloaded: error }),
    summariseRun: async () => ({ chunks, rows: 0, calls: 0, lostCalls: 0, failedChunks: [], warnings: [] }),
    countRequests: async () => ({
      made: 0,
      throttled: 0,
      failed: 0,
      lost: 0,
      unanswered: 0,
      lists: 0,
      furtherPages: 0,
    }),
    endRun: async (_run, status) => void Object.assign(written, { status }),
    pruneRuns: async () => {},
    readRun: async () => aStoredRun({ status: written.status ?? 'running', finishedAt }),
  };
  return { written, close: closeRun({ warehouse: async () => warehouse }) };
}

describe('a run that came to its end', () => {
  test.each([
    [{ total: 3, loaded: 3, failed: 0, skipped: 0 }, 'succeeded'],
    [{ total: 3, loaded: 2, failed: 0, skipped: 1 }, 'succeeded'],
    [{ total: 0, loaded: 0, failed: 0, skipped: 0 }, 'succeeded'],
    [{ total: 3, loaded: 2, failed: 1, skipped: 0 }, 'failed'],
    [{ total: 3, loaded: 2, failed: 0, skipped: 0 }, 'failed'],
  ])('with %o has %s', async (chunks, status) => {
    const { written, close } = aWarehouse(chunks);
    expect(await close({ run, status: 'succeeded', error: null, finishedAt })).toMatchObject({
      status,
      chunks,
    });
    expect(written).toEqual({ status });
  });
});

test('a run that was cancelled is cancelled, whatever was loaded', async () => {
  const { written, close } = aWarehouse({ total: 3, loaded: 1, failed: 1, skipped: 0 });
  await close({ run, status: 'cancelled', error: null, finishedAt });
  expect(written).toEqual({ status: 'cancelled' });
});

test('what stopped a run becomes the error of the chunks that it did not load', async () => {
  const { written, close } = aWarehouse({ total: 3, loaded: 1, failed: 2, skipped: 0 });
  await close({ run, status: 'failed', error: 'ConfigurationError: no', finishedAt });
  expect(written).toEqual({ status: 'failed', unloaded: 'ConfigurationError: no' });
});
