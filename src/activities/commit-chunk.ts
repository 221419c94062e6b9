import { createMissing, createRefused, refusal } from '#domain/call/no-rows';
import { commitScope, type Scope } from '#domain/call/scope';
import type { Report } from '#domain/catalogue/report';
import { type Chunk, parseChunkKey } from '#domain/chunk/chunk';
import { nameInTable } from '#domain/column/chosen-columns';
import { listKeyColumns, listMergeKey } from '#domain/column/river-table';
import { RefusedError } from '#domain/errors';
import { noDayWarning } from '#domain/run/freshness';
import { createNoteSums } from '#domain/run/page-notes';
import type { Warning } from '#domain/run/run-result';
import { listsSlice } from '#domain/run/staged-page';
import type { StoredRun } from '#domain/run/stored-run';
import type { ChunkOutcome, CommitChunkRequest } from './contract.ts';
import { readOpenedRun, reportOfRiver } from './opened-run.ts';
import type { ActivityPorts } from './ports.ts';
import { untilCancelled, untilStopped } from './stop-signals.ts';
import { tellLocks } from './tell-locks.ts';
import type { ChunkStoring, Warehouses } from './warehouse-ports.ts';

/** Which rows the chunk replaces, by the table's own name of the day column. */
function scopeInTable(report: Report, chunk: Chunk, { selection, day, river }: StoredRun): Scope | null {
  const scope = commitScope(report, chunk, selection, day);
  return scope && { ...scope, column: nameInTable(river.columns, scope.column) };
}

/** Loads what a chunk's slices have staged, once, in one transaction with its counts and its manifest row. */
export const commitChunk =
  (ports: Pick<ActivityPorts, 'runs' | 'draining'> & Warehouses<ChunkStoring>) =>
  ({ run, chunk: key, slices, counts, proven }: CommitChunkRequest): Promise<ChunkOutcome> =>
    untilStopped(ports, async ({ stop, onLocked }) => {
      const warehouse = await ports.warehouse(run.warehouse);
      const stored = await readOpenedRun(warehouse, run.runId);
      const report = reportOfRiver(stored.river);
      const chunk = parseChunkKey(key);
      const refused = createRefused(report);
      const missing = createMissing();
      const kinds = (['list', 'data'] as const).filter((kind) => slices[kind].length > 0);
      for (const kind of kinds) {
        const answers = warehouse.readCallsAnswered(run.runId, key, slices[kind], [refusal, 404]);
        for await (const { call, status, page } of answers)
          (status === 404 ? missing : refused).add(call, page);
      }
      if (refused.count > 0) {
        const answers = warehouse.readCallsAnswered(run.runId, key, slices.data);
        for await (const answered of answers) refused.hear(answered);
      }
      const calls = counts.reduce((sum, count) => sum + count.calls, 0);
      const onlyMissing = missing.count > 0 && missing.count === calls;
      if (!proven && onlyMissing && !(await warehouse.isRunAnswered(run.runId))) {
        return { outcome: 'unproven' };
      }
      const messages = [...refused.warnings(), ...missing.warnings()];
      if (report.snapshot?.day === 'lastDataUpdate') {
        for await (const { notes } of warehouse.readPageNotes(run.runId, null, [listsSlice])) {
          if (notes.refusal === undefined) continue;
          messages.push(
            `${noDayWarning(notes.refusal)}; the rows are dated ${stored.day}, the day of the run.`,
          );
        }
      }
      const notes = createNoteSums(run.connection);
      for (const kind of kinds) {
        for await (const page of warehouse.readPageNotes(run.runId, key, slices[kind])) notes.add(page, kind);
      }
      const days = { start: chunk.start, end: chunk.end };
      const request = {
        slices: counts,
        listSlices: slices.list,
        warnings: [
          ...messages.map((message): Warning => ({ ...days, message })),
          ...notes.warnings().map((warning): Warning => ({ ...days, ...warning })),
        ],
        scope: scopeInTable(report, chunk, stored),
        key: listKeyColumns(report, stored.river),
        mergeKey: listMergeKey(report, stored.river) ?? [],
        completeUpTo: stored.freshness?.completeUpTo ?? null,
      };
      const cancelled = () =>
        new RefusedError(
          `The run was cancelled while ${stored.river.target.table} waited for other sessions that use it.`,
        );
      const { table } = stored.river.target;
      const outcome = await tellLocks(
        () => warehouse.findLockHolder(table),
        onLocked,
        () =>
          untilCancelled(ports, cancelled, (signal) =>
            warehouse.storeChunk(run.runId, key, request, AbortSignal.any([stop, signal])),
          ),
      );
      if (outcome.outcome === 'loaded')
        return { outcome: 'loaded', rows: outcome.rows, calls: outcome.calls };
      await warehouse.deleteStaged(run.runId, key, outcome.slices);
      return outcome;
    });
