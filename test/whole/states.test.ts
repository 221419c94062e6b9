import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { waitForEnd } from '#control/run-end';
import { type RunHandle, startRun } from '#control/start-run';
import { taskQueue } from '#domain/run/temporal-names';
import { documentOf } from '../helpers/commanded.ts';
import { withSchedules } from '../helpers/scheduled.ts';
import { type Rivers, withRivers } from '../helpers/with-rivers.ts';

const details = {
  report: 'customer-action-details-by-date',
  period: { start: '2026-01-01', end: '2026-01-04' },
  chunks: { every: 'daily' },
  target: { table: 'details' },
};
/** Ten slices a chunk, ten calls a day. */
const byAction = {
  report: 'customers-by-action',
  period: { start: '2026-01-01', end: '2026-01-04' },
  filters: { actions: [12] },
  target: { table: 'by_action' },
};
const rivers = { details, byAction };

const start = ({ temporal }: Rivers, river: keyof typeof rivers, workflowId: string): Promise<RunHandle> =>
  startRun({ ...temporal, close: async () => {} }, { river, input: { river }, workflowId });

/** What the Web UI shows under *User Metadata*. */
async function detailsOf(handle: Pick<RunHandle, 'query'>): Promise<string> {
  const { currentDetails } = await handle.query<{ currentDetails: string }, []>(
    '__temporal_workflow_metadata',
  );
  return currentDetails;
}

interface Said {
  readonly sentence: string;
  readonly waits: readonly { readonly on: string; readonly slices: number }[];
}

const progressOf = (handle: Pick<RunHandle, 'query'>): Promise<Said> => handle.query<Said, []>('progress');

const timersOf = async (handle: RunHandle): Promise<number> =>
  ((await handle.fetchHistory()).events ?? []).filter((event) => event.timerStartedEventAttributes).length;

/** A state is told within 15 s of being true; on a busy machine the test looks for longer. */
const soon = { timeout: 150_000, interval: 250 };

