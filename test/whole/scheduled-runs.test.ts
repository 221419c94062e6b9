import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { createConfigurations } from '#config/watch-configuration';
import { addDays, eachDay } from '#domain/period/date-range';
import { startTemporalServer } from '#workers/services/temporal-server';
import { startWorker } from '#workers/start-worker';
import { documentOf } from '../helpers/commanded.ts';
import { withFolder } from '../helpers/folder.ts';
import { apply, endedRuns, inLondon, listed, report, withSchedules } from '../helpers/scheduled.ts';
import { withRivers } from '../helpers/with-rivers.ts';

describe.concurrent('a run that a schedule starts', () => {
  it.each([
    // 00:30 in London is 23:30 of the day before in UTC while it is summer there.
    ['spring', '30 0 * * *', '2026-03-05', '2026-04-04'],
    ['autumn', '0 6 * * *', '2026-10-23', '2026-10-27'],
  ])('takes its day from the scheduled time: over the change of %s each day once', (_, cron, start, end) =>
    withRivers(
      { kind: 'sqlite', temporal: withSchedules, rivers: { daily: inLondon(cron) } },
      async (rivers) => {
        const { river, simulator, sql } = rivers;
        await apply(rivers);
        const days = [...eachDay({ start, end })].map((day) => addDays(day, -1));
        const filled = await river('schedule', 'backfill', 'daily', '--start', start, '--end', end, '--json');
        expect(documentOf(filled).times).toHaveLength(days.length);
        const runs = await endedRuns(rivers, days.length);
        expect(runs.map(({ state }) => state)).toEqual(days.map(() => 'succeeded'));
        expect(runs.map(({ day }) => day)).toEqual(days);
        expect(runs[0]?.workflow_id).toMatch(/^daily-2026-\d\d-\d\dT/);
        // Each asks how far the data is, and for its day.
        expect(simulator.stats().calls).toBe(2 * days.length);
        const rows = simulator.world.rowCount(report, { days });
        expect(rows).toBeGreaterThan(days.length);
        expect(await sql('select count(*) as n from daily')).toEqual([{ n: rows }]);
      },
    ),
  );
});

