import { describe, expect, it } from 'vitest';
import { documentOf, resultKeys, rivers } from '../../helpers/commanded.ts';
import { startCommand } from '../../helpers/start-command.ts';
import { withRivers } from '../../helpers/with-rivers.ts';

const commandLine = (text: string): string[] => text.split(' ');

describe.concurrent('river run', () => {
  it('waits, shows what goes on, and answers the result', () =>
    withRivers({ rivers }, async ({ river, simulator }) => {
      const text = await river('run', 'details', '--wait');
      expect(text.code).toBe(0);
      expect(text.stderr).toContain('Started details');
      expect(text.stdout).toMatch(
        /^details succeeded: run .*\n.*\n2 of 2 chunks loaded · \d+ rows · 4 calls\n$/,
      );

      const json = await river(
        ...commandLine(
          'run details --wait --json --start 2026-01-02 --end 2026-01-03 --every daily --id mine',
        ),
      );
      const result = documentOf(json);
      expect(Object.keys(result)).toEqual(resultKeys);
      expect(result).toMatchObject({
        river: 'details',
        workflowId: 'mine',
        status: 'succeeded',
        period: { start: '2026-01-02', end: '2026-01-03' },
        chunks: { total: 2, loaded: 2 },
        rows: simulator.world.rowCount('customer-action-details-by-date', {
          days: ['2026-01-02', '2026-01-03'],
        }),
      });

      const own = '--every daily --size 2 --filter actions=12 --load append';
      const filtered = documentOf(await river(...commandLine(`run actions --wait --json ${own}`)));
      expect(filtered).toMatchObject({ chunks: { total: 2 }, calls: 40 });
    }));

  it('that is watched and interrupted goes on, and exits with 130', () =>
    withRivers({ rivers, simulator: { latencyMs: 2_000 } }, async ({ start, temporal }) => {
      const watching = start('run', 'details', '--wait', '--json', '--id', 'watched');
      await watching.says('0/2 chunks');
      watching.kill('SIGINT');
      const end = await watching.end;
      expect(end.code).toBe(130);
      expect(documentOf(end)).toMatchObject({ workflowId: 'watched', status: 'running' });
      expect(end.stderr).toContain('The run goes on');
      const result = await temporal.client.workflow.getHandle('watched').result();
      expect(result).toMatchObject({ status: 'succeeded' });
    }));

  it('that waits for quota says so, and until when', () => {
    const slow = {
      report: 'customers-by-action',
      period: { start: '2026-01-01', end: '2026-01-03' },
      filters: { actions: [12] },
      target: { table: 'slow' },
    };
    const budget = [{ calls: 20, per: '2m' }];
    return withRivers({ rivers: { slow }, connection: { budget } }, async ({ start }) => {
      const startedAt = Date.now();
      const watching = start('run', 'slow', '--wait');
      const until = await watching.says(
        /^Waiting for quota until (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)\. .*$/m,
      );
      // Without its milliseconds.
      expect(Date.parse(until) + 1_000 - startedAt).toBeGreaterThanOrEqual(120_000);
      expect(Date.parse(until) - Date.now()).toBeLessThan(130_000);
      await watching.says(/^\S+ 0\/1 chunks · \d+ rows · \d+\/30 calls\b/m);
      watching.kill('SIGINT');
      expect(await watching.end).toMatchObject({ code: 130 });
    });
  });

  it('that is cancelled meanwhile answers what was loaded, and exits with 1', () =>
    withRivers({ rivers, simulator: { latencyMs: 3_000 } }, async ({ start, temporal }) => {
      const watching = start('run', 'details', '--wait', '--json', '--id', 'called-off');
      await watching.says('0/2 chunks');
      await temporal.client.workflow.getHandle('called-off').cancel();
      const end = await watching.end;
      expect(end.code).toBe(1);
      expect(documentOf(end)).toMatchObject({ workflowId: 'called-off', status: 'cancelled' });
    }));

  it('that is refused exits with 2, with every fault, and leaves no trace', () =>
    withRivers({ rivers, worker: false }, async ({ river, simulator, warehouse, temporal }) => {
      const unknown = await river('run', 'detials', '--json');
      expect(unknown).toMatchObject({ code: 2, stdout: '' });
      expect(unknown.stderr).toMatch(/no river "detials", did you mean "details"\?.*actions, groups/);
      const wrong = '--start 2026-02-30 --size 1.5 --every weekly --filter actions --filter size=3';
      const faults = await river(...commandLine(`run actions ${wrong}`));
      expect(faults.code).toBe(2);
      expect(faults.stderr.trim().split('\n').sort()).toEqual([
        expect.stringMatching(/^input chunks\.every: .*"weekly"/),
        expect.stringMatching(/^input chunks\.size: .*1\.5/),
        expect.stringMatching(/^input filters\.actions: expected a list/),
        expect.stringMatching(/^input filters\.size: unknown key/),
        expect.stringMatching(/^input period\.start: .*"2026-02-30"/),
      ]);
      expect(simulator.stats().calls).toBe(0);
      expect(await warehouse.tables()).toEqual([]);
      const started: string[] = [];
      for await (const { workflowId } of temporal.client.workflow.list()) started.push(workflowId);
      expect(started).toEqual([]);
    }));

  it('with a key that the API refuses fails within seconds, names the connection, and exits with 1', () =>
    withRivers({ rivers, simulator: { auth: { apiKey: 'another' } } }, async ({ river }) => {
      const started = performance.now();
      const json = documentOf(await river('run', 'details', '--wait', '--json', '--id', 'refused'));
      expect(json).toMatchObject({ status: 'failed', chunks: { loaded: 0, failed: 2 }, rows: 0 });
      const text = await river('run', 'details', '--wait');
      expect(text.code).toBe(1);
      expect(text.stdout).toContain('refused the credentials of connection main');
      expect(performance.now() - started).toBeLessThan(20_000);
    }));

  it('under an id that is taken by a run under way is refused', () =>
    withRivers({ rivers, worker: false }, async ({ river }) => {
      expect((await river('run', 'details', '--id', 'once')).code).toBe(0);
      const again = await river('run', 'details', '--id', 'once');
      expect(again).toMatchObject({ code: 2, stdout: '' });
      expect(again.stderr).toContain('once is under way');
    }));

  it('that nobody takes says so after 10 s and exits with 3', () =>
    withRivers({ rivers, worker: false }, async ({ river }) => {
      const end = await river('run', 'details', '--wait', '--json', '--id', 'untaken');
      expect(end.code).toBe(3);
      expect(end.stderr).toMatch(/No worker has taken the run untaken.*`river worker`/);
      expect(documentOf(end)).toMatchObject({ workflowId: 'untaken', status: 'running' });
    }));

  it('of a namespace that Temporal does not have says how to make it', () =>
    withRivers({ rivers, worker: false }, async ({ env }) => {
      for (const command of ['run details', 'worker', 'status']) {
        const elsewhere = { ...env, TEMPORAL_NAMESPACE: 'nobodys' };
        const end = await startCommand(commandLine(command), elsewhere).end;
        expect(end, command).toMatchObject({ code: 2, stdout: '' });
        expect(end.stderr, command).toContain('temporal operator namespace create --namespace nobodys');
      }
    }));
});
