import { createMissing } from '../domain/call/missing-together.ts';
import { type CallStatus, refusedTogether } from '../domain/call/refused-together.ts';
import { commitScope, dayColumnOf } from '../domain/call/scope.ts';
import { chunkOfKey } from '../domain/chunk/chunk.ts';
import { keyOfRiver } from '../domain/column/columns-of-river.ts';
import { RefusedError } from '../domain/errors.ts';
import type { Warning } from '../domain/run/run-result.ts';
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
      const refused: CallStatus[] = [];
      const missing = createMissing();
      for (const slice of slices.data) {
        for await (const answered of warehouse.callsAnswered(run.runId, key, slice, [400, 404])) {
          if (answered.status === 404) missing.add(answered.call);
          else refused.push(answered);
        }
      }
      const ofData = counts.filter(({ slice }) => slices.data.includes(slice));
      const calls = ofData.reduce((sum, count) => sum + count.calls, 0);
      const onlyMissing = missing.count > 0 && missing.count === calls;
      if (!proven && onlyMissing && (await warehouse.answeredCalls(run.runId)) === 0) {
        return { outcome: 'unproven' };
      }
      const messages = [...refusedTogether(refused), ...missing.warnings()];
      const request = {
        slices: counts,
        listSlices: slices.list,
        warnings: messages.map((message): Warning => ({ start: chunk.first, end: chunk.last, message })),
        scope: commitScope(report, chunk, stored.selection, stored.day),
        dayColumn: dayColumnOf(report),
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
