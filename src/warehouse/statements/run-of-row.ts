import type { Selection } from '../../domain/call/selection.ts';
import { RiverSetting } from '../../domain/river/river.ts';
import type { Freshness } from '../../domain/run/freshness.ts';
import type { RunStatus, Warning } from '../../domain/run/run-result.ts';
import type { StoredRun } from '../../domain/run/stored-run.ts';
import type { Row } from '../dialect.ts';

/** A row of `river_runs` as a run. */
export function runOfRow(row: Row): StoredRun {
  const { name, ...setting } = JSON.parse(String(row.settings)) as { name: string };
  return {
    runId: String(row.run),
    workflowId: String(row.workflow_id),
    river: { name, ...RiverSetting.parse(setting) },
    period:
      row.period_start === null ? null : { first: String(row.period_start), last: String(row.period_end) },
    day: String(row.day),
    startedAt: String(row.started_at),
    status: row.state as RunStatus,
    finishedAt: row.finished_at === null ? null : String(row.finished_at),
    retryOf:
      row.retry_of === null
        ? null
        : { runId: String(row.retry_of), workflowId: String(row.retry_of_workflow) },
    selection: row.selection === null ? null : (JSON.parse(String(row.selection)) as Selection),
    ...(row.warnings ? { listWarnings: JSON.parse(String(row.warnings)) as Warning[] } : {}),
    ownFilters: Boolean(row.own_filters),
    ...(row.freshness ? { freshness: JSON.parse(String(row.freshness)) as Freshness } : {}),
  };
}
