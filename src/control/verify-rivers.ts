import { RiverError } from '#domain/errors';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import type { OrphanedRun } from '#domain/run/stored-run';
import type { TargetSnapshot, Verification } from '#domain/verify/verification';
import { verifyTarget } from '#domain/verify/verify-target';
import type { MissingWarehouse } from './manifests.ts';
import { answerInTime, closeInTime } from './manifests.ts';

/** Which of the runs that a manifest calls open have ended; undefined where that cannot be found out. */
type FindEnded = (open: readonly OrphanedRun[]) => Promise<ReadonlySet<string> | undefined>;

/** What was verified, and which warehouses could not be read. */
export interface Verified {
  readonly verifications: readonly Verification[];
  readonly missing: readonly MissingWarehouse[];
}

/**
 * Compares every warehouse's tables with its manifest; for one river, or for all that the manifest knows. Sorted by river.
 * A run that has ended, as `findEnded` says, will load nothing more. Where a warehouse cannot be reached, the others are verified all the same.
 */
export async function verifyRivers(
  configuration: Configuration,
  findEnded: FindEnded,
  river?: string,
): Promise<Verified> {
  const missing: MissingWarehouse[] = [];
  const all = [...configuration.warehouses.values()].map(async (setting) => {
    try {
      return await verifyWarehouse(configuration, setting, findEnded, river);
    } catch (error) {
      if (!(error instanceof RiverError)) throw error;
      missing.push({ warehouse: setting.name, why: error });
      return [];
    }
  });
  const verifications = (await Promise.all(all)).flat();
  return {
    verifications: verifications.sort((a, b) => (a.river < b.river ? -1 : a.river > b.river ? 1 : 0)),
    missing,
  };
}

async function verifyWarehouse(
  configuration: Configuration,
  setting: WarehouseSetting,
  findEnded: FindEnded,
  river: string | undefined,
): Promise<Verification[]> {
  const { openWarehouse } = await import('#warehouse/open-warehouse');
  const warehouse = await openWarehouse(setting, { onlyReads: true });
  try {
    // Asked before the snapshot is read: a run that closes meanwhile is closed in the snapshot. Counting rows may take long.
    const endedRuns = await findEnded(await answerInTime(setting.name, warehouse.readOrphanedRuns()));
    const filling = [...configuration.rivers.values()].filter(
      ({ target }) => target.warehouse === setting.name,
    );
    await warehouse.refuseOtherBooks(filling.map(({ target }) => target.table));
    return (await warehouse.readManifestSnapshot(river)).map((read) => {
      const snapshot = endedRuns ? markEnded(read, endedRuns) : read;
      const filling = findFillingRiver(configuration, { ...snapshot, warehouse: setting.name });
      return verifyTarget(snapshot, setting.name, filling);
    });
  } finally {
    await closeInTime(warehouse);
  }
}

/** The same snapshot, in which runs that have ended are not under way. */
const markEnded = (snapshot: TargetSnapshot, ended: ReadonlySet<string>): TargetSnapshot => ({
  ...snapshot,
  retrying: snapshot.retrying.filter(({ run }) => !ended.has(run)),
  runs: new Map(
    [...snapshot.runs].map(([id, run]) => [
      id,
      run.status === 'running' && ended.has(id) ? { ...run, status: 'terminated' } : run,
    ]),
  ),
});

/** The river as it is configured now, if it still fills this table. */
function findFillingRiver(
  { rivers }: Configuration,
  at: { readonly river: string; readonly warehouse: string; readonly table: string },
): River | undefined {
  const river = rivers.get(at.river);
  return river?.target.warehouse === at.warehouse && river.target.table === at.table ? river : undefined;
}
