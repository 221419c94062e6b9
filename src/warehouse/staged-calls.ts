import type { CallStatus } from '#domain/call/no-rows';
import type { StagedCall } from '#domain/run/staging';
import type { Database } from './database.ts';
import { type PageMark, pageMarksAfter } from './statements/page-marks.ts';
import { hasStaging } from './statements/staging-table.ts';

const marksAtATime = 5_000;

interface Slice {
  readonly runId: string;
  readonly chunk: string | null;
  readonly slice: string;
}

/** How far each call of a slice has come. */
export async function readStagedCalls(database: Database, of: Slice): Promise<StagedCall[]> {
  const calls = new Map<string, StagedCall>();
  for await (const { call, status, received, rows, last, fingerprint } of marksOf(database, of)) {
    const before = calls.get(call);
    calls.set(call, {
      call,
      status,
      pages: (before?.pages ?? 0) + 1,
      received: (before?.received ?? 0) + received,
      rows: (before?.rows ?? 0) + rows,
      finished: last,
      lastReceived: received,
      firstFingerprint: before?.firstFingerprint ?? fingerprint,
      lastFingerprint: fingerprint,
    });
  }
  return [...calls.values()];
}

/** The calls of a slice, once for each page that was answered: with one of these statuses, or with any. */
export async function* readCallsAnswered(
  database: Database,
  of: Slice,
  statuses?: readonly number[],
): AsyncGenerator<CallStatus> {
  for await (const { call, status } of marksOf(database, of, statuses)) yield { call, status };
}

async function* marksOf(
  database: Database,
  of: Slice,
  statuses?: readonly number[],
): AsyncGenerator<PageMark> {
  if (!(await database.read((tables) => hasStaging(tables, of.runId)))) return;
  let after: PageMark | undefined;
  do {
    const marks: PageMark[] = await database.read((tables) =>
      pageMarksAfter(tables, of, after, marksAtATime, statuses),
    );
    yield* marks;
    after = marks.length < marksAtATime ? undefined : marks.at(-1);
  } while (after !== undefined);
}
