import type { Tables } from '../dialect.ts';

/** Runs whose staging is still there. */
export async function runsWithStaging(tables: Tables): Promise<{ runId: string; workflowId: string }[]> {
  const rows = await tables.from('river_runs').where({ staging: true }).select('run', 'workflow_id');
  return rows.map((row) => ({ runId: String(row.run), workflowId: String(row.workflow_id) }));
}
