import type { StagedCall } from '../../domain/run/staged-page.ts';
import type { Tables } from '../dialect.ts';
import { stagingOf } from './staging-table.ts';

/** How far each call of a slice has come. */
export async function stagedCalls(
  tables: Tables,
  runId: string,
  chunk: string | null,
  slice: string,
): Promise<StagedCall[]> {
  const pages = await tables
    .from(stagingOf(runId))
    .where({ chunk: chunk ?? '', slice })
    .orderBy(['call', 'page'])
    .select('call', 'page', 'last', 'status', 'fingerprint', 'received', 'row_count');
  const calls = new Map<string, StagedCall>();
  for (const page of pages) {
    const call = String(page.call);
    const before = calls.get(call);
    calls.set(call, {
      call,
      status: Number(page.status),
      pages: (before?.pages ?? 0) + 1,
      received: (before?.received ?? 0) + Number(page.received),
      rows: (before?.rows ?? 0) + Number(page.row_count),
      finished: Boolean(page.last),
      lastFingerprint: String(page.fingerprint),
    });
  }
  return [...calls.values()];
}
