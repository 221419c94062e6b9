import { refusedTogether } from '../domain/call/refused-together.ts';
import { commitScope, dayColumnOf } from '../domain/call/scope.ts';
import { chunkOfKey } from '../domain/chunk/chunk.ts';
import type { Warning } from '../domain/run/run-result.ts';
import type { StagedCall } from '../domain/run/staged-page.ts';
import type { ChunkOutcome, CommitChunkRequest } from './contract.ts';
import type { ActivityPorts } from './ports.ts';
import { readOpenedRun, reportOfRiver } from './report-of-run.ts';
import { untilStopped } from './stop-signals.ts';

/** Loads what a chunk's slices have staged, once, in one transaction with its counts and its manifest row. */
export const commitChunk =
  (ports: ActivityPorts) =>
  ({ run, chunk: key, slices, counts, proven }: CommitChunkRequest): Promise<ChunkOutcome> =>
    untilStopped(ports, async () => {
      const warehouse = await ports.warehouse(run.warehouse);
      const stored = await readOpenedRun(warehouse, run.runId);
      const report = reportOfRiver(stored.river);
      const chunk = chunkOfKey(key);
      const calls = (
        await Promise.all(slices.data.map((slice) => warehouse.stagedCalls(run.runId, key, slice)))
      ).flat();
      const missing = calls.filter((call) => call.status === 404);
      if (
        !proven &&
        missing.length > 0 &&
        missing.length === calls.length &&
        (await warehouse.answeredCalls(run.runId)) === 0
      ) {
        return { outcome: 'unproven' };
      }
      const messages = [...refusedTogether(calls), ...missing.map(warningOfMissing)];
      const outcome = await warehouse.commitChunk(run.runId, key, {
        slices: counts,
        listSlices: slices.list,
        warnings: messages.map((message): Warning => ({ start: chunk.first, end: chunk.last, message })),
        scope: commitScope(report, chunk, stored.selection, stored.day),
        dayColumn: dayColumnOf(report),
        completeUpTo: stored.freshness?.completeUpTo ?? null,
      });
      if (outcome.outcome === 'loaded')
        return { outcome: 'loaded', rows: outcome.rows, calls: outcome.calls };
      await warehouse.unstage(run.runId, key, outcome.slices);
      return outcome;
    });

const warningOfMissing = (call: StagedCall): string =>
  `${call.call} answered 404; taken as "no rows", which is how some servers say it.`;