describe.concurrent('a schedule', () => {
  it('that is triggered while its run is under way starts the next when that has ended; paused it starts none by itself', () =>
    withRivers(
      {
        kind: 'sqlite',
        temporal: withSchedules,
        simulator: { latencyMs: 1_500 },
        rivers: { daily: inLondon('0 0 1 1 *') },
      },
      async (rivers) => {
        const { river } = rivers;
        await apply(rivers);
        expect(documentOf(await river('schedule', 'pause', 'daily', '--json'))).toEqual({
          river: 'daily',
          done: 'pause',
        });
        expect(await listed(rivers)).toMatchObject([
          { state: 'paused', next: [], note: 'Paused by `river schedule pause`' },
        ]);
        expect((await river('schedule', 'resume', 'daily')).code).toBe(0);
        await river('schedule', 'trigger', 'daily');
        await vi.waitUntil(() => rivers.simulator.stats().calls > 0, { timeout: 150_000, interval: 50 });
        await river('schedule', 'trigger', 'daily');
        const runs = await endedRuns(rivers, 2);
        expect(runs.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
        expect(Date.parse(String(runs[1]?.started_at))).toBeGreaterThanOrEqual(
          Date.parse(String(runs[0]?.finished_at)),
        );
        const [state] = await listed(rivers);
        expect(state).toMatchObject({
          state: 'active',
          next: [expect.stringMatching(/-01-01T00:00:00/), ...Array(4).fill(expect.any(String))],
        });
        expect(state?.last?.workflowId).toBe(runs[1]?.workflow_id);
      },
    ));

  it('that is made by hand works the same, also where a run outlasts the next starts', () =>
    withRivers(
      {
        kind: 'sqlite',
        temporal: withSchedules,
        simulator: { latencyMs: 2_500 },
        rivers: { daily: inLondon('30 0 * * *') },
      },
      async (rivers) => {
        const { temporal, simulator } = rivers;
        const mine = (scheduleId: string) => ({
          scheduleId,
          policies: { overlap: 'BUFFER_ALL' as const },
          action: {
            type: 'startWorkflow' as const,
            workflowType: 'riverRun',
            taskQueue: 'river',
            workflowId: scheduleId,
            args: [{ river: 'daily' }],
          },
        });
        const often = await temporal.client.schedule.create({
          ...mine('often'),
          spec: { intervals: [{ every: '1s' }] },
          state: { remainingActions: 4 },
        });
        const runs = await endedRuns(rivers, 4);
        expect(runs.every(({ state }) => state === 'succeeded')).toBe(true);
        for (const [at, { started_at }] of runs.entries()) {
          const before = runs[at - 1];
          if (before)
            expect(Date.parse(String(started_at))).toBeGreaterThanOrEqual(
              Date.parse(String(before.finished_at)),
            );
        }
        const calls = simulator.stats().calls;
        expect(calls).toBe(2 * 4);
        // Starts that it has still in its buffer go with it.
        await often.delete();
        const nightly = await temporal.client.schedule.create({
          ...mine('nightly'),
          spec: { cronExpressions: ['30 0 * * *'], timezone: 'Europe/London' },
        });
        await nightly.backfill({
          start: new Date('2026-03-28T12:00:00Z'),
          end: new Date('2026-03-30T12:00:00Z'),
          overlap: 'BUFFER_ALL',
        });
        const later = await endedRuns(rivers, 6);
        expect(later.slice(4).map(({ day }) => day)).toEqual(['2026-03-28', '2026-03-29']);
      },
    ));

  it('makes up for every start that was missed while the machine was off', () =>
    withRivers({ kind: 'sqlite', worker: false, rivers: { daily: inLondon('30 0 * * *') } }, (house) =>
      withFolder(async (folder) => {
        const { file, env, simulator, sql } = house;
        const dbFilename = join(folder, 'temporal.db');
        const options = { ui: false, dbFilename, cli: process.env.TEMPORAL_CLI, say: () => {} };
        const before = await startTemporalServer(options);
        const connection = await Connection.connect({ address: before.address });
        const { schedule } = new Client({ connection });
        await schedule.create({
          scheduleId: 'often',
          spec: { intervals: [{ every: '2s' }] },
          policies: { overlap: 'BUFFER_ALL', catchupWindow: '7d' },
          action: {
            type: 'startWorkflow',
            workflowType: 'riverRun',
            taskQueue: 'river',
            args: [{ river: 'daily' }],
          },
        });
        const { createdAt } = (await schedule.getHandle('often').describe()).info;
        await connection.close();
        await before.stop();
        // Four starts fall into it.
        await sleep(8_000);

        const server = await startTemporalServer(options);
        const temporal = { address: server.address, namespace: server.namespace };
        const worker = await startWorker({ configurations: createConfigurations({ file, env }), temporal });
        try {
          const runs = await vi.waitFor(
            async () => {
              const ended = await sql(
                "select workflow_id, period_start, period_end from river_runs where state = 'succeeded'",
              );
              expect(ended.length).toBeGreaterThan(6);
              return ended;
            },
            { timeout: 150_000, interval: 250 },
          );
          // Temporal puts the scheduled time behind the workflow id.
          const times = runs
            .map(({ workflow_id }) => Date.parse(String(workflow_id).slice(-20)))
            .sort((a, b) => a - b);
          expect(times[0]).toBeLessThanOrEqual(createdAt.getTime() + 2_000);
          expect(times.map((at) => (at - (times[0] ?? 0)) / 2_000)).toEqual(times.map((_, at) => at));

          const scheduledDays = runs.map(({ workflow_id }) => dayBefore(String(workflow_id).slice(-20)));
          expect(runs.map(({ period_start }) => period_start)).toEqual(scheduledDays);
          expect(runs.map(({ period_end }) => period_end)).toEqual(scheduledDays);
          // All of them load the same day, or two where it is midnight in London: its rows are there once.
          for (const day of new Set(scheduledDays)) {
            const rows = simulator.world.rowCount(report, { days: [day] });
            expect(rows).toBeGreaterThan(0);
            expect(await sql(`select count(*) as n from daily where "date" = '${day}'`)).toEqual([
              { n: rows },
            ]);
            const brought = await sql(
              `select distinct "rows" from river_chunks where state = 'loaded' and first_day = '${day}' and last_day = '${day}'`,
            );
            expect(brought).toEqual([{ rows }]);
          }
        } finally {
          worker.stop();
          await worker.done;
          await server.stop();
        }
      }),
    ));
});

/** The day before an instant, as the calendar in London has it. */
const dayBefore = (instant: string): string =>
  addDays(new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(new Date(instant)), -1);
