import { createMissing, createRefused, refusal } from '#domain/call/no-rows';
import { commitScope } from '#domain/call/scope';
import { chunkOfKey } from '#domain/chunk/chunk';
import { keyOfRiver } from '#domain/column/river-table';
import { RefusedError } from '#domain/errors';
import { noDayWarning } from '#domain/run/freshness';
import { createNoteSums } from '#domain/run/page-notes';
import type { Warning } from '#domain/run/run-result';
import { listsSlice } from '#domain/run/staging';
import type { ChunkOutcome, CommitChunkRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';
import { readOpenedRun, reportOfRiver } from './report-of-run.ts';
import { untilCancelled, untilStopped } from './stop-signals.ts';

/** Loads what a chunk's slices have staged, once, in one transaction with its counts and its manifest row. */
export const commitChunk =
  (ports: ActivityPorts) =>
  ({ run, chunk: key, slices, counts, proven }: CommitChunkRequest): Promise<ChunkOutcome> =>
    untilStopped(ports, async ({ stop }) => {
      const warehouse = await ports.warehouse(run.warehouse);
      const stored = await readOpenedRun(warehouse, run.runId);
      const report = reportOfRiver(stored.river);
      const chunk = chunkOfKey(key);
      const refused = createRefused();
      const missing = createMissing();
      for (const slice of [...slices.list, ...slices.data]) {
        for await (const answered of warehouse.callsAnswered(run.runId, key, slice, [refusal, 404])) {
          if (answered.status === 404) missing.add(answered.call);
          else refused.add(answered.call);
        }
      }
      if (refused.count > 0) {
        for (const slice of slices.data) {
          for await (const answered of warehouse.callsAnswered(run.runId, key, slice)) refused.hear(answered);
        }
      }
      const calls = counts.reduce((sum, count) => sum + count.calls, 0);
      const onlyMissing = missing.count > 0 && missing.count === calls;
      if (!proven && onlyMissing && !(await warehouse.isRunAnswered(run.runId))) {
        return { outcome: 'unproven' };
      }
      const messages = [...refused.warnings(), ...missing.warnings()];
      if (report.snapshot === 'data_date') {
        for await (const { notes } of warehouse.pageNotes(run.runId, null, listsSlice)) {
          if (notes.refusal === undefined) continue;
          messages.push(
            `${noDayWarning(notes.refusal)}; the rows are dated ${stored.day}, the day of the run.`,
          );
        }
      }
      const notes = createNoteSums(run.connection);
      for (const kind of ['list', 'data'] as const) {
        for (const slice of slices[kind]) {
          for await (const page of warehouse.pageNotes(run.runId, key, slice)) notes.add(page, kind);
        }
      }
      const days = { start: chunk.start, end: chunk.end };
      const request = {
        slices: counts,
        listSlices: slices.list,
        warnings: [
          ...messages.map((message): Warning => ({ ...days, message })),
          ...notes.warnings().map((warning): Warning => ({ ...days, ...warning })),
        ],
        scope: commitScope(report, chunk, stored.selection, stored.day),
        key: keyOfRiver(report, stored.river),
        completeUpTo: stored.freshness?.completeUpTo ?? null,
      };
      const cancelled = () =>
        new RefusedError(
          `The run was cancelled while ${stored.river.target.table} waited for a new column: others use the table.`,
        );
      const outcome = await untilCancelled(ports, cancelled, (signal) =>
        warehouse.commitChunk(run.runId, key, request, AbortSignal.any([stop, signal])),
      );
      if (outcome.outcome === 'loaded')
        return { outcome: 'loaded', rows: outcome.rows, calls: outcome.calls };
      await warehouse.unstage(run.runId, key, outcome.slices);
      return outcome;
    });
