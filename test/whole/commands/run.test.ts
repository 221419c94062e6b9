import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from '#simulator/faults/fault-kinds';
import { freePort } from '#workers/services/free-port';
import { withAnotherBuild } from '../../helpers/another-build.ts';
import { documentOf, resultKeys, rivers } from '../../helpers/commanded.ts';
import { withFolder } from '../../helpers/folder.ts';
import { riverInTerminal } from '../../helpers/in-terminal.ts';
import { startCommand } from '../../helpers/start-command.ts';
import { withRivers } from '../../helpers/with-rivers.ts';
import { simulatorKey, withSimulator } from '../../helpers/with-simulator.ts';

/** The second chunk of `details` waits until the faults are replaced. */
const held: Fault[] = [{ kind: 'hold', match: { parameters: { Date: '2026-01-04' } } }];

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
    withRivers({ rivers, simulator: { faults: held } }, async ({ start, simulator, temporal }) => {
      const watching = start('run', 'details', '--wait', '--json', '--id', 'watched');
      await watching.says('1/2 chunks');
      watching.kill('SIGINT');
      const end = await watching.end;
      simulator.setFaults([]);
      expect(end.code).toBe(130);
      expect(documentOf(end)).toMatchObject({ workflowId: 'watched', status: 'running' });
      expect(end.stderr).toContain('The run goes on');
      const result = await temporal.client.workflow.getHandle('watched').result();
      expect(result).toMatchObject({ status: 'succeeded' });
    }));

  it('is drawn on a terminal; Ctrl-C asks whether to leave it going, as `status --watch` does, or to cancel it', () =>
    withRivers({ rivers, simulator: { faults: held } }, async ({ env, river, simulator, temporal }) => {
      const webUi = 'https://temporal.example.com';
      const zoned = { ...env, TZ: 'Asia/Tokyo', RIVER_WEB_UI: webUi, NO_COLOR: '1' };
      const running = riverInTerminal(['run', 'details', '--wait', '--id', 'drawn'], { env: zoned });
      const page = `${webUi}/namespaces/${temporal.namespace}/workflows`;
      const screen = await running.shows(/^chunks +█{10}░{10} 1 of 2 loaded$/m);
      expect(screen.replaceAll('\n', '')).toContain(`Web UI      ${page}/drawn`);
      expect(screen).toMatch(/^Start form {2}/m);
      await running.shows(/^calls +\d+ of 4\nbudget +[█░]+ \d+ of 1000000 calls used in 1h$/m);
      await running.shows(/^end +not before \d\d:\d\d:\d\d GMT\+9$/m);
      running.type('\x03');
      await running.shows('Leave the run going, or cancel it?');
      running.type('l\r');
      expect(await running.end).toBe(130);
      expect(await running.screen()).toContain('The run goes on.');
      // NO_COLOR: the screen is drawn, and nothing on it has a colour.
      const orders = running.written().split('\u001b[').slice(1);
      expect(orders.filter((order) => /^[\d;]*m/.test(order))).toEqual([]);

      simulator.setFaults([]);
      const again = await river('run', 'details', '--wait', '--quiet', '--id', 'silent');
      expect(again).toMatchObject({ code: 0, stderr: '' });

      const days = await river('status', 'details', '--days');
      expect(days.stdout).toMatch(/^details in test\.details: 4 loaded$[\s\S]*^2026-01 {2}████·{27}$/m);
      expect(documentOf(await river('status', 'details', '--days', '--json'))).toMatchObject({
        river: 'details',
        table: 'details',
        days: [{ day: '2026-01-01', state: 'loaded', rows: expect.any(Number) }, {}, {}, {}],
      });

      simulator.setFaults([{ kind: 'hold' }]);
      const other = await river('run', 'details', '--id', 'followed');
      expect(other.stdout).toContain('Started details: run followed');
      const { NO_COLOR: _, ...coloured } = zoned;
      const watching = riverInTerminal(['status', 'followed', '--watch'], { env: coloured });
      await watching.shows(/^chunks +░{20} 0 of 2 loaded$/m);
      // Its worker knows them before a call is answered.
      await watching.shows(/^budget +[█░]+ [1-9]\d* of 1000000 calls used in 1h$/m);
      expect(watching.written()).toContain('\u001b[1mdetails');
      watching.type('\x03');
      await watching.shows('Leave the run going, or cancel it?');
      watching.type('c\r');
      expect(await watching.end).toBe(1);
      expect(await watching.screen()).toMatch(/^details cancelled: run followed$/m);

      const mistyped = await river('status', 'folowed');
      expect(mistyped).toMatchObject({ code: 2, stdout: '' });
      expect(mistyped.stderr).toContain(
        'There is no run folowed, in Temporal or in any manifest. Did you mean followed?',
      );
      expect((await river('cancel', 'slient')).stderr).toContain('Did you mean silent?');
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
    withRivers({ rivers, simulator: { faults: held } }, async ({ start, temporal }) => {
      const watching = start('run', 'details', '--wait', '--json', '--id', 'called-off');
      await watching.says('1/2 chunks');
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

  it('with a key that the API refuses fails at once, names the connection, and exits with 1', () =>
    withRivers({ rivers, simulator: { auth: { apiKey: 'another' } } }, async ({ river }) => {
      const json = documentOf(await river('run', 'details', '--wait', '--json', '--id', 'refused'));
      expect(json).toMatchObject({ status: 'failed', chunks: { loaded: 0, failed: 2 }, rows: 0 });
      const text = await river('run', 'details', '--wait');
      expect(text.code).toBe(1);
      expect(text.stdout).toContain('refused the credentials of connection main');
    }));

  it('under an id that is taken by a run under way is refused', () =>
    withRivers({ rivers, worker: false }, async ({ river }) => {
      // No worker takes it, but it lies in Temporal.
      expect((await river('run', 'details', '--id', 'once')).code).toBe(3);
      const again = await river('run', 'details', '--id', 'once');
      expect(again).toMatchObject({ code: 2, stdout: '' });
      expect(again.stderr).toContain('once is under way');
    }));

  it('that nobody takes says so after 10 s and exits with 3', () =>
    withRivers({ rivers, worker: false }, async ({ river }) => {
      const wait = (...more: string[]) =>
        river('run', 'details', '--json', '--id', `untaken${more}`, ...more);
      for (const end of await Promise.all([wait(), wait('--wait')])) {
        expect(end.code).toBe(3);
        expect(end.stderr).toMatch(/No worker has taken the run untaken.*`river worker`.* --local$/m);
        expect(documentOf(end)).toMatchObject({ status: 'running' });
      }
    }));

  it('with --local is worked in this process, and works without another worker', () =>
    withRivers({ rivers, worker: false }, async ({ start, temporal }) => {
      const command = start('run', 'channels', '--local', '--json');
      const end = await command.end;
      expect(end.code, end.stderr).toBe(0);
      expect(documentOf(end)).toMatchObject({
        river: 'channels',
        status: 'succeeded',
        chunks: { loaded: 1 },
      });
      const interrupted = start('run', 'sends', '--local', '--id', 'left');
      await interrupted.says('Started sends');
      interrupted.kill('SIGINT');
      const ended = await interrupted.end;
      expect(ended.code, ended.stderr).toBe(130);
      expect(ended.stderr).toContain('goes on when a worker takes it');
      expect((await temporal.client.workflow.getHandle('left').describe()).status.name).toBe('RUNNING');
    }));

  it('with --local and no Temporal where it is looked for starts one for its time, and keeps its state', async () => {
    const port = await freePort();
    const elsewhere = {
      file: 'domain/run/temporal-names.ts',
      was: `'127.0.0.1:7233'`,
      becomes: `'127.0.0.1:${port}'`,
    };
    await withAnotherBuild([elsewhere], ({ program }) =>
      withSimulator({}, (simulator) =>
        withFolder(async (cwd) => {
          const { TEMPORAL_ADDRESS: _, RIVER_CONFIG: __, ...env } = process.env;
          await writeFile(
            join(cwd, 'river.yaml'),
            [
              `connections: { main: { baseUrl: "${simulator.url}/current", auth: { apiKey: ${simulatorKey} } } }`,
              'warehouses: { local: { client: better-sqlite3, connection: { filename: ./warehouse.db } } }',
              'rivers:',
              '  channels: { report: execution-channels, connection: main, target: { warehouse: local, table: channels } }',
            ].join('\n'),
          );
          const end = await startCommand(['run', 'channels', '--local', '--json'], env, { cwd, program }).end;
          expect(end.code, end.stderr).toBe(0);
          expect(documentOf(end)).toMatchObject({ status: 'succeeded', chunks: { loaded: 1 } });
          expect(end.stderr).toContain(
            `No Temporal listens at 127.0.0.1:${port}: one is started for this run (its state is kept in .river/temporal.db).`,
          );
          expect(await readdir(join(cwd, '.river'))).toContain('temporal.db');
          const asked = await startCommand(['schedule', 'list'], env, { cwd, program }).end;
          expect(asked, 'the server has ended with the run').toMatchObject({ code: 3, stdout: '' });
        }),
      ),
    );
  });

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
