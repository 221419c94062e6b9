import { readFile, writeFile } from 'node:fs/promises';
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
      expect(ended.code).toBe(0);
      expect(documentOf(ended)).toEqual({ taskQueue: 'river', rivers: Object.keys(rivers) });
      const time = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z';
      expect(ended.stderr.trimEnd().split('\n')).toEqual([
        expect.stringMatching(new RegExp(`^${time} channels: run \\S+ is opened, 1 chunk$`)),
        expect.stringMatching(new RegExp(`^${time} channels: chunk - is loaded: \\d+ rows?, 1 call$`)),
        expect.stringMatching(
          new RegExp(`^${time} channels: run \\S+ succeeded: 1 of 1 chunk loaded · \\d+ rows? · 1 call$`),
        ),
      ]);
    }));

  it('tells of a changed file when it is changed, whether it is faulty or not', () =>
    withRivers({ rivers, worker: false }, async ({ start, file }) => {
      const worker = start('worker');
      await worker.says('Working on');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace('size: 2', 'size: 0'));
      await worker.says(
        /Z \S*river\.yaml:\d+:\d+ rivers\.details\.chunks\.size: .*got 0\nThe previous configuration stays in use/,
      );
      await writeFile(file, text.replace('size: 2', 'size: 3'));
      await worker.says(/Z \S*river\.yaml has changed and is in use: 5 rivers\./);
      worker.kill('SIGTERM');
      expect((await worker.end).code).toBe(0);
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
        await vi.waitFor(() => expect(simulator.stats().inFlight).toBeGreaterThan(0), { timeout: 150_000 });
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
