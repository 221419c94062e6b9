import { readListAnswers } from '#domain/call/list-calls';
import { durationMs } from '#domain/duration';
import { ConfigurationError } from '#domain/errors';
import { type Day, encloseRanges } from '#domain/period/date-range';
import { completeUpTo, type Freshness, freshnessWarnings } from '#domain/run/freshness';
import { completeOnly, planChunks, planDays } from '#domain/run/plan-run';
import type { StoredRun } from '#domain/run/stored-run';
import type { ResolvedFreshness, ResolveFreshnessRequest } from './contract.ts';
import { describeRun, readOpenedRun, reportOfRiver } from './opened-run.ts';
import type { ActivityPorts } from './ports.ts';
import type { FreshnessResolving, Warehouses } from './warehouse-ports.ts';

/** Reads up to which day the data is complete and keeps with the run, once, what follows: what is provisional, and what `append` leaves. */
export const resolveFreshness =
  (ports: Pick<ActivityPorts, 'configurations' | 'runs'> & Warehouses<FreshnessResolving>) =>
  async ({ run, slice, mayWait }: ResolveFreshnessRequest): Promise<ResolvedFreshness> => {
    const warehouse = await ports.warehouse(run.warehouse);
    const stored = await readOpenedRun(warehouse, run.runId);
    const { freshness } = stored;
    if (!freshness || freshness.settled) return describeRun(ports, warehouse, stored);
    const answer = await readAnswer(warehouse, stored, slice);
    if (!(await settle(warehouse, { ...stored, freshness }, answer, mayWait))) return null;
    return describeRun(ports, warehouse, await readOpenedRun(warehouse, run.runId));
  };

type Unsettled = StoredRun & { readonly freshness: Freshness };

/** False where the run waits on. */
async function settle(
  warehouse: FreshnessResolving,
  { runId, river, day, period, freshness }: Unsettled,
  { dataDate: answer, refusal }: DataAnswer,
  mayWait: boolean,
): Promise<boolean> {
  const report = reportOfRiver(river);
  const upTo = completeUpTo(answer, day);
  const leaves = planDays(river, report, day, undefined).leavesIncomplete;
  // Another run may have appended some of these days while this one waited.
  const pulls = leaves
    ? planDays(river, report, day, await warehouse.readLoadedDays(river.name, river.target.table)).pulls
    : freshness.pulls;
  // A call that is refused will be refused again: that is not waited for.
  const lacks = answer !== undefined && (encloseRanges(pulls)?.end ?? upTo) > upTo;
  if (lacks && mayWait) return false;
  const taken = leaves ? completeOnly(pulls, upTo) : pulls;
  const waited = lacks && durationMs(river.waitForData) > 0;
  const chunks = leaves ? planChunks(river, report, taken) : [];
  await warehouse.recordFreshness(runId, leaves ? encloseRanges(taken) : period, chunks, {
    settled: true,
    completeUpTo: upTo,
    pulls: taken,
    warnings: [
      ...freshness.warnings,
      ...freshnessWarnings(pulls, { answer, refusal, runDay: day, river, waits: leaves, waited }),
    ],
  });
  return true;
}

/** The day that GetLastDataUpdate answered; where it was refused, or answered no day, what was said. */
interface DataAnswer {
  readonly dataDate?: Day;
  readonly refusal?: string;
}

async function readAnswer(
  warehouse: FreshnessResolving,
  { runId, river }: StoredRun,
  slice: string,
): Promise<DataAnswer> {
  if ((await warehouse.readStagedCalls(runId, null, slice)).length === 0) {
    throw new ConfigurationError(
      `The answer that the run ${runId} had to GetLastDataUpdate is gone, because it was closed before it was used. Start ${river.name} again.`,
    );
  }
  const { dataDate } = await readListAnswers(warehouse.readStagedPages(runId, null, slice));
  if (dataDate !== undefined) return { dataDate };
  for await (const { notes } of warehouse.readPageNotes(runId, null, [slice])) {
    if (notes.refusal !== undefined) return { refusal: notes.refusal };
  }
  return {};
}
