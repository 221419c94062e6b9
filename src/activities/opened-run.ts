import { runListCalls } from '#domain/call/list-calls';
import { listSlices } from '#domain/call/plan-calls';
import { findReport } from '#domain/catalogue/index';
import type { Report } from '#domain/catalogue/report';
import { durationMs } from '#domain/duration';
import { ConfigurationError, OtherVersionError } from '#domain/errors';
import type { Notify } from '#domain/river/configuration';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import { countPlannedCalls } from '#domain/run/plan-run';
import type { StoredRun } from '#domain/run/stored-run';
import type { OpenedRun, Patience } from './contract.ts';
import type { ActivityPorts } from './ports.ts';
import type { ChunkMarking, RunReading } from './warehouse-ports.ts';

/** The report that a river pulls, with the river's overrides applied. */
export function reportOfRiver(river: River): Report {
  const report = findReport(river.report);
  if (!report)
    throw new ConfigurationError(
      `River ${river.name} names the report ${river.report}, which this version of River does not have.`,
    );
  return effectiveReport(report, river.overrides);
}

/** The run as it was opened. */
export async function readOpenedRun(
  warehouse: Pick<RunReading, 'readRun'>,
  runId: string,
): Promise<StoredRun> {
  return checkOpened(await warehouse.readRun(runId), runId);
}

/** Where it is not there, a person has removed it from the manifest. */
export function checkOpened(stored: StoredRun | undefined, runId: string): StoredRun {
  if (!stored)
    throw new ConfigurationError(
      `The run ${runId} is not in the manifest (table river_runs): it was removed while under way.`,
    );
  return understood(stored);
}

/** The same run, where this version knows all that it says; else it is left to a worker of the version that wrote it. */
export function understood(run: StoredRun): StoredRun {
  if (run.unread === undefined) return run;
  throw new OtherVersionError(
    `Another version of River has written the run ${run.workflowId}, and this one cannot read its ${run.unread}: it is left to workers of that version.`,
  );
}

/** Slices kept going at a time, over all open chunks: enough to use a burst, few enough for one history. */
export const slicesAtOnce = 20;

type ChunkReading = Pick<ChunkMarking, 'readUnfinishedChunks'>;

const everyChunk = 1_000_000;

/** The data calls of a run whose filters are resolved. */
export async function countDataCalls(warehouse: ChunkReading, stored: StoredRun): Promise<number | null> {
  // A retry pulls some of its original's chunks.
  const chunks = stored.retryOf ? await warehouse.readUnfinishedChunks(stored.runId, everyChunk) : undefined;
  return countPlannedCalls(stored, chunks);
}

/** What the workflow knows of a run that is in the manifest. */
export async function describeRun(
  ports: Pick<ActivityPorts, 'configurations' | 'runs'>,
  warehouse: Pick<RunReading, 'summariseRun'> & ChunkReading,
  stored: StoredRun,
): Promise<OpenedRun> {
  const { river, period, freshness } = stored;
  const report = reportOfRiver(river);
  const slices = listSlices(report, river.prune);
  const { chunks } = await warehouse.summariseRun(stored.runId);
  const nothingLeft = chunks.loaded + chunks.skipped === chunks.total;
  const isPlanned = !nothingLeft && stored.selection !== null && freshness?.settled !== false;
  const { notifications } = await ports.configurations.current();
  return {
    run: {
      runId: stored.runId,
      workflowId: stored.workflowId,
      river: river.name,
      report: river.report,
      connection: river.connection,
      warehouse: river.target.warehouse,
    },
    period,
    chunks: chunks.total,
    readsLists: !nothingLeft && stored.selection === null && runListCalls(report, river.filters).length > 0,
    ...(isPlanned && { dataCalls: await countDataCalls(warehouse, stored) }),
    slices,
    ...(nothingLeft ? { nothingLeft } : {}),
    ...(river.target.load === 'overwrite' && { overwrites: true as const }),
    ...(freshness?.settled === false && { asksForData: { waitMs: durationMs(river.waitForData) } }),
    chunksAtOnce: Math.max(2, Math.ceil(slicesAtOnce / slices.data.length / 2)),
    patience: readPatience(river),
    searchAttributes: await ports.runs.registeredSearchAttributes(),
    ...listReceivers(notifications.get(river.name)),
  };
}

export const readPatience = ({ giveUpAfter }: Pick<River, 'giveUpAfter'>): Patience => ({
  giveUpAfter,
  ms: durationMs(giveUpAfter),
});

/** Who is told how the run ends; where to is looked up when it has ended. */
function listReceivers(notify: Notify | undefined): Pick<OpenedRun, 'notify'> {
  const to = (['webhook', 'slack'] as const).filter((each) => notify?.[each]);
  return to.length > 0 ? { notify: to } : {};
}
