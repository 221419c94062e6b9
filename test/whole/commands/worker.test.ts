import { describe, expect, it, vi } from 'vitest';
import { documentOf, nowhere, rivers } from '../../helpers/commanded.ts';
import { startCommand } from '../../helpers/start-command.ts';
import { withRivers } from '../../helpers/with-rivers.ts';

describe.concurrent('river worker', () => {
  it('takes runs until SIGTERM, and exits with 0', () =>
    withRivers({ rivers, worker: false }, async ({ start, run }) => {
      const worker = start('worker', '--json');
      await worker.says('"taskQueue"');
      const end = await run({ river: 'channels' });
      expect(end).toMatchObject({ end: 'succeeded', result: { chunks: { loaded: 1 } } });
      worker.kill('SIGTERM');
      const ended = await worker.end;
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(documentOf(ended)).toEqual({ taskQueue: 'river', rivers: Object.keys(rivers) });
    }));

  it('drains: the call in flight ends and is not made again by the next worker', () =>
    withRivers(
      { rivers, worker: false, simulator: { latencyMs: 1_500 } },
      async ({ start, temporal, simulator }) => {
        const first = start('worker');
        await first.says('Working on');
        const handle = await temporal.client.workflow.start('riverRun', {
          taskQueue: 'river',
          workflowId: 'handed-on',
          args: [{ river: 'details' }],
        });
        await vi.waitFor(() => expect(simulator.stats().inFlight).toBeGreaterThan(0), { timeout: 20_000 });
        first.kill('SIGTERM');
        expect((await first.end).code).toBe(0);
        const second = start('worker');
        expect(await handle.result()).toMatchObject({ status: 'succeeded', calls: 4 });
        expect(simulator.stats().calls).toBe(4);
        second.kill('SIGTERM');
        expect((await second.end).code).toBe(0);
      },
    ));
});

describe('a command that needs Temporal', () => {
  it('names the address where nobody answers, and exits with 3', () =>
    withRivers({ rivers, worker: false }, async ({ env }) => {
      const address = await nowhere();
      for (const args of [['run', 'details'], ['budget'], ['worker']]) {
        const end = await startCommand(args, { ...env, TEMPORAL_ADDRESS: address }).end;
        expect(end, args[0]).toMatchObject({ code: 3, stdout: '' });
        expect(end.stderr, args[0]).toContain(address);
      }
    }));

  it('says which of its settings cannot be read', () =>
    withRivers({ rivers, worker: false }, async ({ env }) => {
      const end = await startCommand(['worker'], { ...env, TEMPORAL_PROFILE: 'nobodys' }).end;
      expect(end).toMatchObject({ code: 2, stdout: '' });
      expect(end.stderr).toMatch(/'nobodys'.*TEMPORAL_PROFILE/);
    }));
});
