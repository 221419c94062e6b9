import { RiverSetting } from '#domain/river/river';
import type { StoredRun } from '#domain/run/stored-run';

/** A run of all actions over four days, as a manifest has it. */
export function aStoredRun(changes: Partial<StoredRun> = {}): StoredRun {
  return {
    runId: 'run-1',
    workflowId: 'workflow-1',
    river: {
      name: 'sample',
      ...RiverSetting.parse({
        report: 'customers-by-action',
        connection: 'main',
        target: { warehouse: 'test', table: 'sample' },
      }),
    },
    period: { start: '2026-01-01', end: '2026-01-04' },
    day: '2026-01-10',
    startedAt: '2026-01-10T06:00:00.000Z',
    status: 'running',
    finishedAt: null,
    selection: null,
    retryOf: null,
    ownFilters: false,
    ...changes,
  };
}
