import { runListCalls } from '#domain/call/list-calls';
import { slicesOf } from '#domain/call/plan-calls';
import { durationMs } from '#domain/duration';
import type { Notify } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import type { StoredRun } from '#domain/run/stored-run';
import type { OpenedRun, Patience } from './contract.ts';
import type { ActivityPorts, Warehouse } from './ports.ts';
import { reportOfRiver } from './report-of-run.ts';

/** Slices kept going at a time, over all open chunks: enough to use a burst, few enough for one history. */
export const slicesAtOnce = 20;

/** What the workflow knows of a run that is in the manifest. */
export async function openedRun(
  ports: ActivityPorts,
  warehouse: Warehouse,
  stored: StoredRun,
): Promise<OpenedRun> {
  const { river, period, freshness } = stored;
  const report = reportOfRiver(river);
  const slices = slicesOf(report, river.prune);
  const { chunks } = await warehouse.summariseRun(stored.runId);
  const nothingLeft = chunks.loaded + chunks.skipped === chunks.total;
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
    table: river.target.table,
    period,
    chunks: chunks.total,
    readsLists: !nothingLeft && stored.selection === null && runListCalls(report, river.filters).length > 0,
    slices,
    ...(nothingLeft ? { nothingLeft } : {}),
    ...(freshness?.settled === false && { asksForData: { waitMs: durationMs(river.waitForData) } }),
    chunksAtOnce: Math.max(2, Math.ceil(slicesAtOnce / slices.data.length / 2)),
    patience: patienceOf(river),
    searchAttributes: await ports.runs.registeredSearchAttributes(),
    ...toldOfEnd(notifications.get(river.name)),
  };
}

export const patienceOf = ({ giveUpAfter }: Pick<River, 'giveUpAfter'>): Patience => ({
  giveUpAfter,
  ms: durationMs(giveUpAfter),
});

/** Who is told how the run ends; where to is looked up when it has ended. */
function toldOfEnd(notify: Notify | undefined): Pick<OpenedRun, 'notify'> {
  const to = (['webhook', 'slack'] as const).filter((each) => notify?.[each]);
  return to.length > 0 ? { notify: to } : {};
}
