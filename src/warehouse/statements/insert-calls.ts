import type { RequestRecord } from '#domain/call/call-history';
import type { Tables } from '../dialect.ts';

export interface CallsOfRun {
  readonly run: string;
  readonly chunk: string | null;
  readonly report: string;
}

/** One row for each request that is not noted yet; says how many were new. `answered`: the one that brought the page. */
export async function insertCalls(
  tables: Tables,
  of: CallsOfRun,
  requests: readonly RequestRecord[],
  answered?: RequestRecord,
): Promise<number> {
  if (requests.length === 0) return 0;
  const rows = requests.map((request) => ({
    ...of,
    when: request.at,
    call: request.call,
    status: request.status,
    rows: request.rows,
    bytes: request.bytes,
    milliseconds: request.milliseconds,
    answered: request === answered,
    outcome: request.outcome,
    body_hash: request.bodyHash ?? null,
  }));
  const inserted = await tables
    .from('river_calls')
    .insert(rows)
    .onConflict(['run', 'call', 'when', 'milliseconds'])
    .ignore()
    .returning('call');
  return inserted.length;
}
