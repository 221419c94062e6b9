import { describe, expect, it, vi } from 'vitest';
import { isServed } from '#control/shared-budget';
import { documentOf, nowhere, period, rivers } from '../../helpers/commanded.ts';
import { startCommand } from '../../helpers/start-command.ts';
import { withRivers } from '../../helpers/with-rivers.ts';

interface Plan {
  readonly river: string;
  readonly calls: { readonly list: number; readonly data: number | null };
  readonly callsAhead: number;
  readonly seconds: number | null;
}

const budget = [
  { calls: 2000, per: '1h' },
  { calls: 50, per: '10s' },
];

describe.concurrent('river plan', () => {
  it('says the calls that the run then makes, and the time they take at least', () =>
    withRivers({ rivers, connection: { budget } }, async ({ river, pull, simulator }) => {
      const plans = documentOf<Plan[]>(await river('plan', '--json', '--at', '2026-01-31T10:00:00Z'));
      const of = (name: string) => plans.find((plan) => plan.river === name);
      expect(of('details')).toEqual({
        river: 'details',
        report: 'customer-action-details-by-date',
        at: '2026-01-31T10:00:00.000Z',
        day: '2026-01-31',
        period,
        chunks: [
          { start: '2026-01-01', end: '2026-01-02' },
          { start: '2026-01-03', end: '2026-01-04' },
        ],
        calls: { list: 0, data: 4 },
        callsAhead: 0,
        seconds: 0,
        finishesAt: '2026-01-31T10:00:00.000Z',
        columns: [
          { name: 'date', type: 'date', from: 'call' },
          { name: 'customer_id', type: 'text', from: 'answer' },
          { name: 'recipient_group_id', type: 'integer', from: 'answer' },
          { name: 'action_id', type: 'integer', from: 'answer' },
          { name: 'channel_id', type: 'integer', from: 'answer' },
        ],
        warnings: [],
      });
      expect(of('actions')?.calls).toEqual({ list: 1, data: 80 });
      expect(of('actions')?.seconds).toBeGreaterThan(10);
      expect(of('groups')?.calls).toEqual({ list: 1, data: 16 });
      expect(of('sends')).toMatchObject({ calls: { list: 4, data: null }, seconds: null, finishesAt: null });
      // Only the lists were asked for: the actions and the target groups.
      expect(simulator.stats().calls).toBe(2);
      for (const name of ['details', 'groups', 'channels']) {
        const calls = of(name)?.calls;
        expect((await pull({ river: name })).calls, name).toBe((calls?.list ?? 0) + (calls?.data ?? 0));
      }
      expect((await river('plan')).stdout).toMatch(/^sends .* 4 +– +–\n[\s\S]*^sends: .*campaigns/m);
    }));

  it('does without a worker that has ended and is still listed by Temporal', () =>
    withRivers({ rivers, connection: { budget }, worker: false }, async ({ river, start, temporal }) => {
      const worker = start('worker');
      await worker.says('Working on');
      await vi.waitUntil(() => isServed(temporal.client), { timeout: 150_000, interval: 20 });
      worker.kill('SIGKILL');
      await worker.end;
      expect(await isServed(temporal.client)).toBe(true);
      const planned = await river('plan', 'details', '--json');
      expect(planned).toMatchObject({ code: 0, stderr: '' });
      const { calls, warnings } = documentOf<Plan & { warnings: string[] }>(planned);
      expect(calls).toEqual({ list: 0, data: 4 });
      expect(warnings).toEqual([
        'No worker has answered, so the API was not called: the budget counts as unused.',
      ]);
    }));

  it('goes by the day that the run would have', () =>
    withRivers(
      {
        rivers: {
          yesterday: {
            report: 'promo-codes',
            period: { predefined: 'yesterday', timezone: 'America/New_York' },
            target: { table: 'codes' },
          },
        },
        worker: false,
      },
      async ({ river }) => {
        const at = async (instant: string) =>
          documentOf(await river('plan', 'yesterday', '--json', '--at', instant));
        const early = { day: '2026-02-28', period: { start: '2026-02-27', end: '2026-02-27' } };
        expect(await at('2026-03-01T04:59:00Z')).toMatchObject(early);
        const later = { day: '2026-03-01', period: { start: '2026-02-28', end: '2026-02-28' } };
        expect(await at('2026-03-01T05:00:00Z')).toMatchObject(later);
        const wrong = await river('plan', '--at', 'soon');
        expect(wrong).toMatchObject({ code: 2, stdout: '' });
        expect(wrong.stderr).toContain('"soon"');
      },
    ));

  it('reckons with what the runs under way still have to call', () => {
    // By their ids: the budget is in use, and not even a list is asked for.
    const actions = { ...rivers.actions, filters: { actions: [12, 15] } };
    return withRivers({ rivers: { actions }, connection: { budget } }, async ({ river }) => {
      const plan = async () => documentOf<Plan>(await river('plan', 'actions', '--json'));
      const alone = await plan();
      expect(alone).toMatchObject({ callsAhead: 0, calls: { data: 80 } });
      expect((await river('run', 'actions')).code).toBe(0);
      await vi.waitFor(
        async () => {
          const { callsAhead, seconds } = await plan();
          expect(callsAhead).toBeGreaterThan(0);
          expect(seconds).toBeGreaterThan((alone.seconds ?? 0) + 5);
        },
        { timeout: 150_000, interval: 500 },
      );
      expect((await river('plan', 'actions')).stdout).toMatch(/^Shares +the budget with \d+ calls of runs/m);
    });
  });

  it('works without Temporal and without a worker: asks nothing, and says what it cannot know', () =>
    withRivers({ rivers, worker: false }, async ({ env, simulator, river }) => {
      const away = { ...env, TEMPORAL_ADDRESS: await nowhere() };
      const known = await startCommand(['plan', 'details', '--json'], away).end;
      expect(known.code).toBe(0);
      expect(documentOf(known)).toMatchObject({ calls: { list: 0, data: 4 }, seconds: 0 });
      const unknown = await startCommand(['plan', 'groups', '--json'], away).end;
      expect(documentOf(unknown)).toMatchObject({ calls: { list: 1, data: null }, seconds: null });
      const all = await startCommand(['plan'], away).end;
      expect(all.stdout).toMatch(
        /^details, sends, channels: Temporal cannot be reached.*counts as unused\.$/m,
      );
      expect(all.stdout).toMatch(
        /^actions, groups: Temporal cannot be reached.*the API's lists is not known\.$/m,
      );
      expect((await river('plan', 'groups')).stdout).toMatch(/No worker is running/);
      expect(simulator.stats().calls).toBe(0);
    }));

  it('exits with 3 where the API is away, and says where it looked', () =>
    withRivers({ rivers }, async ({ river, simulator }) => {
      await simulator.stop();
      // On a busy machine the budget may answer later than a command waits for it: then it is asked once more.
      const end = await vi.waitUntil(
        async () => {
          const planned = await river('plan', 'groups');
          return planned.stderr.includes('no worker has answered') ? undefined : planned;
        },
        { timeout: 150_000 },
      );
      expect(end).toMatchObject({ code: 3, stdout: '' });
      expect(end.stderr).toContain(`Connection main (${simulator.url}/current) does not answer`);
      expect((await river('plan', 'details')).code).toBe(0);
    }));

  it('exits with 3 where the warehouse of a tracked river is away, and says where it looked', () => {
    const tracked = { ...rivers.details, period: { start: period.start } };
    return withRivers({ rivers: { ...rivers, tracked }, worker: false }, async ({ env }) => {
      const address = await nowhere();
      const away = { ...env, WAREHOUSE: `postgres://u:hush@${address}/db` };
      for (const args of [['plan', 'tracked'], ['plan', 'tracked', '--json'], ['plan']]) {
        const end = await startCommand(args, away).end;
        expect(end, args.join(' ')).toMatchObject({ code: 3, stdout: '' });
        expect(end.stderr).toMatch(
          new RegExp(`^The warehouse test at .*${address}.* cannot be used at the moment: .*\\.\n$`),
        );
        expect(end.stderr).not.toContain('hush');
      }
      // What has an end is planned without its warehouse.
      expect((await startCommand(['plan', 'details'], away).end).code).toBe(0);
    });
  });
});