describe.concurrent('a run says', () => {
  it('since when Optimove has not answered, why, how often it was tried, and when it is next; then that it is done', () =>
    withRivers({ rivers }, async (house) => {
      house.simulator.setFaults([{ kind: 'outage', as: 'reset' }]);
      const handle = await start(house, 'byAction', 'held');
      const away =
        /Optimove has not answered since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(connection reset\), try \d+/;
      await vi.waitFor(async () => expect((await progressOf(handle)).sentence).toMatch(away), soon);
      expect(await detailsOf(handle)).toMatch(away);
      const { waits } = await progressOf(handle);
      expect(waits).toMatchObject([
        { on: 'connection', isOutage: true, reason: 'connection reset', tries: expect.any(Number) },
      ]);
      expect((await house.river('status', 'held')).stdout).toMatch(new RegExp(`^Now: ${away.source}`, 'm'));
      const json = documentOf(await house.river('status', 'held', '--json'));
      expect(json).toMatchObject({ sentence: expect.stringMatching(away), progress: { waits: [{}] } });
      // Nobody knows when it is back.
      expect(json.progress).toMatchObject({ expectedEnd: null });
      // Ten slices wait: one of them at a time finds out, and one timer holds for all.
      await vi.waitFor(async () => expect((await progressOf(handle)).waits[0]?.slices).toBe(10), soon);
      const before = await timersOf(handle);
      await sleep(4_000);
      expect((await timersOf(handle)) - before).toBeLessThanOrEqual(4);

      house.simulator.setFaults([]);
      await waitForEnd(handle);
      expect(await detailsOf(handle)).toMatch(
        /^\*\*Succeeded: 1 of 1 chunk loaded\.\*\*\n\n`byAction`: report customers-by-action of .*\n\n1 of 1 chunk loaded · \d+ rows · \d+ of 40 calls: \d+ were repeated after a failure\n/,
      );
      expect(await progressOf(handle)).toMatchObject({
        state: 'ended',
        status: 'succeeded',
        sentence: 'Succeeded: 1 of 1 chunk loaded.',
        waitingUntil: null,
      });
    }));

  it('that it waits for quota with one timer for all its slices, and when it is cancelled, that', () =>
    withRivers({ rivers, connection: { budget: [{ calls: 5, per: '1h' }] } }, async (house) => {
      const handle = await start(house, 'byAction', 'waits');
      await vi.waitFor(async () => {
        const { sentence, waits } = await progressOf(handle);
        expect(sentence).toMatch(/^Waiting for quota until/);
        expect(waits).toMatchObject([{ on: 'quota' }]);
        // Five calls are the whole of one slice at most.
        expect(waits[0]?.slices).toBeGreaterThanOrEqual(9);
      }, soon);
      expect((await progressOf(handle)).sentence).toMatch(
        /^Waiting for quota until .* UTC\. The run will not end before .* UTC\.$/,
      );
      expect(await timersOf(handle)).toBeLessThanOrEqual(2);
      await handle.cancel();
      await waitForEnd(handle);
      expect(await detailsOf(handle)).toMatch(
        /^\*\*Cancelled: 0 of 1 chunk loaded\.\*\*\n\nRepair it: `river retry waits`\n/,
      );
      expect(await detailsOf(handle)).not.toMatch(/pulling|Waiting|Expected/);
    }));

  // Not beside the others: seven workers in one process are enough.
  it('which session holds the lock that its commit, or its opening, waits for', { concurrent: false }, () =>
    withRivers({ kind: 'pg', rivers }, async (house) => {
      await house.pull({ river: 'details' });
      const { setting } = house.warehouse;
      const other = new pg.Client({ connectionString: house.env.WAREHOUSE, application_name: 'a person' });
      await other.connect();
      try {
        const { rows } = await other.query('select pg_backend_pid() as pid');
        await other.query(`begin; lock table "${setting.schema}".details in share mode`);
        const handle = await start(house, 'details', 'locked');
        const holder = `process ${rows[0].pid} (a person)`;
        const said = `The table is locked by another session, ${holder}, since `;
        const statusOf = async () => (await house.river('status', 'locked')).stdout;
        await vi.waitFor(async () => expect(await statusOf()).toContain(said), soon);
        const json = documentOf(await house.river('status', 'locked', '--json'));
        expect(json).toMatchObject({ sentence: expect.stringContaining(said), lock: { holder } });

        await other.query('rollback');
        expect(await waitForEnd(handle)).toMatchObject({ end: 'succeeded' });
        expect(await statusOf()).not.toContain('another session');

        // Where the table cannot even be looked at, the run does not get beyond its opening.
        await other.query(`begin; lock table "${setting.schema}".details`);
        const second = await start(house, 'details', 'unopened');
        const ofSecond = async () => (await house.river('status', 'unopened')).stdout;
        await vi.waitFor(async () => expect(await ofSecond()).toContain(said), soon);
        await other.query('rollback');
        expect(await waitForEnd(second)).toMatchObject({ end: 'succeeded' });
      } finally {
        await other.end();
      }
    }),
  );

  it('as much of a locked table that others go on beside it, its runs can be cancelled, and commands do not hang', {
    concurrent: false,
  }, () => {
    // With four commits each more than a process has connections.
    const locked = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, details]));
    const over = { ...details, target: { table: 'over', load: 'overwrite' } };
    const free = { ...details, target: { table: 'free' } };
    return withRivers({ kind: 'pg', rivers: { ...locked, over, free } }, async (house) => {
      for (const river of ['a', 'over']) await house.pull({ river });
      const { setting } = house.warehouse;
      const lock = (mode: string) =>
        other.query(
          `begin; lock table "${setting.schema}".details, "${setting.schema}".over in ${mode} mode`,
        );
      const other = new pg.Client({ connectionString: house.env.WAREHOUSE });
      await other.connect();
      const begin = (river: string, workflowId = river) =>
        startRun({ ...house.temporal, close: async () => {} }, { river, input: { river }, workflowId });
      const waits = async (ids: readonly string[]) => {
        for (const id of ids)
          await vi.waitFor(
            async () =>
              expect((await house.river('status', id)).stdout).toContain('locked by another session'),
            soon,
          );
      };
      try {
        await lock('share');
        const names = [...Object.keys(locked), 'over'];
        const runs = await Promise.all(names.map((name) => begin(name)));
        await waits(names);
        expect((await house.river('status', 'over')).stdout).not.toContain('will not end before');
        expect(await waitForEnd(await begin('free'))).toMatchObject({ end: 'succeeded' });
        for (const run of runs) await run.cancel();
        for (const run of runs) expect(await waitForEnd(run)).toMatchObject({ end: 'cancelled' });
        await other.query('rollback');

        await lock('access exclusive');
        const unopened = await begin('a', 'unopened');
        await house.river('pause', 'unopened');
        await waits(['unopened']);
        expect((await house.river('status', 'unopened')).stdout).toMatch(/Opening the run\. Paused since /);
        await unopened.cancel();
        expect(await waitForEnd(unopened)).toMatchObject({ end: 'cancelled' });
        const isLocked = 'another session has locked a table that it needs';
        for (const command of ['check', 'verify']) {
          const { code, stdout, stderr } = await house.river(command);
          expect([code, stdout + stderr]).toEqual([3, expect.stringContaining(isLocked)]);
        }
        await other.query('rollback');
        expect((await house.river('retry', 'a', '--wait')).code).toBe(0);
        expect((await house.river('verify', 'a')).code).toBe(0);
      } finally {
        await other.end();
      }
    });
  });

  it('when it begins, where its start is delayed', () =>
    withRivers({ kind: 'sqlite', rivers, worker: false }, async ({ temporal, river }) => {
      const start = {
        taskQueue,
        workflowId: 'later',
        args: [{ river: 'byAction' }],
        startDelay: '1h',
      } as const;
      const handle = await temporal.client.workflow.start('riverRun', start);
      expect((await river('status', 'later')).stdout).toMatch(/^Now: It begins at 20\S+ \S+ UTC\.$/m);
      await handle.terminate();
    }));

  it('since when it is paused, and how it goes on; going on is no attempt', () =>
    withRivers({ rivers, simulator: { faults: [{ kind: 'hold' }] } }, async (house) => {
      const handle = await start(house, 'byAction', 'stopped');
      await vi.waitFor(() => expect(house.simulator.stats().calls).toBeGreaterThan(0), soon);
      await house.river('pause', 'stopped');
      house.simulator.setFaults([]);
      const paused =
        /Paused since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC\. Resume it with: river resume stopped/;
      await vi.waitFor(async () => expect((await progressOf(handle)).sentence).toMatch(paused), soon);
      expect((await house.river('status', 'stopped')).stdout).toMatch(paused);
      await house.river('resume', 'stopped');
      await waitForEnd(handle);
      const status = documentOf(await house.river('status', 'stopped', '--json'));
      expect(status).toMatchObject({ status: 'succeeded', chunkStates: [{ attempts: 1 }] });
    }));

  it('how it has failed, once, with the command that repairs it; and who has repaired it', () =>
    withRivers({ rivers }, async (house) => {
      house.simulator.setFaults([{ kind: 'status', status: 400, text: 'no such thing' }]);
      const { code, stdout } = await house.river('run', 'details', '--wait', '--id', 'first');
      expect(code).toBe(1);
      expect(stdout.match(/ReportRefusedError/g)).toHaveLength(4);
      expect(stdout).toMatch(/^Repair it: river retry first$/m);
      const handle = house.temporal.client.workflow.getHandle('first') as RunHandle;
      expect(await detailsOf(handle)).toMatch(/^\*\*Failed: 0 of 4 chunks loaded, 4 failed\.\*\*/);
      expect(await detailsOf(handle)).toContain('Repair it: `river retry first`');
      const end = await waitForEnd(handle);
      expect(end).toMatchObject({ end: 'failed', message: expect.stringMatching(/river retry first$/) });

      house.simulator.setFaults([{ kind: 'status', status: 401 }]);
      const refused = await start(house, 'details', 'refused');
      await waitForEnd(refused);
      const { typedSearchAttributes } = await refused.describe();
      expect(JSON.stringify(typedSearchAttributes)).toMatch(/RiverFailedChunks.*"value":4\}/);
      expect(await detailsOf(refused)).toMatch(/CredentialsRefusedError/);
      expect(await detailsOf(refused)).not.toMatch(/pulling/);
      const shown = (await house.river('status', 'refused')).stdout;
      expect(shown.match(/CredentialsRefusedError/g)).toHaveLength(1);
      const { events } = await refused.fetchHistory();
      const summaries = (events ?? []).map(({ userMetadata }) => String(userMetadata?.summary?.data ?? ''));
      expect(summaries).toContain('"close the run"');
      expect(summaries).not.toContain('"succeeded"');

      house.simulator.setFaults([]);
      expect((await house.river('retry', 'first', '--wait')).code).toBe(0);
      const [retry] = await house.sql('select workflow_id from river_runs where retry_of is not null');
      expect((await house.river('status', 'first')).stdout).toContain(
        `Completed by the retry ${retry?.workflow_id}.`,
      );
      expect((await house.river('status')).stdout).toContain(
        `first: Completed by the retry ${retry?.workflow_id}.`,
      );
    }));

  it('that starts of its schedule wait behind it', () => {
    const schedule = { cron: '0 6 1 1 *', timezone: 'UTC' };
    const scheduled = { details: { ...details, schedule } };
    return withRivers(
      { rivers: scheduled, simulator: { latencyMs: 200_000 }, temporal: withSchedules },
      async (house) => {
        expect(await house.river('schedule', 'apply')).toMatchObject({ code: 0 });
        for (const _ of [1, 2, 3])
          expect(await house.river('schedule', 'trigger', 'details')).toMatchObject({ code: 0 });
        const behind = /2 starts of its schedule: waiting behind run (details-\S+)\./;
        await vi.waitFor(async () => expect((await house.river('status')).stdout).toMatch(behind), soon);
        expect((await house.river('schedule', 'list')).stdout).toMatch(behind);
        const [run] = documentOf<{ startsBehind: number }[]>(await house.river('status', '--json'));
        expect(run).toMatchObject({ startsBehind: 2, status: 'running' });
        // Of those that wait only the schedule knows.
        const none = await house.river('status', 'details-2027-01-01T06:00:00Z');
        expect(none).toMatchObject({
          code: 2,
          stderr: expect.stringContaining('are waiting behind run details-'),
        });
      },
    );
  });

  it('that nobody works on it; runs that wait to be opened, and those that were refused, are listed', () =>
    withRivers({ rivers, worker: false }, async (house) => {
      const { client } = house.temporal;
      await start(house, 'details', 'alone');
      const worker = house.start('worker');
      await client.workflow.start('riverRun', {
        taskQueue,
        workflowId: 'refused',
        args: [{ river: 'detials' }],
      });
      await expect(client.workflow.getHandle('refused').result()).rejects.toThrow();
      await client.workflow.getHandle('alone').result();
      worker.kill('SIGKILL');
      await worker.end;
      await start(house, 'details', 'left');
      const since = /No worker has reported since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/;
      await vi.waitFor(async () => expect((await house.river('status', 'left')).stdout).toMatch(since), soon);
      const runs = documentOf<{ workflowId: string; status: string; error: string | null }[]>(
        await house.river('status', '--json'),
      );
      expect(runs.map(({ workflowId, status }) => `${workflowId} ${status}`)).toEqual([
        'left running',
        'refused failed',
        'alone succeeded',
      ]);
      const { stdout } = await house.river('status');
      expect(stdout).toMatch(/^left: No worker has reported/m);
      expect(stdout).toMatch(/^refused: ConfigurationError: input river: .*detials/m);
    }));
});
