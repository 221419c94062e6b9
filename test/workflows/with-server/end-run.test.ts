import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { Held } from '#activities/contract';
import type { RunResult } from '#domain/run/run-result';
import { withFakedRuns } from '../../helpers/fake-run-activities.ts';

const refused = (type: string, message: string) => ApplicationFailure.nonRetryable(message, type);

async function failureOf(
  result: Promise<unknown>,
): Promise<{ readonly type: string; readonly result: RunResult }> {
  const error = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WorkflowFailedError);
  const { cause } = error as WorkflowFailedError;
  expect(cause).toBeInstanceOf(ApplicationFailure);
  const { type, details } = cause as ApplicationFailure;
  return { type: type ?? '', result: details?.[0] as RunResult };
}

test('a refused call fails its chunk, and the run with ChunksFailed and its result', () => {
  const failed: string[] = [];
  return withFakedRuns(
    {
      pullSlice: async () => {
        throw refused('ReportRefusedError', 'no such action');
      },
      failChunk: async ({ error }) => {
        failed.push(error);
        return null;
      },
    },
    async ({ start }) => {
      const { type, result } = await failureOf((await start()).result());
      expect(type).toBe('ChunksFailed');
      expect(failed).toEqual(['ReportRefusedError: no such action']);
      expect(result).toMatchObject({ status: 'failed', chunks: { loaded: 0 } });
    },
  );
});

test('refused credentials stop the run, and are its failure', () =>
  withFakedRuns(
    {
      pullSlice: async () => {
        throw refused('CredentialsRefusedError', 'wrong key');
      },
    },
    async ({ start }) => {
      expect(await failureOf((await start()).result())).toMatchObject({
        type: 'CredentialsRefusedError',
        result: { failedChunks: [{ error: 'CredentialsRefusedError: wrong key' }] },
      });
    },
  ));

test('an input that is refused is told to both channels, and the run never opened', () => {
  const told: string[] = [];
  return withFakedRuns(
    {
      openRun: async () => {
        throw refused('ConfigurationError', 'input: no such river');
      },
      notifyRefusal: async ({ to }) => {
        told.push(to);
        throw refused('RefusedError', 'no such channel');
      },
    },
    async ({ start }) => {
      expect(await failureOf((await start()).result())).toMatchObject({
        type: 'ConfigurationError',
        result: { river: 'faked', status: 'failed', chunks: null },
      });
      expect(told.sort()).toEqual(['slack', 'webhook']);
    },
  );
});

test('a run whose manifest is gone ends with the result that its workflow knows', () =>
  withFakedRuns(
    {
      closeRun: async () => {
        throw refused('ConfigurationError', 'no warehouse prod');
      },
    },
    async ({ start }) => {
      const { type, result } = await failureOf((await start()).result());
      expect(type).toBe('ConfigurationError');
      expect(result).toMatchObject({ status: 'failed', chunks: { total: 1, loaded: 1 }, rows: 10 });
      expect(result.warnings[0]?.message).toContain('ConfigurationError: no warehouse prod');
    },
  ));

const held: Held = {
  outcome: 'held',
  on: { on: 'warehouse', warehouse: 'prod', reason: 'disk full', since: '2026-01-31T15:32:05.000Z' },
};

test('a step waits while its warehouse cannot be written to, and succeeds after it can', () => {
  let tries = 0;
  return withFakedRuns(
    {
      beginChunk: async () => {
        tries += 1;
        return tries < 3 ? held : { state: 'pulling', attempts: 1 };
      },
    },
    async ({ start }) => {
      expect(await (await start()).result()).toMatchObject({ status: 'succeeded' });
      expect(tries).toBe(3);
    },
  );
});

test('a warehouse that stays away for longer than giveUpAfter fails the run, which still has its result', () =>
  withFakedRuns(
    {
      opening: { patience: { giveUpAfter: '1s', ms: 1_000 } },
      beginChunk: async () => held,
      closeRun: async () => held,
    },
    async ({ start }) => {
      const { type, result } = await failureOf((await start()).result());
      expect(type).toBe('WarehouseGivenUpError');
      expect(result).toMatchObject({ status: 'failed', chunks: { total: 1, loaded: 0 } });
      expect(result.failedChunks.at(-1)?.error).toMatch(
        /Given up: writing into the warehouse prod .*disk full/,
      );
    },
  ));
