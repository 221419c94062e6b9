/** What every row carries beside its report's columns: which river, run and chunk brought it, and when. */
export const provenanceColumns = ['_river', '_run_id', '_chunk', '_loaded_at'] as const;

/** Whether a column's name is one of them. */
export function isProvenance(name: string): boolean {
  return (provenanceColumns as readonly string[]).includes(name);
}
