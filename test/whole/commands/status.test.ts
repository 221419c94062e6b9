import { describe, expect, it, vi } from 'vitest';
import { documentOf, nowhere, resultKeys, rivers } from '../../helpers/commanded.ts';
import { type CommandEnd, startCommand } from '../../helpers/start-command.ts';
import { withRivers } from '../../helpers/with-rivers.ts';

describe.concurrent('river status and budget, of a run', () => {
  it('of a run that was started and left tells how it went, chunk by chunk', () =>
    withRivers({ rivers }, async ({ river, start, temporal }) => {
      const started = await river('run', 'details', '--json', '--id', 'later');
      expect(started.code).toBe(0);
      expect(documentOf(started)).toMatchObject({ workflowId: 'later', status: 'running', chunks: null });
      await temporal.client.workflow.getHandle('later').result();

      const one = documentOf(await river('status', 'later', '--json'));
      expect(Object.keys(one)).toEqual([
        ...resultKeys,
        ...['chunkStates', 'paused', 'progress', 'error', 'sentence', 'retried', 'retries', 'startsBehind'],
      ]);
      expect(one).toMatchObject({ status: 'succeeded', chunks: { loaded: 2 }, error: null });
      const loaded = { state: 'loaded', calls: 2, attempts: 1, error: null };
      expect(one.chunkStates).toEqual([
        { start: '2026-01-01', end: '2026-01-02', rows: expect.any(Number), ...loaded },
        { start: '2026-01-03', end: '2026-01-04', rows: expect.any(Number), ...loaded },
      ]);
      expect((await river('status', 'later')).stdout).toMatch(/2026-01-03\/2026-01-04 +loaded/);
      expect(documentOf<object[]>(await river('status', '--json'))).toEqual([one]);
      expect((await start('status').end).stdout).toMatch(
        /^later +details +succeeded +2026-01-01\/2026-01-04 +2\/2/m,
      );
    }));

  it('shows what was sent, in `river budget`', () =>
    withRivers({ rivers }, async ({ river, start, pull }) => {
      await pull({ river: 'details' });
      const [main] = documentOf<{ windows: unknown[] }[]>(await river('budget', '--json'));
      expect(main).toMatchObject({ connection: 'main', waiting: 0, throttledUntil: null });
      expect(main?.windows[0]).toMatchObject({ calls: 1_000_000, perSeconds: 3600, used: 4, free: 999_996 });
      expect((await start('budget').end).stdout).toMatch(/^main +1000000 +3600 +4 +999996/m);
    }));
});

interface Budget {
  readonly windows: readonly { readonly used: number; readonly free: number }[];
  readonly waiting: number;
  readonly throttledUntil: string | null;
}

/** Ten calls a day. */
const slow = {
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-31' },
  chunks: { every: 'daily', size: 2 },
  filters: { actions: [12] },
  target: { table: 'slow' },
};

describe.concurrent('river budget, while a run is held up', () => {
  const budgetOf = async (river: (...args: string[]) => Promise<CommandEnd>) => {
    const [main] = documentOf<[Budget] & Record<string, unknown>>(await river('budget', '--json'));
    return main;
  };
  const inTime = { timeout: 150_000, interval: 250 };

  it('shows the window that is used up, and how many calls wait for a permit', () =>
    withRivers(
      { rivers: { slow }, connection: { budget: [{ calls: 10, per: '3s' }] } },
      async ({ river }) => {
        await river('run', 'slow');
        await vi.waitFor(async () => {
          const { windows, waiting, throttledUntil } = await budgetOf(river);
          const { used = 0 } = windows[0] ?? {};
          expect(used).toBeGreaterThan(0);
          expect(windows).toEqual([{ calls: 10, perSeconds: 3, used, free: 10 - used }]);
          expect(waiting).toBeGreaterThan(0);
          expect(throttledUntil).toBe(null);
        }, inTime);
        await vi.waitFor(
          async () =>
            expect((await river('budget')).stdout).toMatch(/^main +10 +3 +([1-9]|10) +\d +[1-9]\d* +–$/m),
          inTime,
        );
      },
    ));

  it('shows until when the API has asked to be left in peace', () =>
    withRivers(
      { rivers: { slow }, simulator: { faults: [{ kind: 'throttle', retryAfter: 120 }] } },
      async ({ river }) => {
        const startedAt = Date.now();
        await river('run', 'slow');
        const until = await vi.waitFor(async () => {
          const { throttledUntil } = await budgetOf(river);
          expect(throttledUntil).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
          return Date.parse(throttledUntil ?? '');
        }, inTime);
        expect(until - startedAt).toBeGreaterThanOrEqual(120_000);
        expect(until - Date.now()).toBeLessThanOrEqual(120_000);
        // On a busy machine the budget may be asked in vain, which the command says.
        await vi.waitFor(
          async () =>
            expect((await river('budget')).stdout).toMatch(
              /^main .* \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/m,
            ),
          inTime,
        );
      },
    ));
});

describe('river status', () => {
  it('of a run that was refused when it was opened says why', () =>
    withRivers({ rivers }, async ({ river, run }) => {
      await run({ river: 'detials' }, 'refused');
      const { code, stdout } = await river('status', 'refused');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^detials failed: run refused\nConfigurationError: input river: .*detials/);
      const json = documentOf(await river('status', 'refused', '--json'));
      expect(json).toMatchObject({ status: 'failed', chunks: null, chunkStates: [] });
      expect(json.error).toContain('ConfigurationError: input river');
    }));

  it('of a run that nobody knows, or before there is one, says what to do', () =>
    withRivers({ rivers, worker: false }, async ({ river, env }) => {
      const away = { ...env, TEMPORAL_ADDRESS: await nowhere() };
      const perhaps = await startCommand(['status', 'never'], away).end;
      expect(perhaps).toMatchObject({ code: 3, stdout: '' });
      expect(perhaps.stderr).toMatch(/^No run never was found so far; it may be in Temporal, which cannot/);
      const unknown = await river('status', 'never');
      expect(unknown).toMatchObject({ code: 2, stdout: '' });
      expect(unknown.stderr).toMatch(/no run never.*`river status`/);
      expect((await river('status')).stdout).toMatch(/river run/);
      expect(documentOf(await river('status', '--json'))).toEqual([]);
    }));
});
