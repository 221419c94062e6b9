import { describe, expect, it } from 'vitest';
import { documentOf, resultKeys, rivers } from '../../helpers/commanded.ts';
import { withRivers } from '../../helpers/with-rivers.ts';

describe.concurrent('river status and budget, of a run', () => {
  it('of a run that was started and left tells how it went, chunk by chunk', () =>
    withRivers({ rivers }, async ({ river, temporal }) => {
      const started = await river('run', 'details', '--json', '--id', 'later');
      expect(started.code).toBe(0);
      expect(documentOf(started)).toMatchObject({ workflowId: 'later', status: 'running', chunks: null });
      await temporal.client.workflow.getHandle('later').result();

      const one = documentOf(await river('status', 'later', '--json'));
      expect(Object.keys(one)).toEqual([...resultKeys, 'chunkStates', 'paused', 'progress', 'error']);
      expect(one).toMatchObject({ status: 'succeeded', chunks: { loaded: 2 }, error: null });
      const loaded = { state: 'loaded', calls: 2, attempts: 1, error: null };
      expect(one.chunkStates).toEqual([
        { start: '2026-01-01', end: '2026-01-02', rows: expect.any(Number), ...loaded },
        { start: '2026-01-03', end: '2026-01-04', rows: expect.any(Number), ...loaded },
      ]);
      expect((await river('status', 'later')).stdout).toMatch(/2026-01-03\/2026-01-04 +loaded/);
      expect(documentOf<object[]>(await river('status', '--json'))).toEqual([one]);
      expect((await river('status')).stdout).toMatch(
        /^later +details +succeeded +2026-01-01\/2026-01-04 +2\/2/m,
      );
    }));

  it('shows what was sent, in `river budget`', () =>
    withRivers({ rivers }, async ({ river, pull }) => {
      await pull({ river: 'details' });
      const [main] = documentOf<{ windows: unknown[] }[]>(await river('budget', '--json'));
      expect(main).toMatchObject({ connection: 'main', waiting: 0, throttledUntil: null });
      expect(main?.windows[0]).toMatchObject({ calls: 1_000_000, perSeconds: 3600, used: 4, free: 999_996 });
      expect((await river('budget')).stdout).toMatch(/^main +1000000 +3600 +4 +999996/m);
    }));
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
    withRivers({ rivers, worker: false }, async ({ river }) => {
      const unknown = await river('status', 'never');
      expect(unknown).toMatchObject({ code: 2, stdout: '' });
      expect(unknown.stderr).toMatch(/no run never.*`river status`/);
      expect((await river('status')).stdout).toMatch(/river run/);
      expect(documentOf(await river('status', '--json'))).toEqual([]);
    }));
});
