import type { NewRun } from '#domain/run/stored-run';
import type { Tables } from '../dialect.ts';

/** Writes the run, or opens one again that was closed: a Reset goes on under the same id. */
export async function insertRun(tables: Tables, run: NewRun): Promise<void> {
  const { river } = run;
  await tables
    .from('river_runs')
    .insert({
      run: run.runId,
      workflow_id: run.workflowId,
      river: river.name,
      report: river.report,
      connection: river.connection,
      settings: JSON.stringify(river),
      state: 'running',
      period_start: run.period?.start ?? null,
      period_end: run.period?.end ?? null,
      day: run.day,
      selection: run.selection === null ? null : JSON.stringify(run.selection),
      warnings: run.listWarnings?.length ? JSON.stringify(run.listWarnings) : null,
      base_url: run.baseUrl ?? null,
      started_at: new Date(run.startedAt).toISOString(),
      finished_at: null,
      staging: true,
      list_calls: 0,
      retry_of: run.retryOf?.runId ?? null,
      retry_of_workflow: run.retryOf?.workflowId ?? null,
      own_filters: run.ownFilters,
      freshness: run.freshness ? JSON.stringify(run.freshness) : null,
    })
    .onConflict('run')
    .merge(['state', 'finished_at', 'staging']);
}
