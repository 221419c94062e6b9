import { readFile, writeFile } from 'node:fs/promises';
import { expect, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { ScheduleChange } from '#control/schedules/apply-schedules';
import type { ScheduleState } from '#control/schedules/list-schedules';
import { documentOf } from './commanded.ts';
import type { Rivers } from './with-rivers.ts';

/** Schedules need a server that has its own worker for them, which the one that tests share does not. */
export const withSchedules = { 'worker.perNamespaceWorkerCount': '1' };

export const report = 'customer-action-details-by-date';
/** The day before the run's, whose zone is the schedule's. */
export const daily = (schedule: object) => ({
  report,
  period: { predefined: 'yesterday' },
  target: { table: 'daily' },
  schedule,
});
export const inLondon = (cron: string) => daily({ cron, timezone: 'Europe/London' });

interface Applied {
  readonly applied: boolean;
  readonly schedules: readonly ScheduleChange[];
}

export async function apply({ river }: Rivers, ...flags: string[]): Promise<Record<string, string>> {
  const end = await river('schedule', 'apply', '--json', ...flags);
  expect(end).toMatchObject({ code: 0 });
  return Object.fromEntries(
    documentOf<Applied & Record<string, unknown>>(end).schedules.map((s) => [s.river, s.change]),
  );
}

/** As somebody edits `river.yaml`. */
export async function edit(
  { file }: Rivers,
  change: (rivers: Record<string, object>) => Record<string, object>,
) {
  const written = parse(await readFile(file, 'utf8')) as { rivers: Record<string, object> };
  await writeFile(file, stringify({ ...written, rivers: change(written.rivers) }));
}

interface EndedRun {
  readonly workflow_id: string;
  readonly state: string;
  readonly day: string;
  readonly started_at: string;
  readonly finished_at: string;
}

/** The runs that have ended, in the order in which they began. */
export async function endedRuns({ sql }: Rivers, count: number) {
  return vi.waitFor(
    async () => {
      const runs = await sql(
        "select workflow_id, state, period_start, period_end, started_at, finished_at from river_runs where state <> 'running' order by started_at",
      );
      expect(runs).toHaveLength(count);
      return runs.map(
        (run): EndedRun => ({ ...(run as unknown as EndedRun), day: dayText(run.period_start) }),
      );
    },
    { timeout: 150_000, interval: 250 },
  );
}

const dayText = (value: unknown): string => String(value).slice(0, 10);

export const listed = async ({ river }: Rivers) =>
  documentOf<ScheduleState[] & Record<string, unknown>>(await river('schedule', 'list', '--json'));
